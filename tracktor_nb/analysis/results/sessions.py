"""The answer to a question about sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.sessions import card
from tracktor_nb.analysis.figures.sessions import figure, in_words
from tracktor_nb.semantics.session import SESSION_MEASURES, Sessions

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class SessionsResult(Result):
    """The sessions that begin in the range, of so many `visitors`; lengths are in microseconds.

    `buckets` holds {start (us), value, partial} of the definition's measure; maximum, minimum and average are over
    whole buckets only. `people(bounced=True)` returns those who viewed no second page in any of their sessions.
    """

    definition: Sessions
    visitors: int
    sessions: int
    mean_length: float | None
    median_length: int | None
    views_per_session: float | None
    bounce_rate: float | None
    buckets: list[Row]
    maximum: float | None
    minimum: float | None
    average: float | None

    kind = "sessions"
    numbers = ("bounced",)

    @property
    def total(self) -> float | None:
        """The measure over the whole range."""
        value: float | None = getattr(self, self.definition.measure)
        return value

    @property
    def title(self) -> str:
        return SESSION_MEASURES[self.definition.measure]

    @property
    def rule(self) -> str:
        partial = sum(bucket["partial"] for bucket in self.buckets)
        named = f"{partial} partial {self.definition.freq}{'' if partial == 1 else 's'}"
        return super().rule + (f" · {named} left out of maximum, minimum and average" if partial else "")

    @property
    def table(self) -> pd.DataFrame:
        """The measure by the start of each bucket, and whether the bucket is partial."""
        import pandas as pd

        starts = pd.to_datetime([bucket["start"] for bucket in self.buckets], unit="us", utc=True)
        index = pd.DatetimeIndex(starts.tz_convert(self.calendar.zone), name=self.definition.freq)
        return pd.DataFrame({name: [bucket[name] for bucket in self.buckets] for name in ("value", "partial")}, index)

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return in_words(self.definition.measure, self.total)

    def _repr_html_(self) -> str:
        return card(self)
