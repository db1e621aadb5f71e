"""Paths: what people do right after an event, or what they did before it (ADR 0012)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tracktor_nb.errors import DefinitionError

from .activity import counts_as_activity
from .among import among_rule, check_among, is_among
from .condition import Condition
from .definition import FLAG, Definition, check_choice, check_name
from .doing import call_source, doing
from .event import Event, order
from .funnel import Step
from .period import LAST_INSTANT, Calendar, Range, duration, duration_in_words
from .person import Person
from .session import sessions
from .truth import matching_events

Direction = Literal["after", "before"]
PathEntry = Literal["first", "last"]

DEEPEST_PATH = 10
MOST_EVENTS = 20


@dataclass(frozen=True, eq=False, repr=False)
class Paths(Definition):
    """The `depth` events that follow an event of each person, or with `direction="before"` lead to it.

    A person has one path, from the first such event in the range (or the last, `entry="last"`), and all of it lies in
    the range; `window` bounds the time from that event to each step, inclusive, and `within_session` ends it with the
    session around that event. Steps are activity; `only=` names the events that are steps, `hide=` those that are none,
    `group=` joins some under one label. With `collapse`, repeats in a row count once. Each step shows its `most`
    frequent events and the rest together.

    >>> Paths("Purchase", direction="before", hide=["Heartbeat"])
    Paths('Purchase', direction='before', hide=['Heartbeat'])
    """

    event: Step
    direction: Direction = "after"
    depth: int = 4
    most: int = 5
    window: str | None = None
    within_session: bool = False
    entry: PathEntry = "first"
    only: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    group: Mapping[str, tuple[str, ...]] | None = None
    collapse: bool = True
    among: Condition | None = None
    include_bots: bool = False

    if TYPE_CHECKING:  # names may be given in lists, the event as a text; they are kept as tuples and as Step

        def __init__(
            self,
            event: Step | str,
            direction: Direction = "after",
            depth: int = 4,
            most: int = 5,
            window: str | None = None,
            within_session: bool = False,
            entry: PathEntry = "first",
            only: Iterable[str] = (),
            hide: Iterable[str] = (),
            group: Mapping[str, Iterable[str]] | None = None,
            collapse: bool = True,
            among: Condition | None = None,
            include_bots: bool = False,
        ) -> None: ...

    def __post_init__(self) -> None:
        if self.event is None:
            raise DefinitionError("Paths(None) needs the event that paths begin or end with: Paths('Purchase').")
        object.__setattr__(self, "event", doing(self.event))
        check_choice("direction", self.direction, ("after", "before"), "Paths(…)")
        check_choice("entry", self.entry, ("first", "last"), "Paths(…)")
        for name in ("within_session", "collapse", "include_bots"):
            check_choice(name, getattr(self, name), FLAG, "Paths(…)")
        _check_number("depth", self.depth, DEEPEST_PATH)
        _check_number("most", self.most, MOST_EVENTS)
        if self.window is not None:
            duration(self.window)
        for name in ("only", "hide"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        if self.only and self.hide:
            raise DefinitionError("Paths(…) takes only= or hide=, not both.")
        object.__setattr__(self, "group", _groups(self.group))
        check_among(self.among, "Paths(…)")

    def to_source(self) -> str:
        return call_source("Paths", self.event, self._options("event"))

    @property
    def label(self) -> str:
        """The question as a diagram names it."""
        return f"Paths {self.direction} {self.event.label}"

    def label_of(self, name: str) -> str:
        """Return how a step with that event is called: by its group if it has one."""
        return next((label for label, names in (self.group or {}).items() if name in names), name)

    def shows(self, event: Event) -> bool:
        """True if the event can be a step."""
        if self.only:
            return event.name in self.only and (self.include_bots or not event.bot)
        return event.name not in self.hide and counts_as_activity(event, self.include_bots)

    def rule(self) -> str:
        """Return the rule that is printed beside the numbers."""
        side = "following" if self.direction == "after" else "leading to"
        parts = [
            f"up to {self.depth} events {side} each person's {self.entry} {self.event.label!r} in the range",
            f"within {duration_in_words(self.window)} of it" if self.window else "",
            "all in the session around it" if self.within_session else "",
            "all in the range",
            f"steps: {_listed(self.only)} only" if self.only else "steps: activity (what the system does is none)",
            f"without {_listed(self.hide)}" if self.hide else "",
            *(f"{label!r} stands for {_listed(names)}" for label, names in (self.group or {}).items()),
            f"repeats in a row count {'once' if self.collapse else 'each'}",
            f"the {self.most} most frequent of each step, the rest together",
            among_rule(self.among),
            "unique people",
            f"bots {'in' if self.include_bots else 'out'}",
        ]
        return " · ".join(part for part in parts if part)


def path(paths: Paths, person: Person, within: Range, now: int, calendar: Calendar) -> tuple[Event, ...]:
    """Return one person's path: the event itself, then the steps away from it; empty without such an event."""
    asked = paths.event
    found = matching_events(asked.event, asked.where, person, calendar, paths.include_bots)
    starts = [event for event in found if event.time in within and event.time <= now]
    if not starts or not is_among(paths.among, person, within, now, calendar, paths.include_bots):
        return ()
    start = starts[0 if paths.entry == "first" else -1]
    walked = [start]
    for event in _around(paths, start, person, within, now):
        if len(walked) > paths.depth:
            break
        if not paths.collapse or paths.label_of(event.name) != paths.label_of(walked[-1].name):
            walked.append(event)
    return tuple(walked)


