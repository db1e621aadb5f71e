"""The answer to a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.segment import card
from tracktor_nb.analysis.figures.segment import figure
from tracktor_nb.analysis.wording import instant_in_words
from tracktor_nb.semantics.segment import Segment

from .base import PeoplePage, Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class SegmentResult(Result):
    """How many people are members now: `count` of `known`, with up to ten `examples` (rows like those of people)."""

    definition: Segment
    count: int
    known: int
    examples: list[Row]

    kind = "segment"

    @property
    def title(self) -> str:
        return "Segment"

    @property
    def _when(self) -> str:
        return f"on {instant_in_words(self.now, self.calendar)}"

    @property
    def table(self) -> pd.DataFrame:
        return PeoplePage(self.examples, self.count).frame(self.calendar.zone)

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return f"{self.count:,} of {self.known:,} people"

    def _repr_html_(self) -> str:
        return card(self)
