"""Retention: of the people who began in one period, who came back in each period after it (ADR 0012)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tracktor_nb.errors import DefinitionError

from .among import among_rule, check_among, is_among
from .condition import Condition
from .definition import FLAG, Definition, check_choice, check_name
from .doing import call_source, doing, doings, in_words, label_of, step_source
from .event import Event, order
from .funnel import Step, Until
from .period import DAY, HOUR, Calendar, Range
from .person import Person

RetentionKind = Literal["on", "on or after"]
Cohort = Literal["first ever", "first in range"]
Clock = Literal["calendar", "rolling"]
RetentionFreq = Literal["day", "week", "month"]

LENGTHS: dict[RetentionFreq, int] = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}
"""How long a rolling period is, in microseconds."""
MOST_PERIODS = 366


@dataclass(frozen=True, eq=False, repr=False)
class Retention(Definition):
    """Who came back in each period after the one they began in.

    A cohort is the people whose start event lies in one day, week or month: their first ever, or with
    `cohort="first in range"` their first in the range; a person is in one cohort. They come back by a `returning` event
    (None: any activity) strictly after it: `kind="on"` in that very period, `"on or after"` in it or a later one.
    `clock="calendar"` counts local days, weeks and months, `"rolling"` counts 24 hours, 7 or 30 times 24 hours from
    each person's own start. `by` splits by a property's value at the start event.

    >>> Retention("Sign up", returning="Visit", freq="week")
    Retention('Sign up', returning='Visit', freq='week')
    """

    start: Step
    returning: Step | None = None
    kind: RetentionKind = "on"
    freq: RetentionFreq = "day"
    periods: int = 7
    cohort: Cohort = "first ever"
    clock: Clock = "calendar"
    until: Until = "range end"
    among: Condition | None = None
    by: str | None = None
    include_bots: bool = False

    if TYPE_CHECKING:  # events may be given as texts; they are kept as Step

        def __init__(
            self,
            start: Step | str,
            returning: Step | str | None = None,
            kind: RetentionKind = "on",
            freq: RetentionFreq = "day",
            periods: int = 7,
            cohort: Cohort = "first ever",
            clock: Clock = "calendar",
            until: Until = "range end",
            among: Condition | None = None,
            by: str | None = None,
            include_bots: bool = False,
        ) -> None: ...

    def __post_init__(self) -> None:
        if self.start is None:
            raise DefinitionError("Retention(None) needs the event that people begin with: Retention('Sign up').")
        for name in ("start", "returning"):
            object.__setattr__(self, name, doing(getattr(self, name)))
        check_choice("kind", self.kind, ("on", "on or after"), "Retention(…)")
        check_choice("freq", self.freq, tuple(LENGTHS), "Retention(…)")
        check_choice("cohort", self.cohort, ("first ever", "first in range"), "Retention(…)")
        check_choice("clock", self.clock, ("calendar", "rolling"), "Retention(…)")
        check_choice("until", self.until, ("range end", "now"), "Retention(…)")
        check_choice("include_bots", self.include_bots, FLAG, "Retention(…)")
        check_among(self.among, "Retention(…)")
        if self.by is not None:
            check_name(self.by, "a property", "by= in Retention(…)")
        if type(self.periods) is not int or not 1 <= self.periods <= MOST_PERIODS:
            raise DefinitionError(
                f"periods={self.periods!r} in Retention(…) must be a whole number, 1 to {MOST_PERIODS}."
            )

    def to_source(self) -> str:
        returning = "" if self.returning is None else f", returning={step_source(self.returning)}"
        return call_source("Retention", self.start, returning + self._options("start", "returning"))

    @property
    def label(self) -> str:
        """The question as a diagram names it."""
        return f"{self.start.label} → {label_of(self.returning)}"

    def rule(self) -> str:
        """Return the rule that is printed beside the numbers."""
        later = " or later" if self.kind == "on or after" else ""
        hours = LENGTHS[self.freq] // HOUR
        parts = [
            f"people by the {self.freq} of their first {self.start.label!r} "
            + ("ever, if it lies in the range" if self.cohort == "first ever" else "in the range"),
            f"came back in {self.freq} n: {in_words(self.returning)} after that, in {self.freq} n{later}",
            f"{self.freq} 0 is the one they began in"
            if self.clock == "calendar"
            else f"a {self.freq} is {hours} hours, counted from each person's own start",
            f"until {'the range ends' if self.until == 'range end' else 'now'}",
            among_rule(self.among),
            "unique people",
            f"bots {'in' if self.include_bots else 'out'}",
            f"by {self.by} at the start" if self.by else "",
            "what is not over is partial and left out of averages; these weigh each person alike",
        ]
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class Retained:
    """When one person began, the start of that period, and the periods (0 is the first) in which it came back."""

    start: Event
    cohort: int
    periods: frozenset[int]


def retained(retention: Retention, person: Person, within: Range, now: int, calendar: Calendar) -> Retained | None:
    """Return where one person stands, None for somebody who did not begin in the range."""
    start = _start(retention, person, within, now, calendar)
    if start is None or not is_among(retention.among, person, within, now, calendar, retention.include_bots):
        return None
    until = horizon(retention, within, now)
    found = doings(retention.returning, person, calendar, retention.include_bots)
    times = (event.time for event in found if order(event) > order(start) and event.time < until)
    periods = {period_of(retention, start, time, calendar) for time in times}
    if retention.kind == "on or after":
        periods = set(range(max(periods, default=-1) + 1))
    asked_for = frozenset(period for period in periods if period <= retention.periods)
    return Retained(start, calendar.floor(start.time, retention.freq), asked_for)


def horizon(retention: Retention, within: Range, now: int) -> int:
    """Return the instant from which on nothing counts."""
    return min(within.end, now + 1) if retention.until == "range end" else now + 1


def cell(retention: Retention, cohort: int, period: int, calendar: Calendar) -> Range:
    """Return when the period begins for the first of a cohort and ends for the last of it."""
    following = calendar.next(cohort, retention.freq)
    if retention.clock == "rolling":
        length = LENGTHS[retention.freq]
        return Range(cohort + period * length, following + (period + 1) * length)
    for _ in range(period):
        cohort, following = following, calendar.next(following, retention.freq)
    return Range(cohort, following)


def _start(retention: Retention, person: Person, within: Range, now: int, calendar: Calendar) -> Event | None:
    found = doings(retention.start, person, calendar, retention.include_bots)
    if retention.cohort == "first in range":
        found = [event for event in found if event.time in within]
    return found[0] if found and found[0].time in within and found[0].time <= now else None


def period_of(retention: Retention, start: Event, time: int, calendar: Calendar) -> int:
    """Return the number of the period after the start in which a later time lies; 0 is the first."""
    if retention.clock == "rolling":
        return (time - start.time) // LENGTHS[retention.freq]
    number, following = 0, calendar.next(start.time, retention.freq)
    while following <= time and number <= retention.periods:  # later than the last one asked for are all alike
        number, following = number + 1, calendar.next(following, retention.freq)
    return number
