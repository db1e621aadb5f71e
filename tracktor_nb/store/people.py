"""One person as the log has it: small enough to be read row by row."""

from __future__ import annotations

import orjson
import sqlalchemy as sa

from tracktor_nb.semantics.event import IdentityEdge, PropertyChange, Value
from tracktor_nb.semantics.person import fold

from .identity import look_up_person
from .tables import identity, identity_edge, property_change


def properties_of(connection: sa.Connection, site_id: int, distinct_id: str) -> dict[str, Value]:
    """Return the properties of the person a distinct id belongs to, as they are now; none if nobody has it."""
    person = look_up_person(connection, site_id, distinct_id)
    return {} if person is None else fold(*told_of(connection, person))


def told_of(connection: sa.Connection, person: int) -> tuple[list[PropertyChange], list[IdentityEdge]]:
    """Return the property changes of a person and the merges in force that made it; not what was removed."""
    change, edge = property_change.c, identity_edge.c
    changes = (
        sa.select(change.time, change.seq, change.data, change.identity_id)
        .join(identity, identity.c.id == change.identity_id)
        .where(identity.c.person_id == person, change.seq > sa.func.coalesce(identity.c.removed_seq, 0))
    )
    ids = sa.select(identity.c.id).where(identity.c.person_id == person).scalar_subquery()
    edges = sa.select(edge.src, edge.dest, edge.time, edge.seq).where(edge.src.in_(ids), edge.undone_at.is_(None))
    return (
        [
            PropertyChange(row.time, row.seq, orjson.loads(row.data), row.identity_id)
            for row in connection.execute(changes)
        ],
        [IdentityEdge(*row) for row in connection.execute(edges)],
    )
