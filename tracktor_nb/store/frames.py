"""Reading the log in columns: Arrow batches, page by page, up to a watermark below which nothing can still appear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from .database import Database
from .tables import (
    FOLLOWED,
    cohort_member,
    counter,
    event,
    event_name,
    identity,
    identity_edge,
    property_change,
    site,
    txid,
)

PAGE = 50_000

_INT, _TEXT, _BOOL = pa.int64(), pa.string(), pa.bool_()
_NAME = pa.dictionary(pa.int32(), pa.string())

IDENTITIES = pa.schema({"id": _INT, "distinct_id": _TEXT, "person_id": _INT})
EDGES = pa.schema(
    dict.fromkeys(("seq", "src", "dest", "time", "known_at"), _INT) | {"reason": _TEXT, "undone_at": _INT}
)
EVENTS = pa.schema(
    {"seq": _INT, "identity_id": _INT, "name": _NAME, "time": _INT, "received_at": _INT, "known_at": _INT}
    | {"imported": _BOOL, "origin": _TEXT, "bot": _BOOL, "data": _TEXT}
)
CHANGES = pa.schema(
    {"seq": _INT, "identity_id": _INT, "time": _INT, "known_at": _INT, "imported": _BOOL}
    | {"origin": _TEXT, "data": _TEXT}
)
COHORTS = pa.schema(dict.fromkeys(("seq", "cohort", "identity_id"), _INT) | {"listed": _BOOL})
OF_PEOPLE = (event, property_change, cohort_member)
"""What goes with a person who is removed."""
EVENT_NAMES = pa.schema({"name": _TEXT, "events": _INT, "first": _INT, "last": _INT})


class Watermark(NamedTuple):
    """How far the log can be read for good. `position` is what `after` and `upto` take.

    `seq` is the highest arrival number below it; `edges_generation` changes with every merge and undo of the site, and
    `log_generation` when rows that could be read before are gone.
    """

    position: int
    seq: int
    edges_generation: int
    log_generation: int = 0


class Frames:
    """One site's log as Arrow. `after` and `upto` are positions of watermarks: each row is in exactly one such part."""

    def __init__(self, database: Database, site_id: int) -> None:
        self._database = database
        self._site_id = site_id

    def watermark(self) -> Watermark:
        """Return how far the log stands now."""
        with self._database.read() as connection:
            counts = sa.select(site.c.edges_generation, site.c.log_generation).where(site.c.id == self._site_id)
            generations = connection.execute(counts).one()
            if self._database.dialect == "sqlite":
                last = connection.execute(sa.select(counter.c.value).where(counter.c.name == "seq")).scalar_one()
                return Watermark(last + 1, last, *generations)
            position = connection.scalar(sa.text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
            assert position is not None
            ends = [connection.scalar(sa.select(sa.func.max(_key(table))).where(txid < position)) for table in FOLLOWED]
            return Watermark(position, max(end or 0 for end in ends), *generations)

    def identities(self, after: int = 0, upto: int | None = None) -> pa.Table:
        """Return id, distinct_id and person_id (as of this moment) of the identities that came since a position.

        Without `upto` they are all there: an event below a watermark may belong to an identity made just above it.
        """
        pages = self._pages(identity, IDENTITIES, after, upto)
        return pa.Table.from_batches((_batch(rows, IDENTITIES) for rows, _ in pages), IDENTITIES)

    def events(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the events that came in a part of the log, in their order of arrival; `data` is JSON text or null."""
        for rows, names in self._pages(event, EVENTS, after, self._end(upto)):
            yield _batch(rows, EVENTS, names)

    def changes(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the property changes that came in a part of the log, in their order of arrival."""
        for rows, _ in self._pages(property_change, CHANGES, after, self._end(upto)):
            yield _batch(rows, CHANGES)

    def edges(self) -> pa.Table:
        """Return every merge of the site, undone ones too, in their order."""
        columns = [identity_edge.c[name] for name in EDGES.names]
        statement = sa.select(*columns).where(identity_edge.c.site_id == self._site_id).order_by(identity_edge.c.seq)
        return self._table(statement, EDGES)

    def cohorts(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        """Yield who was put on which list, or taken off it, in a part of the log; a number's name is not said here."""
        for rows, _ in self._pages(cohort_member, COHORTS, after, self._end(upto)):
            yield _batch(rows, COHORTS)

    def event_names(self) -> pa.Table:
        """Return each event name with its number of events and the first and last instant, most frequent first."""
        times = sa.func.min(event.c.time), sa.func.max(event.c.time)
        number = sa.func.count()
        statement = (
            sa.select(event_name.c.name, number, *times)
            .join(event, event.c.name_id == event_name.c.id)
            .where(event.c.site_id == self._site_id, self._kept(event))
            .group_by(event_name.c.id)
            .order_by(number.desc(), event_name.c.name)
        )
        return self._table(statement, EVENT_NAMES)

    def _table(self, statement: sa.Select[Any], schema: pa.Schema) -> pa.Table:
        with self._database.read() as connection:
            rows = _fetch(connection, statement)
        return pa.Table.from_batches([_batch(rows, schema)], schema)

    def _pages(
        self, table: sa.Table, schema: pa.Schema, after: int, upto: int | None
    ) -> Iterator[tuple[list[tuple[Any, ...]], dict[int, str]]]:
        """Yield pages of rows, each read in a transaction of its own, with the event names known then."""
        part = self._part(table, after, upto) + ([self._kept(table)] if table in OF_PEOPLE else [])
        key = _key(table)
        statement = sa.select(*_columns(table, schema)).where(*part).order_by(key).limit(PAGE)
        last = 0
        while True:
            with self._database.read() as connection:
                rows = _fetch(connection, statement.where(key > last))
                names = self._names(connection) if table is event else {}
            if rows:
                yield rows, names
                last = rows[-1][0]
            if len(rows) < PAGE:
                return

    def _end(self, upto: int | None) -> int:
        return self.watermark().position if upto is None else upto

    def _part(self, table: sa.Table, after: int, upto: int | None) -> list[sa.ColumnElement[bool]]:
        """On SQLite numbers appear in their order; on PostgreSQL it is transactions that begin in their order."""
        if self._database.dialect == "sqlite":
            of_site = (table.c.site_id + 0) == self._site_id  # a sum, or SQLite takes an index and sorts each page
            position: sa.ColumnElement[int] = _key(table)
        else:
            of_site, position = table.c.site_id == self._site_id, txid
        return [of_site, position >= after] + ([] if upto is None else [position < upto])

    def _kept(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """All rows but those of removed people: what came of an identity up to the number noted there."""
        its = table.c.identity_id
        removed = sa.select(identity.c.id).where(
            identity.c.site_id == self._site_id, identity.c.removed_seq.isnot(None)
        )
        until = sa.select(identity.c.removed_seq).where(identity.c.id == its).correlate(table).scalar_subquery()
        return sa.or_(its.not_in(removed), table.c.seq > until)

    def _names(self, connection: sa.Connection) -> dict[int, str]:
        rows = connection.execute(
            sa.select(event_name.c.id, event_name.c.name).where(event_name.c.site_id == self._site_id)
        )
        return {row[0]: row[1] for row in rows}


def _key(table: sa.Table) -> sa.Column[int]:
    return next(iter(table.primary_key))


def _columns(table: sa.Table, schema: pa.Schema) -> list[sa.Column[Any]]:
    return [table.c["name_id" if name == "name" else name] for name in schema.names]


def _fetch(connection: sa.Connection, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
    """The rows as the driver gives them: half the time of rows that can also be asked by name."""
    cursor = connection.execute(statement).cursor
    assert cursor is not None
    return list(cursor.fetchall())


def _batch(rows: list[tuple[Any, ...]], schema: pa.Schema, names: dict[int, str] | None = None) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [_array(values, field.type, names or {}) for field, values in zip(schema, columns, strict=True)]
    return pa.record_batch(arrays, schema=schema)


def _array(values: tuple[Any, ...], kind: pa.DataType, names: dict[int, str]) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return _named(values, names)
    if pa.types.is_boolean(kind):
        return pa.array(values).cast(kind)  # SQLite has 0 and 1
    return pa.array(values, kind)


def _named(numbers: tuple[int, ...], names: dict[int, str]) -> pa.DictionaryArray:
    code = {number: code for code, number in enumerate(names)}
    codes = pa.array([code[number] for number in numbers], pa.int32())
    return pa.DictionaryArray.from_arrays(codes, pa.array(names.values(), pa.string()))
