"""Funnels: how far one person got through ordered steps (SEMANTICS 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tracktor_nb.errors import DefinitionError

from .condition import Condition, check_arguments
from .definition import FLAG, Definition, check_choice, check_name
from .event import Event, Value, order
from .period import LAST_INSTANT, Calendar, Range, duration, duration_in_words
from .person import Person
from .truth import matching_events
from .values import group_key, values_at

Entry = Literal["any", "first"]
WindowScope = Literal["funnel", "per step"]
Until = Literal["range end", "now"]
Chain = tuple[Event, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Step(Definition):
    """One step: an event, and what its arguments must meet.

    >>> from tracktor_nb import has
    >>> Step("View", where=has("price", ">", 100)).label
    'View (price > 100)'
    """

    event: str
    where: Condition | None = None

    def __post_init__(self) -> None:
        place = f"Step({self.event!r})"
        check_name(self.event, "an event", place)
        check_arguments(self.where, place)

    @property
    def label(self) -> str:
        """The step as a diagram names it."""
        return self.event if self.where is None else f"{self.event} ({self.where.rule()})"


@dataclass(frozen=True, eq=False, repr=False)
class Funnel(Definition):
    """Ordered steps, other events allowed between.

    `window` bounds the time from step 1 (or with `window_scope="per step"` from the step before), inclusive.
    `entry="any"` lets any step-1 event start, `"first"` only the first in the range. Step 1 lies in the range; later
    steps before its end, or with `until="now"` before now. `by` splits by a property's value at step 1.

    >>> Funnel(["View", "Cart", Step("Purchase")], window="7d", by="utm_source")
    Funnel(['View', 'Cart', 'Purchase'], window='7d', by='utm_source')
    """

    steps: tuple[Step, ...]
    window: str | None = None
    entry: Entry = "any"
    window_scope: WindowScope = "funnel"
    until: Until = "range end"
    by: str | None = None
    include_bots: bool = False

    if TYPE_CHECKING:  # steps may be given as texts and in a list; they are kept as a tuple of Step

        def __init__(
            self,
            steps: Iterable[Step | str],
            window: str | None = None,
            entry: Entry = "any",
            window_scope: WindowScope = "funnel",
            until: Until = "range end",
            by: str | None = None,
            include_bots: bool = False,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _checked_steps(self.steps))
        check_choice("entry", self.entry, ("any", "first"), "Funnel(…)")
        check_choice("window_scope", self.window_scope, ("funnel", "per step"), "Funnel(…)")
        check_choice("until", self.until, ("range end", "now"), "Funnel(…)")
        check_choice("include_bots", self.include_bots, FLAG, "Funnel(…)")
        if self.by is not None:
            check_name(self.by, "a property", "by= in Funnel(…)")
        if self.window is not None:
            duration(self.window)
        elif self.window_scope == "per step":
            raise DefinitionError("window_scope='per step' needs a window, such as window='7d'.")

    def to_source(self) -> str:
        steps = [step.event if step.where is None else step for step in self.steps]
        return f"Funnel({steps!r}{self._options('steps')})"

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


def _checked_steps(steps: Any) -> tuple[Step, ...]:
    if not isinstance(steps, Iterable) or isinstance(steps, (str, bytes, Mapping)):
        raise DefinitionError(f"Funnel({steps!r}) needs a list of steps: Funnel(['Visit', 'Purchase']).")
    checked = tuple(step if isinstance(step, Step) else Step(step) for step in steps)
    if not checked:
        raise DefinitionError("Funnel([]) needs at least one step: Funnel(['Visit', 'Purchase']).")
    return checked


@dataclass(frozen=True)
class Attempt:
    """The attempt that counts: how many steps it reached, and the events of its chain."""

    reached: int = 0
    chain: Chain = ()


def attempt(funnel: Funnel, person: Person, within: Range, now: int, calendar: Calendar) -> Attempt:
    """Return the attempt of one person that counts (SEMANTICS 4).

    It reaches furthest; among equals it starts earliest; its chain is lexicographically the earliest in (time, seq).
    """
    columns = [matching_events(step.event, step.where, person, calendar, funnel.include_bots) for step in funnel.steps]
    starts = [event for event in columns[0] if event.time in within]
    if funnel.entry == "first":
        starts = starts[:1]
    limit = within.end if funnel.until == "range end" else now + 1
    later = [[event for event in events if event.time < limit] for events in columns[1:]]
    window = duration(funnel.window) if funnel.window else LAST_INSTANT
    chains = _chains_per_step if funnel.window_scope == "per step" else _chains_from_start
    best = max(chains(starts, later, window), key=len, default=())  # of equals, max takes the first: the earliest
    return Attempt(len(best), best)


def _chains_from_start(starts: list[Event], later: list[list[Event]], window: int) -> list[Chain]:
    """One bound for all steps: from each start, taking the earliest next event each time reaches furthest."""
    chains = []
    for start in starts:
        chain = [start]
        for events in later:
            following = next((event for event in events if order(event) > order(chain[-1])), None)
            if following is None or following.time > start.time + window:
                break
            chain.append(following)
        chains.append(tuple(chain))
    return chains


def _chains_per_step(starts: list[Event], later: list[list[Event]], window: int) -> list[Chain]:
    """A bound from step to step: the earliest next event may be a dead end, so the best ways on are found backwards."""
    onward: list[Chain] = []
    for events in reversed([starts, *later]):
        onward = [(event, *_best_onward(event, onward, window)) for event in events]
    return onward


def _best_onward(event: Event, onward: list[Chain], window: int) -> Chain:
    within_reach = (way for way in onward if order(way[0]) > order(event) and way[0].time <= event.time + window)
    return max(within_reach, key=len, default=())


def breakdown_value(event: Event, person: Person, by: str) -> Value:
    """Return the property's value at the event: the event's own, else the person's as of then, else None."""
    for properties in (event.properties, person.properties(event.time)):
        found = values_at(properties, by)
        if found:
            return group_key(found[0])
    return None
