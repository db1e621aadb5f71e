"""Funnels: how far one person got through ordered steps (SEMANTICS 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tracktor_nb.errors import DefinitionError

from .condition import Condition, check_arguments
from .definition import Definition
from .event import Event, Value
from .period import LAST_INSTANT, Calendar, Range, duration, duration_in_words
from .person import Person
from .truth import matching_events
from .values import group_key, values_at

Entry = Literal["any", "first"]
WindowScope = Literal["funnel", "per step"]
Until = Literal["range end", "now"]


@dataclass(frozen=True, eq=False, repr=False)
class Step(Definition):
    """One step: an event, and what its arguments must meet."""

    event: str
    where: Condition | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.event, str) or not self.event:
            raise DefinitionError(f"Step({self.event!r}) needs the name of an event.")
        check_arguments(self.where, f"Step({self.event!r})")

    @property
    def label(self) -> str:
        """The step as a diagram names it."""
        return self.event if self.where is None else f"{self.event} ({self.where.rule()})"


@dataclass(frozen=True, eq=False, repr=False)
class Funnel(Definition):
    """Ordered steps, other events allowed between: `Funnel(["View", "Cart", "Purchase"], window="7d", by="source")`.

    `window` bounds the time from step 1 (or with `window_scope="per step"` from the step before), inclusive.
    `entry="any"` lets any step-1 event start, `"first"` only the first in the range. Step 1 lies in the range; later
    steps before its end, or with `until="now"` before now. `by` splits by a property's value at step 1.
    """

    steps: tuple[Step, ...]
    window: str | None = None
    entry: Entry = "any"
    window_scope: WindowScope = "funnel"
    until: Until = "range end"
    by: str | None = None
    include_bots: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.steps, (str, Step)) or not isinstance(self.steps, Iterable) or not list(self.steps):
            raise DefinitionError(f"Funnel({self.steps!r}) needs a list of steps: Funnel(['Visit', 'Purchase']).")
        object.__setattr__(self, "steps", tuple(step if isinstance(step, Step) else Step(step) for step in self.steps))
        _check_choice("entry", self.entry, ("any", "first"))
        _check_choice("window_scope", self.window_scope, ("funnel", "per step"))
        _check_choice("until", self.until, ("range end", "now"))
        if self.window is not None:
            duration(self.window)
        elif self.window_scope == "per step":
            raise DefinitionError("window_scope='per step' needs a window, such as window='7d'.")

    def to_source(self) -> str:
        steps = [step.event if step.where is None else step for step in self.steps]
        options = self._arguments("steps").removeprefix(repr(list(self.steps)))
        return f"Funnel({steps!r}{options})"

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        scope = "of the step before" if self.window_scope == "per step" else "of step 1"
        window = f"within {duration_in_words(self.window)} {scope}" if self.window else "no time limit between steps"
        parts = [
            "steps in order, other events between allowed",
            f"{self.entry} entry",
            window,
            f"later steps until {'the range ends' if self.until == 'range end' else 'now'}",
            "unique people",
            f"bots {'in' if self.include_bots else 'out'}",
        ]
        return " · ".join(parts + ([f"by {self.by} at step 1"] if self.by else []))


@dataclass(frozen=True)
class Attempt:
    """The attempt that counts: how many steps it reached, and the events of its chain."""

    reached: int = 0
    chain: tuple[Event, ...] = field(default=())


def attempt(funnel: Funnel, person: Person, within: Range, now: int, calendar: Calendar) -> Attempt:
    """Return the attempt of one person that counts (SEMANTICS 4).

    It reaches furthest; among equals it starts earliest; its chain is lexicographically the earliest in (time, seq).
    """
    matching = [matching_events(step.event, step.where, person, calendar, funnel.include_bots) for step in funnel.steps]
    starts = [event for event in matching[0] if event.time in within]
    if funnel.entry == "first":
        starts = starts[:1]
    limit = within.end if funnel.until == "range end" else now + 1
    later = [[event for event in events if event.time < limit] for events in matching[1:]]
    walk = _chain_per_step if funnel.window_scope == "per step" else _chain_from_start
    window = duration(funnel.window) if funnel.window else LAST_INSTANT
    best: tuple[Event, ...] = ()
    for start in starts:
        chain = walk(start, later, window)
        if len(chain) > len(best):
            best = chain
    return Attempt(len(best), best)


def _chain_from_start(start: Event, later: Sequence[Sequence[Event]], window: int) -> tuple[Event, ...]:
    """One bound for all steps: taking the earliest next event each time reaches furthest."""
    chain = [start]
    for events in later:
        following = next((event for event in events if _follows(event, chain[-1])), None)
        if following is None or following.time > start.time + window:
            break
        chain.append(following)
    return tuple(chain)


def _chain_per_step(start: Event, later: Sequence[Sequence[Event]], window: int) -> tuple[Event, ...]:
    """A bound from step to step: a later event of one step may be the one from which the next can be reached."""
    if not later:
        return (start,)
    best: tuple[Event, ...] = (start,)
    for event in later[0]:
        if _follows(event, start) and event.time <= start.time + window:
            chain = (start, *_chain_per_step(event, later[1:], window))
            if len(chain) > len(best):
                best = chain
    return best


def _follows(event: Event, before: Event) -> bool:
    return (event.time, event.seq) > (before.time, before.seq)


def breakdown_value(event: Event, person: Person, by: str) -> Value:
    """Return the property's value at the event: the event's own, else the person's as of then, else None."""
    for properties in (event.properties, person.properties(event.time)):
        found = values_at(properties, by)
        if found:
            return group_key(found[0])
    return None


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise DefinitionError(f"{name}={value!r} must be one of {', '.join(map(repr, choices))}.")
