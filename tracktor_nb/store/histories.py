"""Everything the log has of some people, as `semantics` reads it: what live segments decide on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa

from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange, order, without_retracted
from tracktor_nb.semantics.person import Person

from .rows_of_people import changes_of, chunks, events_of, listed_in
from .tables import identity, identity_edge

AnyRow = TypeVar("AnyRow", Event, PropertyChange, IdentityEdge)


class _Member(NamedTuple):
    """Whose an identity is, and up to which arrival number it belonged to somebody who was removed."""

    person: int
    removed_seq: int


def histories(connection: sa.Connection, people: Collection[int]) -> dict[int, Person]:
    """Return each of the people (numbers of representative identities) with everything in force.

    Who has no identity any more, because it was merged into somebody or erased, is left out.
    """
    members = {row.id: _Member(row.person_id, row.removed_seq or 0) for row in _members(connection, sorted(people))}
    removed = {id: member.removed_seq for id, member in members.items()}
    events = _by_person(without_retracted(events_of(connection, removed)), members)
    changes = _by_person(changes_of(connection, removed), members)
    edges = _by_person(_edges(connection, members), members)
    cohorts = defaultdict[int, set[int]](set)
    for number, listed in listed_in(connection, removed).items():
        for id in listed:
            cohorts[members[id].person].add(number)
    return {
        id: Person(id, tuple(events[id]), tuple(changes[id]), tuple(edges[id]), frozenset(cohorts[id]))
        for id in sorted({member.person for member in members.values()})
    }


def people_of(connection: sa.Connection, identities: Collection[int]) -> dict[int, int]:
    """Return the person of each identity as it is now; erased ones are left out."""
    columns = (identity.c.id, identity.c.person_id)
    return {
        id: person
        for chunk in chunks(sorted(identities))
        for id, person in connection.execute(sa.select(*columns).where(identity.c.id.in_(chunk)))
    }


def identities_of(connection: sa.Connection, people: Collection[int]) -> dict[int, int]:
    """Return every identity of the people, each with its person."""
    return {row.id: row.person_id for row in _members(connection, sorted(people))}


def _members(connection: sa.Connection, people: Sequence[int]) -> Iterator[Any]:
    columns = (identity.c.id, identity.c.person_id, identity.c.removed_seq)
    for chunk in chunks(people):
        yield from connection.execute(sa.select(*columns).where(identity.c.person_id.in_(chunk)))


def _edges(connection: sa.Connection, members: dict[int, _Member]) -> Iterator[IdentityEdge]:
    edge = identity_edge.c
    columns = (edge.src, edge.dest, edge.time, edge.seq, edge.reason, edge.known_at)
    for chunk in chunks(sorted(members)):
        in_force = sa.select(*columns).where(edge.src.in_(chunk), edge.undone_at.is_(None))
        yield from (IdentityEdge(*row) for row in connection.execute(in_force))


def _by_person(rows: Iterable[AnyRow], members: dict[int, _Member]) -> dict[int, list[AnyRow]]:
    of: dict[int, list[AnyRow]] = defaultdict(list)
    for row in sorted(rows, key=order):
        of[members[row.dest if isinstance(row, IdentityEdge) else row.identity].person].append(row)
    return of
