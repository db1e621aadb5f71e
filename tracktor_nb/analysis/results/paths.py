"""The answer to paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.paths import card
from tracktor_nb.analysis.figures.paths import figure
from tracktor_nb.analysis.wording import number
from tracktor_nb.semantics.path import Paths

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class PathsResult(Result):
    """Which way people go.

    `steps` holds for each step, 0 being the event itself, its nodes {label, kind, people, events}: kind "event",
    "others" (so many events together) or "end" (nothing more). `links` holds {step, source, target, people}: how many
    go from a node of the step to one of the next, nodes given by their number.

    People are asked for by step, event (label or number of a node) and to (a node of the next step).
    """

    definition: Paths
    people_count: int
    steps: list[list[Row]]
    links: list[Row]

    kind = "paths"
    numbers = ("step", "event", "to")

    @property
    def title(self) -> str:
        return self.definition.label

    @property
    def table(self) -> pd.DataFrame:
        """One row a link: its step, from and to which node, people, and their share of those at the node it leaves."""
        import pandas as pd

        rows = [
            {
                "step": link["step"],
                "source": link["source"],
                "event": self.steps[link["step"]][link["source"]]["label"],
                "target": link["target"],
                "to": self.steps[link["step"] + 1][link["target"]]["label"],
                "people": link["people"],
                "rate": link["people"] / self.steps[link["step"]][link["source"]]["people"],
            }
            for link in self.links
        ]
        return pd.DataFrame(rows, columns=["step", "source", "event", "target", "to", "people", "rate"])

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return f"{number(self.people_count)} people"

    def _repr_html_(self) -> str:
        return card(self)
