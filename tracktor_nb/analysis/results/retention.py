"""The answer to a retention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.retention import card
from tracktor_nb.analysis.figures.retention import figure
from tracktor_nb.analysis.wording import number, percent
from tracktor_nb.semantics.retention import Retention

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class RetentionResult(Result):
    """Who came back in each period.

    `cohorts` holds {start (us), people, partial, returned, whole}: `returned` is a count a period, None where it has
    not begun, `whole` says which of them are over; a partial cohort is cut by the range. `average` holds {returned,
    of, rate} a period, over whole cells. `breakdown` holds {value, people, average}, the largest first.

    People are asked for by cohort (an instant in it), period (from 0 on; without a cohort those behind the average),
    returned (False: who did not come back) and value (of the breakdown).
    """

    definition: Retention
    people_count: int
    cohorts: list[Row]
    average: list[Row]
    breakdown: list[Row]
    more_values: int = 0

    kind = "retention"
    numbers = ("cohort", "period", "returned", "value")

    @property
    def title(self) -> str:
        return self.definition.label

    @property
    def rates(self) -> list[list[float | None]]:
        """The share of each cohort that came back in each period, None where nobody began or it has not begun."""
        return [
            [came / row["people"] if came is not None and row["people"] else None for came in row["returned"]]
            for row in self.cohorts
        ]

    @property
    def table(self) -> pd.DataFrame:
        """One row a cohort, or a value of the breakdown: people, and the share that came back in each period."""
        import pandas as pd

        periods = range(self.definition.periods + 1)
        if self.definition.by is not None:
            values = pd.Index([row["value"] for row in self.breakdown], name=self.definition.by, dtype=object)
            shares = [[each["rate"] for each in row["average"]] for row in self.breakdown]
            frame = pd.DataFrame(shares, values, periods, dtype=float)
            frame.insert(0, "people", [row["people"] for row in self.breakdown])
            return frame
        frame = pd.DataFrame(self.rates, self._starts(), periods, dtype=float)
        frame.insert(0, "people", [row["people"] for row in self.cohorts])
        return frame

    @property
    def counts(self) -> pd.DataFrame:
        """One row a cohort: people, and how many came back in each period; missing where it has not begun."""
        import pandas as pd

        periods = range(self.definition.periods + 1)
        frame = pd.DataFrame([row["returned"] for row in self.cohorts], self._starts(), periods, dtype="Int64")
        frame.insert(0, "people", [row["people"] for row in self.cohorts])
        return frame

    def _starts(self) -> pd.DatetimeIndex:
        import pandas as pd

        starts = pd.to_datetime([row["start"] for row in self.cohorts], unit="us", utc=True)
        return pd.DatetimeIndex(starts.tz_convert(self.calendar.zone), name=self.definition.freq)

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        first = percent(self.average[1]["rate"])
        return f"{number(self.people_count)} people, {first} came back in {self.definition.freq} 1"

    def _repr_html_(self) -> str:
        return card(self)
