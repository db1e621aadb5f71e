"""The answer to a funnel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.funnel import card
from tracktor_nb.analysis.figures.funnel import figure
from tracktor_nb.semantics.funnel import Funnel

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class FunnelResult(Result):
    """How many people reached each step.

    `steps` holds {label, people, step_rate, rate, median_time, mean_time, p90_time}, times in microseconds from the
    step before; `breakdown` holds {value, steps}, the largest first, and `more_values` says how many it leaves out.
    """

    definition: Funnel
    steps: list[Row]
    conversion: Row
    histograms: list[list[Row]]
    buckets: list[Row]
    breakdown: list[Row]
    more_values: int = 0

    kind = "funnel"

    @property
    def title(self) -> str:
        return " → ".join(step["label"] for step in self.steps)

    @property
    def table(self) -> pd.DataFrame:
        """The steps with people, rates and times; with a breakdown people and rates, by (value, step)."""
        import pandas as pd

        if self.definition.by is not None:
            return self._table_by(self.definition.by)
        frame = pd.DataFrame(self.steps, index=pd.RangeIndex(1, len(self.steps) + 1, name="step"))
        frame = frame.rename(columns={"label": "event"})
        times = ["median_time", "mean_time", "p90_time"]
        frame[times] = frame[times].apply(lambda column: pd.to_timedelta(pd.array(column, "Int64"), unit="us"))
        return frame.astype({"step_rate": float, "rate": float})

    def _table_by(self, by: str) -> pd.DataFrame:
        import pandas as pd

        labels = [step["label"] for step in self.steps]
        values = [row["value"] for row in self.breakdown]
        index = pd.MultiIndex.from_product([values, range(1, len(labels) + 1)], names=[by, "step"])
        people = pd.Series([count for row in self.breakdown for count in row["steps"]], index, dtype="int64")
        first = people.groupby(level=0, sort=False, dropna=False).transform("first")
        before = people.groupby(level=0, sort=False, dropna=False).shift()
        return pd.DataFrame(
            {"event": labels * len(values), "people": people, "step_rate": people / before, "rate": people / first}
        )

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return " → ".join(f"{step['people']:,}" for step in self.steps)

    def _repr_html_(self) -> str:
        return card(self)
