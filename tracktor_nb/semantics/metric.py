"""Metrics: one number over a range and per day, week or month (SEMANTICS 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, TypedDict, Unpack

from .condition import Condition, check_arguments
from .definition import FLAG, Definition, check_choice, check_name
from .event import Event
from .period import FREQUENCIES, Calendar, Freq, Range
from .person import Person
from .truth import matching_events

Measure = Literal["people_who_did", "times_happened", "times_per_person"]

MEASURES: dict[Measure, str] = {
    "people_who_did": "Number of People Who Did Event",
    "times_happened": "Number of Times Event Happened",
    "times_per_person": "Average Number of Times Event Happened Per Person",
}
"""The seed's names of what can be measured."""


class Options(TypedDict, total=False):
    """What may be said of every metric."""

    where: Condition | None
    by: str | None
    freq: Freq
    include_bots: bool


@dataclass(frozen=True, eq=False, repr=False)
class Metric(Definition):
    """A number about an event; make one with `Metric.people_who_did(...)` and its sisters.

    They take `where` (a condition on the event's arguments), `by` (splits by a property's value at each event), `freq`
    (the length of a bucket: hour, day, week or month) and `include_bots`.

    >>> Metric.people_who_did("Site visit", freq="week").rule()
    "unique people who did 'Site visit' · per week · bots out"
    """

    measure: Measure
    event: str
    where: Condition | None = None
    by: str | None = None
    freq: Freq = "day"
    include_bots: bool = False

    def __post_init__(self) -> None:
        check_choice("measure", self.measure, MEASURES, "Metric(…)")
        place = f"Metric.{self.measure}({self.event!r})"
        check_name(self.event, "an event", place)
        check_arguments(self.where, place)
        if self.by is not None:
            check_name(self.by, "a property", f"by= in {place}")
        check_choice("freq", self.freq, FREQUENCIES, place)
        check_choice("include_bots", self.include_bots, FLAG, place)

    @classmethod
    def people_who_did(cls, event: str, **options: Unpack[Options]) -> Self:
        """Return the metric that counts each person once, however often they did it."""
        return cls("people_who_did", event, **options)

    @classmethod
    def times_happened(cls, event: str, **options: Unpack[Options]) -> Self:
        """Return the metric that counts every time the event happened."""
        return cls("times_happened", event, **options)

    @classmethod
    def times_per_person(cls, event: str, **options: Unpack[Options]) -> Self:
        """Return the metric that divides the times by the people who did it at least once."""
        return cls("times_per_person", event, **options)

    def to_source(self) -> str:
        return f"Metric.{self.measure}({self.event!r}{self._options('measure', 'event')})"

    @property
    def label(self) -> str:
        """The metric as a diagram names it, in the seed's words."""
        return f"{MEASURES[self.measure]}: {self.event}"

    @property
    def is_count(self) -> bool:
        """True where an empty bucket is 0; a ratio has no value there."""
        return self.measure != "times_per_person"

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        what = {
            "people_who_did": f"unique people who did {self.event!r}",
            "times_happened": f"times {self.event!r} happened",
            "times_per_person": f"times {self.event!r} happened / people who did it",
        }[self.measure]
        where = "" if self.where is None else f" where {self.where.rule()}"
        split = f" · by {self.by} at the event" if self.by else ""
        return f"{what}{where} · per {self.freq} · bots {'in' if self.include_bots else 'out'}{split}"


def occurrences(metric: Metric, person: Person, within: Range, calendar: Calendar) -> list[Event]:
    """Return the person's events that the metric counts, in order."""
    found = matching_events(metric.event, metric.where, person, calendar, metric.include_bots)
    return [event for event in found if event.time in within]


def value_of(measure: Measure, people: int, times: int) -> float | None:
    """Return the metric's value for so many people who did it so many times; None where a ratio has no base."""
    if measure == "people_who_did":
        return people
    if measure == "times_happened":
        return times
    return times / people if people else None
