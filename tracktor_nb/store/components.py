"""People with everybody they ever were one with: what a campaign's engine needs, since merges can be undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange
from tracktor_nb.semantics.replay import History

from .rows_of_people import below, changes_of, chunks, events_of, listed_in
from .tables import identity, identity_edge, undoing


@dataclass(frozen=True)
class Component:
    """Identities that merges connect, undone ones too, and all their rows."""

    identities: frozenset[int]
    history: History


def components(connection: sa.Connection, identities: Collection[int], upto: int | None = None) -> list[Component]:
    """Return the components of some identities, whole; erased identities are left out.

    With `upto` they are as they stood at a position of the log: later rows are left out, later undoings have not
    happened.
    """
    edges = _edges_around(connection, identities, upto)
    removed = _removed(connection, {*identities, *(end for edge in edges for end in (edge.src, edge.dest))})
    group = _groups(removed, edges)
    events, changes = defaultdict[int, list[Event]](list), defaultdict[int, list[PropertyChange]](list)
    for event in events_of(connection, removed, upto):
        events[group[event.identity]].append(event)
    for change in changes_of(connection, removed, upto):
        changes[group[change.identity]].append(change)
    merges = defaultdict[int, list[IdentityEdge]](list)
    for edge in edges:
        if edge.src in group and edge.dest in group:
            merges[group[edge.src]].append(edge)
    members = defaultdict[int, set[int]](set)
    for id, root in group.items():
        members[root].add(id)
    cohorts = listed_in(connection, removed, upto)
    return [
        Component(
            frozenset(its),
            History(
                tuple(events[root]),
                tuple(changes[root]),
                tuple(merges[root]),
                {number: listed & its for number, listed in cohorts.items() if listed & its},
            ),
        )
        for root, its in members.items()
    ]


def _edges_around(connection: sa.Connection, identities: Iterable[int], upto: int | None) -> list[IdentityEdge]:
    """Every edge that leads to the identities, or to those it leads to, and so on."""
    edge = identity_edge.c
    later = sa.select(undoing.c.edge_seq).where(
        undoing.c.edge_seq == edge.seq, sa.not_(sa.and_(True, *below(connection, undoing, upto)))
    )
    undone_at = sa.case((later.exists(), None), else_=edge.undone_at)
    columns = (edge.src, edge.dest, edge.time, edge.seq, edge.reason, edge.known_at, undone_at.label("undone_at"))
    known_then = below(connection, identity_edge, upto)
    found: dict[int, IdentityEdge] = {}
    known, new = set[int](), set(identities)
    while new:
        known |= new
        ends = set[int]()
        for chunk in chunks(sorted(new)):
            for column in (edge.src, edge.dest):
                for row in connection.execute(sa.select(*columns).where(column.in_(chunk), *known_then)):
                    found[row.seq] = IdentityEdge(*row)
                    ends |= {row.src, row.dest}
        new = ends - known
    return list(found.values())


def _removed(connection: sa.Connection, identities: Collection[int]) -> dict[int, int]:
    """Return the identities that are there, each with the number up to which it belonged to somebody removed."""
    columns = (identity.c.id, identity.c.removed_seq)
    return {
        row.id: row.removed_seq or 0
        for chunk in chunks(sorted(identities))
        for row in connection.execute(sa.select(*columns).where(identity.c.id.in_(chunk)))
    }


def _groups(identities: Iterable[int], edges: Iterable[IdentityEdge]) -> dict[int, int]:
    """Return for each identity the one that stands for its component."""
    root = {id: id for id in identities}

    def find(id: int) -> int:
        while root[id] != id:
            root[id] = root[root[id]]
            id = root[id]
        return id

    for edge in edges:
        if edge.src in root and edge.dest in root:
            root[find(edge.src)] = find(edge.dest)
    return {id: find(id) for id in root}


def rows_of(history: History) -> Iterator[Event | PropertyChange | IdentityEdge]:
    """Yield every row of a history."""
    yield from history.events
    yield from history.changes
    yield from history.edges
