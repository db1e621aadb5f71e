"""Answers: plain frozen data that crosses process borders, and knows whom to ask for its people and its reasons.

pandas and plotly are loaded only where a method returns their objects.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import Calendar, Period
from tracktor_nb.semantics.segment import Segment

from . import cards, figures
from .wording import instant_in_words, number, period_in_words

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

Row = dict[str, Any]


@dataclass(frozen=True)
class PeoplePage:
    """Some people of a list, and how many it has: rows of person_id, distinct_id, email, last_action, last_seen.

    `last_seen` is in microseconds UTC, None for somebody never seen.
    """

    rows: list[Row]
    total: int

    def frame(self, zone: str = "UTC") -> pd.DataFrame:
        """Return the rows as a DataFrame indexed by person_id, with last_seen as a time in the zone."""
        import pandas as pd

        columns = ["person_id", "distinct_id", "email", "last_action", "last_seen"]
        frame = pd.DataFrame(self.rows, columns=columns).set_index("person_id")
        seen = pd.to_datetime(pd.Series(frame["last_seen"], dtype="Int64"), unit="us", utc=True)
        return frame.assign(last_seen=seen.dt.tz_convert(zone))


@dataclass(frozen=True)
class Explanation:
    """Why one person is where it is: a sentence, and the events or conditions that decide it, one row each."""

    person_id: Any
    distinct_id: str
    summary: str
    rows: list[Row]

    def frame(self) -> pd.DataFrame:
        """Return the rows as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.rows)

    def __str__(self) -> str:
        lines = ["  ".join(str(value) for value in row.values() if value not in (None, "")) for row in self.rows]
        return "\n".join([f"{self.distinct_id}: {self.summary}", *(f"  {line}" for line in lines)])

    def _repr_html_(self) -> str:
        return cards.explanation(self)


class Asked(Protocol):
    """Whoever answered: it can also list the people behind a number, and say why one of them is there."""

    def people_page(self, step: int, stopped: bool, offset: int, limit: int | None, search: str) -> PeoplePage: ...

    def explain(self, person: Any) -> Explanation: ...


@dataclass(frozen=True, kw_only=True, repr=False)
class Result:
    """What all answers share. Instants are microseconds UTC; `start` and `end` bound the events that could count."""

    definition: Definition
    period: Period
    calendar: Calendar
    now: int
    watermark: int
    start: int | None = None
    end: int | None = None
    as_of: int | None = None
    asked: Asked | None = field(default=None, compare=False)

    kind: ClassVar[str]

    @property
    def computed_at(self) -> datetime:
        """The instant for which this was computed, in the site's zone."""
        return self.calendar.local(self.now)

    @property
    def rule(self) -> str:
        """The definition's rule and the period in words, with dates in the site's zone."""
        known = "" if self.as_of is None else f" · as known on {instant_in_words(self.as_of, self.calendar)}"
        return f"{self.definition.rule()} · {self._when}{known}"  # type: ignore[attr-defined]

    @property
    def _when(self) -> str:
        return period_in_words(self.period, self.start, self.end, self.calendar)

    @property
    @abstractmethod
    def title(self) -> str:
        """What the answer is about, short."""

    @property
    @abstractmethod
    def table(self) -> pd.DataFrame:
        """The numbers as a DataFrame."""

    @abstractmethod
    def figure(self) -> dict[str, Any]:
        """Return a plotly figure as plain JSON values."""

    def plot(self) -> go.Figure:
        """Return the figure as a plotly object."""
        import plotly.graph_objects as go

        return go.Figure(self.figure())

    def people_page(
        self, step: int = 1, stopped: bool = False, offset: int = 0, limit: int | None = 50, search: str = ""
    ) -> PeoplePage:
        """Return some of the people behind a number, most recently seen first; `search` looks into ids and e-mails."""
        return self._answered().people_page(step, stopped, offset, limit, search)

    def people(self, step: int = 1, stopped: bool = False) -> pd.DataFrame:
        """Return the people behind a number, indexed by person_id; in a funnel those who reached a step (from 1 on).

        With `stopped` only those who got no further.
        """
        return self.people_page(step, stopped, 0, None).frame(self.calendar.zone)

    def explain(self, person: Any) -> Explanation:
        """Return why a person (its person_id, or one of its distinct ids) is where it is."""
        return self._answered().explain(person)

    def _answered(self) -> Asked:
        if self.asked is None:
            raise DefinitionError(
                "This result stands alone, without the log it came from. Evaluate its definition again."
            )
        return self.asked

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain JSON values."""
        plain = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "asked"}
        calendar = {"zone": self.calendar.zone, "week_start": self.calendar.week_start}
        period = self.period if isinstance(self.period, str) else list(self.period)
        definition = codec.to_dict(self.definition)
        return {**plain, "kind": self.kind, "definition": definition, "calendar": calendar, "period": period}

    @classmethod
    def _from_dict(cls, body: Mapping[str, Any], asked: Asked | None) -> Self:
        period = body["period"]
        values = {
            **body,
            "definition": codec.from_dict(body["definition"]),
            "calendar": Calendar(**body["calendar"]),
            "period": period if isinstance(period, str) else tuple(period),
        }
        return cls(**{key: value for key, value in values.items() if key != "kind"}, asked=asked)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.title}: {self._short()}>"

    @abstractmethod
    def _short(self) -> str:
        """Return the numbers in a few words."""


@dataclass(frozen=True, kw_only=True, repr=False)
class FunnelResult(Result):
    """How many people reached each step.

    `steps` holds {label, people, step_rate, rate, median_time, mean_time, p90_time}, times in microseconds from the
    step before; `breakdown` holds {value, steps}, the largest first, and `more_values` says how many it leaves out.
    """

    definition: Funnel
    steps: list[Row]
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
        return figures.funnel(self)

    def _short(self) -> str:
        return " → ".join(f"{step['people']:,}" for step in self.steps)

    def _repr_html_(self) -> str:
        return cards.funnel(self)


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
        return figures.metric(self)

    def _short(self) -> str:
        return number(self.total)

    def _repr_html_(self) -> str:
        return cards.metric(self)


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
        return figures.segment(self)

    def _short(self) -> str:
        return f"{self.count:,} of {self.known:,} people"

    def _repr_html_(self) -> str:
        return cards.segment(self)


_KINDS: dict[str, type[Result]] = {each.kind: each for each in (FunnelResult, MetricResult, SegmentResult)}


def from_dict(body: Mapping[str, Any], asked: Asked | None = None) -> Result:
    """Return the result that `to_dict` wrote; `asked` answers its further questions."""
    return _KINDS[body["kind"]]._from_dict(body, asked)
