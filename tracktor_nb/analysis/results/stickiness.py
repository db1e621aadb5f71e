"""The answer to stickiness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.stickiness import card
from tracktor_nb.analysis.figures.stickiness import figure
from tracktor_nb.analysis.wording import number
from tracktor_nb.semantics.stickiness import Stickiness

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class StickinessResult(Result):
    """How many people were active in how many periods.

    `bars` holds {periods, people}, from one period to the most that anybody has; the range has `periods`, `partial` of
    them not whole. `average` is the mean number of whole periods of people active in one. People are asked for by
    periods, and at_least=True for those with more too.
    """

    definition: Stickiness
    people_count: int
    bars: list[Row]
    periods: int
    partial: int
    average: float | None

    kind = "stickiness"
    numbers = ("periods", "at_least")

    @property
    def title(self) -> str:
        return self.definition.label

    @property
    def rule(self) -> str:
        unit = self.definition.freq
        named = f"{number(self.periods)} {unit}{'' if self.periods == 1 else 's'}"
        return super().rule + f" · {named}, {number(self.partial)} of them partial"

    @property
    def table(self) -> pd.DataFrame:
        """One row a number of periods: people with exactly so many, their share, and people with at least so many."""
        import pandas as pd

        index = pd.RangeIndex(1, len(self.bars) + 1, name=f"{self.definition.freq}s")
        people = pd.Series([bar["people"] for bar in self.bars], index, dtype="int64")
        return pd.DataFrame({"people": people, "rate": people / people.sum(), "at_least": people[::-1].cumsum()[::-1]})

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        unit = self.definition.freq
        return f"{number(self.people_count)} people, {number(self.average)} {unit}s on average"

    def _repr_html_(self) -> str:
        return card(self)
