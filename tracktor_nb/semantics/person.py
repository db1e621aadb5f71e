"""One person: ordered events and the fold of property changes and merges (SEMANTICS 1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from .event import Event, IdentityEdge, PropertyChange, Value
from .identity import person_of

DERIVED_PROPERTIES = ("created_at", "last_seen")


@dataclass(frozen=True)
class Person:
    """Everything known of one person. `id` is the identity the person is known by; the log parts are in order."""

    id: int
    events: tuple[Event, ...] = ()
    changes: tuple[PropertyChange, ...] = ()
    edges: tuple[IdentityEdge, ...] = ()

    @cached_property
    def created_at(self) -> int | None:
        """The first instant anything was known of this person, in microseconds; None if nothing ever was."""
        first = [event.time for event in self.events[:1]] + [change.time for change in self.changes[:1]]
        return min(first, default=None)

    def last_seen(self, at: int) -> int | None:
        """The latest activity at or before `at`, in microseconds; None for somebody never seen."""
        return max((event.time for event in self.events if event.time <= at and event.is_activity), default=None)

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
) -> dict[int, Person]:
    """Return the people of a log by id; with `as_of`, the people as they were known at that instant."""
    if as_of is not None:
        events = (event for event in events if known_at(event) <= as_of)
        changes = (change for change in changes if known_at(change) <= as_of)
        edges = [_edge_as_of(edge, as_of) for edge in edges if known_at(edge) <= as_of]
    edges = list(edges)
    person = person_of(edges)
    of: dict[int, tuple[list[Event], list[PropertyChange], list[IdentityEdge]]] = defaultdict(lambda: ([], [], []))
    for event in events:
        of[person.get(event.identity, event.identity)][0].append(event)
    for change in changes:
        of[person.get(change.identity, change.identity)][1].append(change)
    for edge in edges:
        if edge.undone_at is None:
            of[person[edge.dest]][2].append(edge)
    return {
        id: Person(id, *(tuple(sorted(rows, key=lambda row: (row.time, row.seq))) for rows in parts))  # type: ignore[arg-type]
        for id, parts in of.items()
    }


def known_at(row: Event | PropertyChange | IdentityEdge) -> int:
    """When the row became known: its own `known_at`, or its time where nothing else is said (SEMANTICS 2)."""
    return row.time if row.known_at is None else row.known_at


def _edge_as_of(edge: IdentityEdge, as_of: int) -> IdentityEdge:
    """The edge as it stood then: one undone later was still in force."""
    return replace(edge, undone_at=None) if edge.undone_at is not None and edge.undone_at > as_of else edge


def fold(changes: Iterable[PropertyChange], edges: Iterable[IdentityEdge]) -> dict[str, Value]:
    """Return one person's properties: changes and edges folded in the order (time, seq).

    At an edge dest's values win and src fills gaps; what dest removed stays removed. Later changes from any id of the
    person overwrite. Undone edges must be left out: undo is the fold without that edge (SEMANTICS 1).
    """
    rows: list[PropertyChange | IdentityEdge] = [*changes, *(edge for edge in edges if edge.undone_at is None)]
    group: dict[int, int] = {}
    values: dict[int, dict[str, Value]] = defaultdict(dict)
    for row in sorted(rows, key=lambda each: (each.time, each.seq)):
        if isinstance(row, PropertyChange):
            values[group.get(row.identity, row.identity)].update(row.values)
            continue
        src, dest = group.get(row.src, row.src), group.get(row.dest, row.dest)
        if src != dest:
            values[dest] = {**values.pop(src, {}), **values[dest]}
            group.update({identity: dest for identity, its in group.items() if its == src} | {row.src: dest, src: dest})
    return without_removed(values)


def without_removed(values: Mapping[int, Mapping[str, Value]]) -> dict[str, Value]:
    """Return the one remaining group's values without the removed ones."""
    merged: dict[str, Value] = {}
    for part in values.values():
        merged.update(part)
    return {name: value for name, value in merged.items() if value is not None}
