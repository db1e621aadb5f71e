"""One person: ordered events and the fold of property changes and merges (SEMANTICS 1)."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from .event import Event, IdentityEdge, PropertyChange, Row, Value, order, without_retracted
from .identity import person_of
from .period import DAY

LATE = DAY

AnyRow = TypeVar("AnyRow", Event, PropertyChange, IdentityEdge)

DERIVED_PROPERTIES = ("created_at", "last_seen")


@dataclass(frozen=True)
class Person:
    """Everything known of one person. `id` is the identity the person is known by; the log parts are in order.

    `cohorts` holds the numbers of the cohorts in which one of its identities is listed.
    """

    id: int
    events: tuple[Event, ...] = ()
    changes: tuple[PropertyChange, ...] = ()
    edges: tuple[IdentityEdge, ...] = ()
    cohorts: frozenset[int] = frozenset()

    @cached_property
    def created_at(self) -> int | None:
        """The first instant anything was known of this person, in microseconds; None if nothing ever was."""
        first = [event.time for event in self.events[:1]] + [change.time for change in self.changes[:1]]
        return min(first, default=None)

    def last_seen(self, at: int) -> int | None:
        """The latest activity at or before `at`, in microseconds; None for somebody never seen."""
        seen = bisect_right(self._active_times, at)
        return self._active_times[seen - 1] if seen else None

    @cached_property
    def _active_times(self) -> list[int]:
        return [event.time for event in self.events if event.is_activity]

    def properties(self, at: int) -> dict[str, Value]:
        """Return the person's properties as of `at`, with `created_at` and `last_seen` in Unix seconds."""
        known = fold((change for change in self.changes if change.time <= at), self.edges)
        for name, instant in (("created_at", self.created_at), ("last_seen", self.last_seen(at))):
            if instant is not None and instant <= at:
                known[name] = instant / 1_000_000
        return known


def people(
    events: Iterable[Event],
    changes: Iterable[PropertyChange] = (),
    edges: Iterable[IdentityEdge] = (),
    as_of: int | None = None,
    cohorts: Mapping[int, Collection[int]] = MappingProxyType({}),
) -> dict[int, Person]:
    """Return the people of a log by id; with `as_of`, the people as they were known at that instant.

    `cohorts` gives the identities listed under each number; a list is the same at every date.
    """
    if as_of is not None:
        events = (event for event in events if known_at(event) <= as_of)
        changes = (change for change in changes if known_at(change) <= as_of)
        edges = (_as_it_stood(edge, as_of) for edge in edges if known_at(edge) <= as_of)
    in_force = [edge for edge in edges if edge.undone_at is None]
    person = person_of(in_force)
    events_of = _grouped(without_retracted(events), lambda event: person.get(event.identity, event.identity))
    changes_of = _grouped(changes, lambda change: person.get(change.identity, change.identity))
    edges_of = _grouped(in_force, lambda edge: person[edge.dest])
    listed = defaultdict(set)
    for number, identities in cohorts.items():
        for identity in identities:
            listed[person.get(identity, identity)].add(number)
    ids = sorted({*events_of, *changes_of, *edges_of})
    return {
        id: Person(
            id, events_of.get(id, ()), changes_of.get(id, ()), edges_of.get(id, ()), frozenset(listed.get(id, ()))
        )
        for id in ids
    }


def known_at(row: Row) -> int:
    """Return when the row became known: its own `known_at`, or its time where nothing else is said (SEMANTICS 2)."""
    return row.time if row.known_at is None else row.known_at


def is_late(row: Row) -> bool:
    """True if the row arrived so long after it happened that it triggers nothing (SEMANTICS 7)."""
    return known_at(row) - row.time > LATE


def _as_it_stood(edge: IdentityEdge, as_of: int) -> IdentityEdge:
    """Return the edge as it was then: one undone later was still in force."""
    return replace(edge, undone_at=None) if edge.undone_at is not None and edge.undone_at > as_of else edge


def _grouped(rows: Iterable[AnyRow], person: Callable[[AnyRow], int]) -> dict[int, tuple[AnyRow, ...]]:
    """Return each person's rows in order."""
    of: dict[int, list[AnyRow]] = defaultdict(list)
    for row in sorted(rows, key=order):
        of[person(row)].append(row)
    return {id: tuple(its) for id, its in of.items()}


def fold(changes: Iterable[PropertyChange], edges: Iterable[IdentityEdge]) -> dict[str, Value]:
    """Return the properties of the one person that these changes and edges belong to, folded in order.

    At an edge dest's values win and src fills gaps; what dest removed stays removed. Later changes from any id of the
    person overwrite. Undone edges do not bear: undo is the fold without that edge (SEMANTICS 1).
    """
    holder: dict[int, int] = {}  # identity -> the identity under which its values are held
    values: dict[int, dict[str, Value]] = defaultdict(dict)  # removed ones as None, so that src cannot fill them
    rows: list[PropertyChange | IdentityEdge] = [*changes, *edges]
    for row in sorted(rows, key=order):
        if isinstance(row, PropertyChange):
            values[holder.get(row.identity, row.identity)].update(row.values)
        elif row.undone_at is None:
            src, dest = holder.get(row.src, row.src), holder.get(row.dest, row.dest)
            if src != dest:
                values[dest] = values.pop(src, {}) | values[dest]
                holder = {identity: dest if held == src else held for identity, held in holder.items()} | {src: dest}
    return {name: value for held in values.values() for name, value in held.items() if value is not None}
