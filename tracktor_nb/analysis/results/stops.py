"""The answer to where people stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.stops import card
from tracktor_nb.analysis.figures.stops import figure, place_of
from tracktor_nb.semantics.stops import Stops

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class StopsResult(Result):
    """Where people stop, the place with most of them first: steps of funnels, or without any the last pages.

    `rows` holds {place, funnel, next, people, stopped, rate}: how many got there, and how many got no further.
    `people(1)` returns who stopped at the first row, `people(1, stopped=False)` everybody who got there.
    """

    definition: Stops
    rows: list[Row]

    kind = "stops"
    numbers = ("row", "stopped")

    @property
    def title(self) -> str:
        return "Where people stop" if self.definition.funnels else "Last pages of people who come no more"

    @property
    def table(self) -> pd.DataFrame:
        """The numbers by row, numbered from 1."""
        import pandas as pd

        columns = ["funnel", "place", "next", "people", "stopped", "rate"]
        index = pd.RangeIndex(1, len(self.rows) + 1, name="row")
        return pd.DataFrame(self.rows, index, columns).astype({"rate": float})

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return ", ".join(f"{place_of(row)} {row['stopped']:,}" for row in self.rows[:3]) or "nobody"

    def _repr_html_(self) -> str:
        return card(self)
