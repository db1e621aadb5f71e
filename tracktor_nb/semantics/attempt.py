"""How far one person got through a funnel: the attempt that counts (SEMANTICS 4)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .among import is_among
from .event import Event, Value, order
from .funnel import Funnel, breakdown_value, later_until
from .matching import can_share
from .period import LAST_INSTANT, Calendar, Range, duration
from .person import Person
from .truth import matching_events

Chain = tuple[Event, ...]
Columns = list[list[Event]]
FIRST = (-1, -1)
"""Before every event."""


@dataclass(frozen=True)
class Attempt:
    """The attempt that counts: how many steps it reached, and the events of its chain."""

    reached: int = 0
    chain: Chain = ()


def attempt(funnel: Funnel, person: Person, within: Range, now: int, calendar: Calendar) -> Attempt:
    """Return the attempt of one person that counts (SEMANTICS 4).

    It reaches furthest; among equals it starts earliest; its chain is lexicographically the earliest in (time, seq).
    """
    if not is_among(funnel.among, person, within, now, calendar, funnel.include_bots):
        return Attempt()
    chains = _in_any_order if funnel.order == "any" else _in_order
    found = chains(funnel, person, within, later_until(funnel, within, now), calendar)
    best = min(found, key=lambda chain: (-len(chain), [order(event) for event in chain]), default=())
    return Attempt(len(best), best)


def step_events(funnel: Funnel, person: Person, calendar: Calendar) -> Columns:
    """Return the events that match each step."""
    return [matching_events(step.event, step.where, person, calendar, funnel.include_bots) for step in funnel.steps]


def barred_events(funnel: Funnel, person: Person, calendar: Calendar) -> Columns:
    """Return, for the gap behind each step, the events that may not happen in it."""
    steps = len(funnel.steps)
    if funnel.order == "strict":
        return [[event for event in person.events if funnel.include_bots or not event.bot]] * steps
    excluded = [
        matching_events(each.event, each.where, person, calendar, funnel.include_bots) for each in funnel.exclude
    ]
    return [
        sorted(
            (
                event
                for each, events in zip(funnel.exclude, excluded, strict=True)
                if each.covers(gap, steps)
                for event in events
            ),
            key=order,
        )
        for gap in range(1, steps + 1)
    ]


# --- steps in order -------------------------------------------------------------------------------------------------


def _in_order(funnel: Funnel, person: Person, within: Range, limit: int, calendar: Calendar) -> Iterator[Chain]:
    """Yield the best chain from each start, apart for each value that is held."""
    columns = step_events(funnel, person, calendar)
    starts = [event for event in columns[0] if event.time in within]
    if funnel.entry == "first":
        starts = starts[:1]
    columns = [starts, *([event for event in events if event.time < limit] for events in columns[1:])]
    barred = barred_events(funnel, person, calendar)
    window = duration(funnel.window) if funnel.window else LAST_INSTANT
    for lane in _lanes(funnel, person, columns):
        if funnel.window_scope == "per step" or (any(barred) and funnel.window is None):
            yield from _best_ways(lane, barred, window)
        elif any(barred):
            for start in lane[0]:
                yield from _best_ways(_near(start, lane[1:], barred, window), barred, window)
        else:
            yield from (_earliest_way(start, lane[1:], window) for start in lane[0][: _starts_that_matter(funnel)])


def _lanes(funnel: Funnel, person: Person, columns: Columns) -> Iterator[Columns]:
    """Yield the columns once for each value that `hold` asks to be equal, with only the events that have it."""
    if funnel.hold is None:
        yield columns
        return
    held = {order(event): _held(event, person, funnel.hold) for events in columns for event in events}
    for value in {held[order(event)]: None for event in columns[0]}:
        yield [[event for event in events if held[order(event)] == value] for events in columns]


def _held(event: Event, person: Person, hold: str) -> tuple[bool, Value]:
    """The value as breakdowns tell values apart: True is not 1."""
    value = breakdown_value(event, person, hold)
    return isinstance(value, bool), value


def _near(start: Event, later: Columns, barred: Columns, window: int) -> Columns:
    """Return the columns with only the events that a chain from this start can come to: in time, before the bars."""
    near, closing = [[start]], (start.time + window, LAST_INSTANT)
    for gap, events in enumerate(later):
        last = min(closing, _barrier(near[-1][-1], barred[gap])) if near[-1] else FIRST
        near.append(_between(events, order(start), last))
    return near


def _barrier(event: Event, barred: Sequence[Event]) -> tuple[int, int]:
    """Return where the next barred event stands: up to there, itself included, events may follow."""
    at = bisect_right(barred, order(event), key=order)
    return order(barred[at]) if at < len(barred) else (LAST_INSTANT, LAST_INSTANT)


def _between(events: list[Event], after: tuple[int, int], last: tuple[int, int]) -> list[Event]:
    """Return the events behind the one place in a person's order, up to the other."""
    return events[bisect_right(events, after, key=order) : bisect_right(events, last, key=order)]


