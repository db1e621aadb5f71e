"""What all answers share: plain frozen data that crosses process borders.

An answer knows whom to ask for its people and its reasons. pandas and plotly are loaded only where a method returns
their objects.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from tracktor_nb.analysis.cards.explanation import MOST_REASONS, explanation
from tracktor_nb.analysis.wording import instant_in_words, period_in_words
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import Calendar, Period

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
        more = [f"and {len(lines) - MOST_REASONS:,} more, see frame()"] if len(lines) > MOST_REASONS else []
        shown = [f"  {line}" for line in [*lines[:MOST_REASONS], *more]]
        return "\n".join([f"{self.distinct_id}: {self.summary}", *shown])

    def _repr_html_(self) -> str:
        return explanation(self)


class Asked(Protocol):
    """Whoever answered: it can also list the people behind a number, and say why one of them is there."""

    def people_page(self, which: Mapping[str, Any], offset: int, limit: int | None, search: str) -> PeoplePage: ...

    def explain(self, person: Any) -> Explanation: ...

    def again(self, **options: Any) -> Result:
        """Return the answer to the same question with other options of its definition."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Result:
    """What all answers share. Instants are microseconds UTC; `start` and `end` bound the events that could count.

    `name` and `revision` say which saved definition was asked, None for one that was not asked by its name.
    """

    definition: Definition
    period: Period
    calendar: Calendar
    now: int
    watermark: int
    start: int | None = None
    end: int | None = None
    as_of: int | None = None
    name: str | None = None
    revision: int | None = None
    asked: Asked | None = field(default=None, compare=False)

    kind: ClassVar[str]
    numbers: ClassVar[tuple[str, ...]] = ("step", "stopped")
    """The arguments that say which number of the answer is meant, in order."""

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

    def to_html(self, path: str | Path) -> Path:
        """Return the path of a file with figure, numbers and rule, which opens from disk and asks nobody anything."""
        from tracktor_nb.analysis.report import report

        return report([self], path, self.title if self.name is None else self.name)

    def people_page(
        self, *number: Any, offset: int = 0, limit: int | None = 50, search: str = "", **named: Any
    ) -> PeoplePage:
        """Return some of the people behind a number, most recently seen first; `search` looks into ids and e-mails.

        Which number is said as in `people`.
        """
        return self._answered().people_page(self._which(number, named), offset, limit, search)

    def people(self, *number: Any, **named: Any) -> pd.DataFrame:
        """Return the people behind a number, indexed by person_id.

        Which number: `step=` and `stopped=` in a funnel; other kinds say it in their own words, see `numbers`.
        """
        return self.people_page(*number, limit=None, **named).frame(self.calendar.zone)

    def _which(self, number: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """Return the number that is meant as plain JSON values by the name of the argument."""
        which = {**dict(zip(self.numbers, number, strict=False)), **named}
        if len(number) > len(self.numbers) or which.keys() - set(self.numbers) or len(which) < len(number) + len(named):
            raise DefinitionError(
                f"The people of a {self.kind} are asked for by {', '.join(self.numbers) or 'nothing'}."
            )
        return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in which.items()}

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

    @abstractmethod
    def _repr_html_(self) -> str:
        """Return the card that a notebook shows."""
