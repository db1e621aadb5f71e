"""The answer to which campaigns bring active customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.acquisition import card
from tracktor_nb.analysis.figures.acquisition import campaign_in_words, figure
from tracktor_nb.semantics.acquisition import Acquisition

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class AcquisitionResult(Result):
    """What each campaign brought, the one with most active people first; None stands for people without a touch.

    `rows` holds {campaign, people, active, rate}, `more_values` says how many campaigns are left out.
    `people("spring")` returns whom a campaign brought, `people("spring", active=True)` those of them who are active.
    """

    definition: Acquisition
    rows: list[Row]
    more_values: int = 0

    kind = "acquisition"
    numbers = ("campaign", "active")

    @property
    def title(self) -> str:
        return f"Active people by {self.definition.touch} touch ({self.definition.by})"

    @property
    def table(self) -> pd.DataFrame:
        """The numbers by campaign."""
        import pandas as pd

        index = pd.Index([row["campaign"] for row in self.rows], dtype=object, name="campaign")
        return pd.DataFrame(self.rows, columns=["people", "active", "rate"]).set_index(index).astype({"rate": float})

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return ", ".join(f"{campaign_in_words(row['campaign'])} {row['active']:,}" for row in self.rows[:3]) or "nobody"

    def _repr_html_(self) -> str:
        return card(self)
