"""Everything the log has of some people, as `semantics` reads it: what live segments and campaigns decide on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import orjson
import sqlalchemy as sa

from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange, order, without_retracted
from tracktor_nb.semantics.person import Person

from .tables import cohort_member, event, event_name, identity, identity_edge, property_change

_CHUNK = 500

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
    events = _by_person(without_retracted(_events(connection, members)), members)
    changes = _by_person(_changes(connection, members), members)
    edges = _by_person(_edges(connection, members), members)
    cohorts = _cohorts(connection, members)
    return {
        id: Person(id, tuple(events[id]), tuple(changes[id]), tuple(edges[id]), frozenset(cohorts[id]))
        for id in sorted({member.person for member in members.values()})
    }


def people_of(connection: sa.Connection, identities: Collection[int]) -> dict[int, int]:
    """Return the person of each identity as it is now; erased ones are left out."""
    columns = (identity.c.id, identity.c.person_id)
    return {
        id: person
        for chunk in _chunks(sorted(identities))
        for id, person in connection.execute(sa.select(*columns).where(identity.c.id.in_(chunk)))
    }


def identities_of(connection: sa.Connection, people: Collection[int]) -> dict[int, int]:
    """Return every identity of the people, each with its person."""
    return {row.id: row.person_id for row in _members(connection, sorted(people))}


def _members(connection: sa.Connection, people: Sequence[int]) -> Iterator[Any]:
    columns = (identity.c.id, identity.c.person_id, identity.c.removed_seq)
    for chunk in _chunks(people):
        yield from connection.execute(sa.select(*columns).where(identity.c.person_id.in_(chunk)))


def _events(connection: sa.Connection, members: dict[int, _Member]) -> Iterator[Event]:
    row = event.c
    columns = (row.time, row.seq, event_name.c.name, row.data, row.identity_id, row.known_at, row.imported)
    named = sa.select(*columns, row.origin, row.bot).join(event_name, event_name.c.id == row.name_id)
    for chunk in _chunks(sorted(members)):
        for time, seq, name, data, whose, known_at, imported, origin, bot in connection.execute(
            named.where(row.identity_id.in_(chunk))
        ):
            if seq > members[whose].removed_seq:
                said = orjson.loads(data) if data else {}
                yield Event(time, seq, name, said, whose, known_at, bool(imported), origin, bool(bot))


def _changes(connection: sa.Connection, members: dict[int, _Member]) -> Iterator[PropertyChange]:
    row = property_change.c
    said = sa.select(row.time, row.seq, row.data, row.identity_id, row.known_at, row.imported)
    for chunk in _chunks(sorted(members)):
        for time, seq, data, whose, known_at, imported in connection.execute(said.where(row.identity_id.in_(chunk))):
            if seq > members[whose].removed_seq:
                yield PropertyChange(time, seq, orjson.loads(data), whose, known_at, bool(imported))


def _edges(connection: sa.Connection, members: dict[int, _Member]) -> Iterator[IdentityEdge]:
    edge = identity_edge.c
    columns = (edge.src, edge.dest, edge.time, edge.seq, edge.reason, edge.known_at)
    for chunk in _chunks(sorted(members)):
        in_force = sa.select(*columns).where(edge.src.in_(chunk), edge.undone_at.is_(None))
        yield from (IdentityEdge(*row) for row in connection.execute(in_force))


def _cohorts(connection: sa.Connection, members: dict[int, _Member]) -> dict[int, set[int]]:
    """Return the numbers of the cohorts that list each person."""
    row, of = cohort_member.c, defaultdict[int, set[int]](set)
    for chunk in _chunks(sorted(members)):
        listed = sa.select(row.cohort, row.seq, row.identity_id).where(row.identity_id.in_(chunk))
        for cohort, seq, whose in connection.execute(listed):
            if seq > members[whose].removed_seq:
                of[members[whose].person].add(cohort)
    return of


def _by_person(rows: Iterator[AnyRow], members: dict[int, _Member]) -> dict[int, list[AnyRow]]:
    of: dict[int, list[AnyRow]] = defaultdict(list)
    for row in sorted(rows, key=order):
        of[members[row.dest if isinstance(row, IdentityEdge) else row.identity].person].append(row)
    return of


def _chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))
