"""What arrives at a site at this moment: the latest rows of its log, and the requests that were refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from .positions import log_end, position_of
from .rejected import list_rejected
from .tables import event, event_name, identity, identity_edge, property_change

LOOKED_AT = 100_000
"""So many arrival numbers are looked through for the latest rows, so that a quiet site costs no more."""

Arrival = dict[str, Any]
"""`kind` (event, change, alias or refused), `key`, `received_at` (microseconds), `id` and what belongs to the kind."""

_dest = identity.alias("dest")


@dataclass(frozen=True)
class Arrivals:
    """What arrived, the oldest first; `after` is where to go on next time."""

    rows: list[Arrival]
    after: str


def arrivals(connection: sa.Connection, site_id: int, after: str | None, limit: int) -> Arrivals:
    """Return what arrived at a site since `after`, or the latest without it; at most so many rows of each kind.

    Rows of the log come exactly once however often it is asked, unless more than `limit` came in between.
    """
    position, refusal = (int(part) for part in after.split(".")) if after else (0, 0)
    end = log_end(connection)
    rows = [*_events(connection, site_id, position, end, limit), *_changes(connection, site_id, position, end, limit)]
    rows += _aliases(connection, site_id, position, end, limit)
    refused = [each for each in list_rejected(connection, site_id, limit) if each.id > refusal]
    rows += [
        {"kind": "refused", "key": f"refused {each.id}", "received_at": each.received_at, "number": each.id}
        | {"id": None, "route": each.route, "code": each.code, "param": each.param, "message": each.message}
        for each in refused
    ]
    last = max([refusal, *(each.id for each in refused)])
    return Arrivals(sorted(rows, key=lambda row: (row["received_at"], row["key"])), f"{end}.{last}")


def _events(connection: sa.Connection, site_id: int, position: int, end: int, limit: int) -> Iterator[Arrival]:
    named = sa.select(*_shown(event), event_name.c.name, event.c.bot, event.c.notes, event.c.data).join(
        event_name, event_name.c.id == event.c.name_id
    )
    for row in _latest(connection, named, event, event.c.identity_id, site_id, position, end, limit):
        yield _arrival("event", row) | {"name": row["name"], "bot": bool(row["bot"])} | _json(row, "data", "notes")


def _changes(connection: sa.Connection, site_id: int, position: int, end: int, limit: int) -> Iterator[Arrival]:
    change = property_change
    said = sa.select(*_shown(change), change.c.data, change.c.notes)
    for row in _latest(connection, said, change, change.c.identity_id, site_id, position, end, limit):
        yield _arrival("change", row) | _json(row, "data", "notes")


def _aliases(connection: sa.Connection, site_id: int, position: int, end: int, limit: int) -> Iterator[Arrival]:
    edge = identity_edge
    said = sa.select(*_shown(edge), _dest.c.distinct_id.label("into")).join(_dest, _dest.c.id == edge.c.dest)
    for row in _latest(connection, said, edge, edge.c.src, site_id, position, end, limit):
        yield _arrival("alias", row) | {"into": row["into"]}


def _shown(table: sa.Table) -> list[sa.ColumnElement[Any]]:
    return [table.c.seq, table.c.time, table.c.received_at, identity.c.distinct_id]


def _latest(
    connection: sa.Connection,
    rows: sa.Select[Any],
    table: sa.Table,
    whose: sa.ColumnElement[int],
    site_id: int,
    position: int,
    end: int,
    limit: int,
) -> list[sa.RowMapping]:
    """The latest rows of a table between two positions."""
    where = position_of(connection, table)
    recent = sa.select(sa.func.max(table.c.seq) - LOOKED_AT).correlate(None).scalar_subquery()
    inside = (table.c.site_id + 0 == site_id, where >= position, where < end, table.c.seq > recent)
    newest = rows.join(identity, identity.c.id == whose).where(*inside).order_by(table.c.seq.desc()).limit(limit)
    return list(connection.execute(newest).mappings())


def _arrival(kind: str, row: sa.RowMapping) -> Arrival:
    said = {"id": row["distinct_id"], "time": row["time"], "received_at": row["received_at"]}
    return {"kind": kind, "key": f"{kind} {row['seq']}"} | said


def _json(row: sa.RowMapping, *names: str) -> Arrival:
    return {name: None if row[name] is None else orjson.loads(row[name]) for name in names}
