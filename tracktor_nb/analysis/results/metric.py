"""The answer to a metric."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.metric import card
from tracktor_nb.analysis.figures.metric import figure
from tracktor_nb.analysis.wording import joined, measured, number, range_in_words
from tracktor_nb.semantics.formula import Formula
from tracktor_nb.semantics.metric import Metric

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class MetricResult(Result):
    """A number over the range and per bucket.

    Times are in microseconds, shares of 1. A ratio is `amount` / `base`. `buckets` holds {start (us), value, partial};
    maximum, minimum and average are over whole buckets only. `breakdown` holds {value, total, buckets}, the largest
    first, and `more_values` says how many it leaves out. `previous` holds {start, end, total} of the same elapsed part
    of the previous period. `left_out` holds {type, count, example} of values that are no numbers. Beside a mean time
    stand its `median` and the share `unfinished`: of those who began, how many did not get there.
    """

    definition: Metric | Formula
    total: float | None
    buckets: list[Row]
    maximum: float | None
    minimum: float | None
    average: float | None
    breakdown: list[Row]
    more_values: int = 0
    amount: float | None = None
    base: float | None = None
    previous: Row | None = None
    left_out: list[Row] = field(default_factory=list)
    median: int | None = None
    unfinished: float | None = None

    kind = "metric"

    @property
    def title(self) -> str:
        return self.definition.label

    @property
    def rule(self) -> str:
        return joined([super().rule, self._partial, self._left_out, self._compared])

    @property
    def _partial(self) -> str:
        partial = sum(bucket["partial"] for bucket in self.buckets)
        named = f"{partial} partial {self.definition.freq}{'' if partial == 1 else 's'}"
        return f"{named} left out of maximum, minimum and average" if partial else ""

    @property
    def _left_out(self) -> str:
        types = ", ".join(f"{number(row['count'])} {row['type']} such as {row['example']}" for row in self.left_out)
        return f"values left out that are no numbers: {types}" if types else ""

    @property
    def _compared(self) -> str:
        if self.previous is None:
            return ""
        return f"compared with {range_in_words(self.previous['start'], self.previous['end'], self.calendar)}"

    @property
    def change(self) -> float | None:
        """By how much of the previous total this one is more; None where there is nothing to compare."""
        before = self.previous["total"] if self.previous else None
        return None if not before or self.total is None else (self.total - before) / abs(before)

    @property
    def table(self) -> pd.DataFrame:
        import pandas as pd

        starts = pd.to_datetime([bucket["start"] for bucket in self.buckets], unit="us", utc=True)
        index = pd.DatetimeIndex(starts.tz_convert(self.calendar.zone), name=self.definition.freq)
        frame = pd.DataFrame({"value": self._column([bucket["value"] for bucket in self.buckets])}, index)
        frame["partial"] = [bucket["partial"] for bucket in self.buckets]
        for row in self.breakdown:
            frame[f"{self.definition.by} = {row['value']}"] = self._column(row["buckets"])
        return frame

    def _column(self, values: list[float | None]) -> Any:
        """Lengths of time as such, whole microseconds; else the numbers."""
        import pandas as pd

        if self.definition.unit != "time":
            return values
        whole = [None if value is None else round(value) for value in values]
        return pd.to_timedelta(pd.array(whole, "Int64"), unit="us")

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return measured(self.total, self.definition.unit)

    def _repr_html_(self) -> str:
        return card(self)


@dataclass(frozen=True, kw_only=True, repr=False)
class FormulaResult(MetricResult):
    """A number made of metrics, over the range and per bucket; `parts` holds {name, label, total} of each metric."""

    parts: list[Row]

    kind = "formula"
