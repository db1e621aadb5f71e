"""The answer to which customers are leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.leaving import card
from tracktor_nb.analysis.figures.leaving import figure
from tracktor_nb.semantics.leaving import Leaving

from .base import PeoplePage, Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class LeavingResult(Result):
    """How many people are leaving (`count`) of those who came regularly (`regular`), with up to ten `examples`."""

    definition: Leaving
    count: int
    regular: int
    examples: list[Row]

    kind = "leaving"
    numbers = ()

    @property
    def title(self) -> str:
        return "Customers who are leaving"

    @property
    def table(self) -> pd.DataFrame:
        """The examples: those of the people who left last."""
        return PeoplePage(self.examples, self.count).frame(self.calendar.zone)

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return f"{self.count:,} of {self.regular:,} regular people"

    def _repr_html_(self) -> str:
        return card(self)