def _starts_that_matter(funnel: Funnel) -> int | None:
    """Without a window and with nothing barred, the first start gets as far as any."""
    return 1 if funnel.window is None else None


def _earliest_way(start: Event, later: Columns, window: int) -> Chain:
    """One bound for all steps and nothing barred: taking the earliest next event each time reaches furthest."""
    chain = [start]
    for events in later:
        at = bisect_right(events, order(chain[-1]), key=order)
        if at == len(events) or events[at].time > start.time + window:
            break
        chain.append(events[at])
    return tuple(chain)


def _best_ways(columns: Columns, barred: Columns, window: int) -> list[Chain]:
    """Return the best chain from each event of the first column, each event within `window` of the one before.

    The earliest next event may be a dead end, so the best ways on are found backwards.
    """
    onward: list[Chain] = []
    for gap, events in reversed(list(enumerate(columns))):
        onward = [(event, *_best_onward(event, onward, barred[gap], window)) for event in events]
    return onward


def _best_onward(event: Event, onward: Sequence[Chain], barred: Sequence[Event], window: int) -> Chain:
    """Of the ways on that begin before the next barred event is over, the longest; of equals the earliest."""
    last = min((event.time + window, LAST_INSTANT), _barrier(event, barred))
    first, end = (bisect_right(onward, limit, key=lambda way: order(way[0])) for limit in (order(event), last))
    return max(onward[first:end], key=len, default=())


# --- steps in any order ---------------------------------------------------------------------------------------------


def _in_any_order(funnel: Funnel, person: Person, within: Range, limit: int, calendar: Calendar) -> Iterator[Chain]:
    """Yield the best chain from each start: events of a step each, in whatever order they come."""
    steps: dict[tuple[int, int], int] = {}  # event -> the steps that it matches, as bits
    for bit, events in enumerate(step_events(funnel, person, calendar)):
        for event in events:
            steps[order(event)] = steps.get(order(event), 0) | 1 << bit
    candidates = [event for event in person.events if order(event) in steps]
    starts = [event for event in candidates if event.time in within]
    if funnel.entry == "first":
        starts = starts[:1]
    window = duration(funnel.window) if funnel.window else LAST_INSTANT
    for these, all_of_value in _lanes(funnel, person, [starts, candidates]):
        for start in these[: _starts_that_matter(funnel)]:
            last = (min(limit - 1, start.time + window), LAST_INSTANT)
            yield _earliest_set(start, _between(all_of_value, order(start), last), steps)


def _earliest_set(start: Event, candidates: Sequence[Event], steps: dict[tuple[int, int], int]) -> Chain:
    """Take each event for which a step is left: sets of events with a step each are a matroid (Edmonds 1965).

    In a matroid this greedy choice is as large as any, and the earliest of the largest.
    """
    chain, used, refused = [start], [steps[order(start)]], set()
    for event in candidates:
        kind = steps[order(event)]
        if kind in refused:
            continue
        if can_share([*used, kind]):
            chain.append(event)
            used.append(kind)
        else:
            refused.add(kind)
    return tuple(chain)
