"""Sessions: what one person did on the site in one go, derived from the log and never stored (SEMANTICS 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from .definition import FLAG, Definition, check_choice
from .event import SYSTEM_EVENTS, Event, Value
from .period import DAY, FREQUENCIES, MINUTE, Freq
from .person import Person
from .values import values_at

PAGE = "page"
"""The argument by which an event of the browser library says on which page it happened (ADR 0011)."""

LONGEST_BREAK = 30 * MINUTE
LONGEST_SESSION = DAY

SessionMeasure = Literal["sessions", "mean_length", "views_per_session", "bounce_rate"]

SESSION_MEASURES: dict[SessionMeasure, str] = {
    "sessions": "Number of sessions",
    "mean_length": "Mean length of a session",
    "views_per_session": "Page views per session",
    "bounce_rate": "Sessions of one page view",
}
"""What can be measured of sessions, as a diagram names it."""

_ORIGIN = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_END_OF_PATH = re.compile(r"\?|#(?!!?/)")  # sites of one page name their pages behind #/


@dataclass(frozen=True, eq=False, repr=False)
class Sessions(Definition):
    """A number about sessions over a range and per bucket; a session counts where it begins.

    `measure` says what each bucket shows: "sessions", "mean_length" (microseconds), "views_per_session" or
    "bounce_rate".

    >>> Sessions("bounce_rate", freq="week")
    Sessions('bounce_rate', freq='week')
    """

    measure: SessionMeasure = "sessions"
    freq: Freq = "day"
    include_bots: bool = False

    def __post_init__(self) -> None:
        check_choice("measure", self.measure, SESSION_MEASURES, "Sessions(…)")
        check_choice("freq", self.freq, FREQUENCIES, "Sessions(…)")
        check_choice("include_bots", self.include_bots, FLAG, "Sessions(…)")

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        return f"{session_rule(self.include_bots)} · counted where they begin · per {self.freq}"


def session_rule(include_bots: bool) -> str:
    """Return what a session is, in words."""
    bots = f"bots {'in' if include_bots else 'out'}"
    return f"sessions: events that name their page, at most 30 min apart, at most 24 h · {bots}"


@dataclass(frozen=True, slots=True)
class Session:
    """Consecutive browser events of one person, in order."""

    events: tuple[Event, ...]

    @property
    def start(self) -> int:
        """The instant of the first event."""
        return self.events[0].time

    @property
    def length(self) -> int:
        """The microseconds from the first event to the last."""
        return self.events[-1].time - self.start

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages viewed, in order: a view begins where the page changes, so that a click or a reload is none."""
        named = [page_of(event.properties) or "" for event in self.events]
        return (named[0], *(page for before, page in pairwise(named) if page != before))

    @property
    def is_bounce(self) -> bool:
        """True for one page view and no more."""
        return len(self.pages) == 1


def sessions(person: Person, now: int, include_bots: bool = False) -> list[Session]:
    """Return the person's sessions up to `now`, in order."""
    found: list[list[Event]] = []
    for event in person.events:
        if event.time > now or not is_browser_event(event, include_bots):
            continue
        goes_on = (
            found
            and event.time - found[-1][-1].time <= LONGEST_BREAK
            and event.time - found[-1][0].time <= LONGEST_SESSION
        )
        if goes_on:
            found[-1].append(event)
        else:
            found.append([event])
    return [Session(tuple(events)) for events in found]


def value_of_sessions(measure: SessionMeasure, count: int, length: int, views: int, bounces: int) -> float | None:
    """Return the measure of so many sessions with these sums; None where a ratio has no base."""
    if measure == "sessions":
        return count
    if not count:
        return None
    return {"mean_length": length, "views_per_session": views, "bounce_rate": bounces}[measure] / count


def is_browser_event(event: Event, include_bots: bool = False) -> bool:
    """True for an event that names its page, unless the system or (if not asked for) a bot made it."""
    counts = event.name not in SYSTEM_EVENTS and (include_bots or not event.bot)
    return counts and page_of(event.properties) is not None


def page_of(properties: Mapping[str, Value]) -> str | None:
    """Return the page on which an event with these arguments happened, None if they do not say."""
    return next((page for page in map(page_path, values_at(properties, PAGE)) if page is not None), None)


def page_path(value: Value) -> str | None:
    """Return the path that names a page: /pricing for "/pricing?from=ad" and for "https://shop.example/pricing".

    None for anything that is neither a path from the root nor a URL, such as a page number.
    """
    if not isinstance(value, str):
        return None
    origin = _ORIGIN.match(value)
    path = _END_OF_PATH.split(value[origin.end() if origin else 0 :], maxsplit=1)[0]
    if not path.startswith("/"):
        return "/" if origin and path == "" else None
    return path
