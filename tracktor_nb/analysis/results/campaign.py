"""What a running campaign did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.campaign import card
from tracktor_nb.analysis.figures.campaign import figure
from tracktor_nb.semantics.campaign import Campaign

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class CampaignReport(Result):
    """The counts of a campaign since Run, over all its versions.

    `nodes` has one row a node, as `semantics.tally.NodeCounts` describes it. `treated`, `held_out` and `mixed` hold
    `people` who started and how many reached the goal (`goals`); `lift` is the difference of the two shares between
    `lift_low` and `lift_high` (95 % confidence), None while one of the groups is empty.

    `people(node, what)` lists those who "came", are "waiting", had something "done", "skipped" or "refused", reached
    the "goal" or "left" there, or went by an output ("yes") or were kept back for a reason ("no email") of that name;
    `people()` everybody who started.
    """

    definition: Campaign
    state: str
    version: int
    nodes: list[Row]
    treated: Mapping[str, int]
    held_out: Mapping[str, int]
    mixed: Mapping[str, int]
    lift: float | None
    lift_low: float | None
    lift_high: float | None

    kind = "campaign"
    numbers = ("node", "what")

    @property
    def title(self) -> str:
        return f"{self.name}, {self.state}"

    @property
    def people_count(self) -> int:
        """How many people started."""
        return sum(group["people"] for group in (self.treated, self.held_out, self.mixed))

    @property
    def goals(self) -> int:
        """How many people reached the goal."""
        return sum(group["goals"] for group in (self.treated, self.held_out, self.mixed))

    @property
    def inside(self) -> int:
        """How many journeys wait somewhere now."""
        return sum(row["waiting"] for row in self.nodes)

    @property
    def table(self) -> pd.DataFrame:
        """One row a node: what arrived, waits, went out by which output, was done, skipped, refused and ended."""
        import pandas as pd

        return pd.DataFrame(self.nodes).set_index("node")

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return f"{self.people_count:,} people, {self.inside:,} inside"

    def _repr_html_(self) -> str:
        return card(self)