def _around(paths: Paths, start: Event, person: Person, within: Range, now: int) -> list[Event]:
    """Return what can be a step, from the start outwards."""
    window = duration(paths.window) if paths.window else LAST_INSTANT
    events = _of_session(person, start, now, paths.include_bots) if paths.within_session else person.events
    near = [
        event
        for event in events
        if event.time in within and event.time <= now and abs(event.time - start.time) <= window and paths.shows(event)
    ]
    if paths.direction == "after":
        return [event for event in near if order(event) > order(start)]
    return [event for event in reversed(near) if order(event) < order(start)]


def _of_session(person: Person, start: Event, now: int, include_bots: bool) -> list[Event]:
    """Return what happened from the first event to the last of the session around the start; nothing without one."""
    spans = [(order(each.events[0]), order(each.events[-1])) for each in sessions(person, now, include_bots)]
    around = next(((first, last) for first, last in spans if first <= order(start) <= last), None)
    return [event for event in person.events if around is not None and around[0] <= order(event) <= around[1]]


def _check_number(option: str, number: object, most: int) -> None:
    if type(number) is not int or not 1 <= number <= most:
        raise DefinitionError(f"{option}={number!r} in Paths(…) must be a whole number, 1 to {most}.")


def _names(option: str, names: Any) -> tuple[str, ...]:
    if not isinstance(names, Iterable) or isinstance(names, (str, bytes, Mapping)):
        raise DefinitionError(f"{option}={names!r} in Paths(…) must be a list of events.")
    given = tuple(names)
    for name in given:
        check_name(name, "an event", f"{option}= in Paths(…)")
    return tuple(sorted(set(given)))


def _groups(group: Any) -> dict[str, tuple[str, ...]] | None:
    if not group:
        return None
    if not isinstance(group, Mapping):
        raise DefinitionError(f"group={group!r} in Paths(…) must give a list of events for each label.")
    for label in group:
        check_name(label, "a group", "group= in Paths(…)")
    groups = {label: _names("group", group[label]) for label in sorted(group)}
    named = [name for names in groups.values() for name in names]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise DefinitionError(f"group= in Paths(…) has {_listed(twice)} in two groups; an event belongs to one.")
    return groups


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
