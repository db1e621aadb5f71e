"""The answer to a metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.metric import card
from tracktor_nb.analysis.figures.metric import figure
from tracktor_nb.analysis.wording import number
from tracktor_nb.semantics.metric import Metric

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class MetricResult(Result):
    """A number over the range and per bucket.

    `buckets` holds {start (us), value, partial}; maximum, minimum and average are over whole buckets only.
    `breakdown` holds {value, total, buckets}, the most frequent first, and `more_values` says how many it leaves out.
    """

    definition: Metric
    total: float | None
    buckets: list[Row]
    maximum: float | None
    minimum: float | None
    average: float | None
    breakdown: list[Row]
    more_values: int = 0

    kind = "metric"

    @property
    def title(self) -> str:
        return self.definition.label

    @property
    def rule(self) -> str:
        partial = sum(bucket["partial"] for bucket in self.buckets)
        named = f"{partial} partial {self.definition.freq}{'' if partial == 1 else 's'}"
        return super().rule + (f" · {named} left out of maximum, minimum and average" if partial else "")

    @property
    def table(self) -> pd.DataFrame:
        import pandas as pd

        starts = pd.to_datetime([bucket["start"] for bucket in self.buckets], unit="us", utc=True)
        index = pd.DatetimeIndex(starts.tz_convert(self.calendar.zone), name=self.definition.freq)
        frame = pd.DataFrame({name: [bucket[name] for bucket in self.buckets] for name in ("value", "partial")}, index)
        for row in self.breakdown:
            frame[f"{self.definition.by} = {row['value']}"] = row["buckets"]
        return frame

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return number(self.total)

    def _repr_html_(self) -> str:
        return card(self)
