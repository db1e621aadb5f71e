"""The answer to a segment, and to a cohort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.segment import card
from tracktor_nb.analysis.figures.segment import figure
from tracktor_nb.analysis.wording import instant_in_words
from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.period import Freq
from tracktor_nb.semantics.segment import Segment

from .base import PeoplePage, Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class SegmentResult(Result):
    """How many people are members now: `count` of `known`, with up to ten `examples` (rows like those of people).

    `sizes` holds {start (us), people, partial} for each day (week, month: `freq`) of the period: how many members there
    were at its end. `mistyped` has a row for each comparison that meets values it can never match, see `conversions`.
    """

    definition: Segment | Cohort
    count: int
    known: int
    examples: list[Row]
    freq: Freq
    sizes: list[Row]
    mistyped: list[Row]

    kind = "segment"

    @property
    def title(self) -> str:
        return "Segment" if isinstance(self.definition, Segment) else "Cohort"

    @property
    def _when(self) -> str:
        return f"on {instant_in_words(self.now, self.calendar)}"

    @property
    def table(self) -> pd.DataFrame:
        """The examples."""
        return PeoplePage(self.examples, self.count).frame(self.calendar.zone)

    @property
    def over_time(self) -> pd.DataFrame:
        """The number of members at the end of each day, week or month of the period, in the site's zone."""
        import pandas as pd

        starts = pd.to_datetime([size["start"] for size in self.sizes], unit="us", utc=True)
        index = pd.DatetimeIndex(starts.tz_convert(self.calendar.zone), name=self.freq)
        return pd.DataFrame({name: [size[name] for size in self.sizes] for name in ("people", "partial")}, index)

    @property
    def conversions(self) -> pd.DataFrame:
        """Comparisons that meet values of another type than they ask for, by condition.

        `wrong` counts the people (or events) with such a value, `meets` those that meet the condition, `would_meet`
        those that would if such values were read as the type `wanted`; `offer` is the condition that does so.
        """
        import pandas as pd

        columns = ["condition", "event", "wanted", "wrong", "meets", "would_meet", "offer"]
        return pd.DataFrame(self.mistyped, columns=columns).set_index("condition")

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return f"{self.count:,} of {self.known:,} people"

    def _repr_html_(self) -> str:
        return card(self)
