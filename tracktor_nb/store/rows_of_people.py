"""The rows that some identities have in SQL, as values of `semantics`; not what belonged to people who were removed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import orjson
import sqlalchemy as sa

from tracktor_nb.semantics.event import Event, PropertyChange

from .positions import position_of
from .tables import cohort_member, event, event_name, property_change

Removed = Mapping[int, int]
"""Identities, each with the arrival number up to which it belonged to somebody who was removed."""
_CHUNK = 500


def events_of(connection: sa.Connection, identities: Removed, upto: int | None = None) -> Iterator[Event]:
    """Yield the events of the identities, retracted ones too, with `upto` those below a position of the log."""
    row = event.c
    columns = (row.time, row.seq, event_name.c.name, row.data, row.identity_id, row.known_at, row.imported)
    named = sa.select(*columns, row.origin, row.bot).join(event_name, event_name.c.id == row.name_id)
    named = named.where(*below(connection, event, upto))
    for chunk in chunks(sorted(identities)):
        for time, seq, name, data, whose, known_at, imported, origin, bot in connection.execute(
            named.where(row.identity_id.in_(chunk))
        ):
            if seq > identities[whose]:
                said = orjson.loads(data) if data else {}
                yield Event(time, seq, name, said, whose, known_at, bool(imported), origin, bool(bot))


def changes_of(connection: sa.Connection, identities: Removed, upto: int | None = None) -> Iterator[PropertyChange]:
    """Yield the property changes of the identities, with `upto` those below a position of the log."""
    row = property_change.c
    said = sa.select(row.time, row.seq, row.data, row.identity_id, row.known_at, row.imported, row.origin)
    said = said.where(*below(connection, property_change, upto))
    for chunk in chunks(sorted(identities)):
        for time, seq, data, whose, known_at, imported, origin in connection.execute(
            said.where(row.identity_id.in_(chunk))
        ):
            if seq > identities[whose]:
                yield PropertyChange(time, seq, orjson.loads(data), whose, known_at, bool(imported), origin)


def listed_in(connection: sa.Connection, identities: Removed, upto: int | None = None) -> dict[int, set[int]]:
    """Return the cohorts by number, each with those of the identities that it lists, `upto` a position of the log."""
    row, found = cohort_member.c, defaultdict[int, set[int]](set)
    said = sa.select(row.cohort, row.seq, row.identity_id, row.listed).where(*below(connection, cohort_member, upto))
    for chunk in chunks(sorted(identities)):
        its = said.where(row.identity_id.in_(chunk)).order_by(row.seq)
        for cohort, seq, whose, listed in connection.execute(its):
            if seq > identities[whose]:
                (found[cohort].add if listed else found[cohort].discard)(whose)
    return found


def below(connection: sa.Connection, table: sa.Table, upto: int | None) -> list[sa.ColumnElement[bool]]:
    """Return what keeps to the rows below a position."""
    return [] if upto is None else [position_of(connection, table) < upto]


def chunks(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the numbers in parts that a statement can take."""
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))
