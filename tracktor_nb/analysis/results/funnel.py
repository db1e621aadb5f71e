"""The answer to a funnel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.funnel import card
from tracktor_nb.analysis.figures.funnel import figure
from tracktor_nb.analysis.figures.funnel_times import over_time_figure, times_figure
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.period import Freq

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

TIMES = ["median_time", "mean_time", "p90_time"]


@dataclass(frozen=True, kw_only=True, repr=False)
class FunnelResult(Result):
    """How many people reached each step.

    `steps` holds {label, people, step_rate, rate, median_time, mean_time, p90_time}, times in microseconds from the
    step before, and `conversion` {people, median_time, mean_time, p90_time} from step 1 to the last. `histograms` are
    lists of {start, end, people}: the first of step 1 to the last step, then one a step from the one before.
    `buckets` (with `freq`) holds {start, steps, partial, ripe}; `breakdown` (with `by`) holds {value, steps}, the
    largest first, and `more_values` says how many it leaves out.
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
        labels = [step.label for step in self.definition.steps]
        return f"{' + '.join(labels)}, in any order" if self.definition.order == "any" else " → ".join(labels)

    @property
    def table(self) -> pd.DataFrame:
        """The steps with people, rates and times; with `by` or `freq` people and rates, by (value or start, step)."""
        import pandas as pd

        if self.definition.by is not None:
            return self._table_by(self.definition.by, [(row["value"], row["steps"]) for row in self.breakdown])
        if self.definition.freq is not None:
            return self._table_over_time(self.definition.freq)
        frame = pd.DataFrame(self.steps, index=pd.RangeIndex(1, len(self.steps) + 1, name="step"))
        frame = frame.rename(columns={"label": "event"})
        frame[TIMES] = frame[TIMES].apply(_spans)
        return frame.astype({"step_rate": float, "rate": float})

    def _table_by(self, name: str, groups: list[tuple[Any, list[int]]]) -> pd.DataFrame:
        import pandas as pd

        labels = [step["label"] for step in self.steps]
        values = [value for value, _ in groups]
        index = pd.MultiIndex.from_product([values, range(1, len(labels) + 1)], names=[name, "step"])
        people = pd.Series([count for _, steps in groups for count in steps], index, dtype="int64")
        first = people.groupby(level=0, sort=False, dropna=False).transform("first")
        before = people.groupby(level=0, sort=False, dropna=False).shift()
        return pd.DataFrame(
            {"event": labels * len(values), "people": people, "step_rate": people / before, "rate": people / first}
        )

    def _table_over_time(self, freq: Freq) -> pd.DataFrame:
        import pandas as pd

        starts = pd.to_datetime([row["start"] for row in self.buckets], unit="us", utc=True)
        local = list(starts.tz_convert(self.calendar.zone))
        frame = self._table_by(freq, list(zip(local, (row["steps"] for row in self.buckets), strict=True)))
        for flag in ("partial", "ripe"):
            frame[flag] = [row[flag] for row in self.buckets for _ in self.steps]
        return frame

    def over_time(self, freq: Freq = "week") -> FunnelResult:
        """Return this funnel by the hour, day, week or month in which people began; everybody is in one bucket."""
        again = self._answered().again(freq=freq, by=None)
        assert isinstance(again, FunnelResult)
        return again

    def segment(self, step: int = 1, stopped: bool = False) -> list[str]:
        """Return one id of everybody who reached a step (with `stopped`: who got no further), for `site.cohort`."""
        return [row["distinct_id"] for row in self.people_page(step, stopped, limit=None).rows]

    def histogram(self, step: int | None = None) -> pd.DataFrame:
        """Return how long people took: from step 1 to the last, or to a step from the one before.

        Indexed by the shortest time of each bin (end excluded, empty for the open last one); `people`.
        """
        import pandas as pd

        rows = self.bins(step)
        index = pd.TimedeltaIndex(_spans([row["start"] for row in rows]), name="from")
        ends = _spans([row["end"] for row in rows])
        return pd.DataFrame({"to": ends, "people": [row["people"] for row in rows]}, index)

    def bins(self, step: int | None = None) -> list[Row]:
        """Return the histogram as rows of {start, end, people}, in microseconds."""
        return self.histograms[0 if step is None else self._checked(step) - 1]

    def _checked(self, step: int) -> int:
        if not 2 <= step <= len(self.steps):
            raise DefinitionError(f"step={step!r} has no time: ask for a step from 2 to {len(self.steps)}.")
        return step

    def times_figure(self, step: int | None = None) -> dict[str, Any]:
        """Return the histogram as a plotly figure of plain JSON values."""
        return times_figure(self, step)

    def plot_times(self, step: int | None = None) -> go.Figure:
        """Return the histogram of times as a plotly object."""
        import plotly.graph_objects as go

        return go.Figure(self.times_figure(step))

    def figure(self) -> dict[str, Any]:
        return figure(self) if self.definition.freq is None else over_time_figure(self)

    def _short(self) -> str:
        return " → ".join(f"{step['people']:,}" for step in self.steps)

    def _repr_html_(self) -> str:
        return card(self)


def _spans(microseconds: Any) -> Any:
    """Return lengths of time as pandas has them."""
    import pandas as pd

    return pd.to_timedelta(pd.array(list(microseconds), "Int64"), unit="us")
