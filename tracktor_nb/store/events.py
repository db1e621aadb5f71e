"""Writing the log: events and property changes, each stored once and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .bulk import insert, stored_messages
from .canonical import json_text
from .identity import ERASED, identity_id, identity_ids
from .writer import Transaction


class NewEvent(NamedTuple):
    """An event to be stored. Instants are microseconds; `known_at` follows from the others if it is not given."""

    distinct_id: str
    name: str
    time: int
    received_at: int
    data: Mapping[str, Any] | None = None
    message_key: bytes | None = None
    known_at: int | None = None
    imported: bool = False
    origin: str | None = None
    bot: bool = False
    notes: Mapping[str, Any] | None = None


class NewChange(NamedTuple):
    """New values of some properties of a person; None removes one."""

    distinct_id: str
    values: Mapping[str, Any]
    time: int
    received_at: int
    message_key: bytes | None = None
    known_at: int | None = None
    imported: bool = False
    origin: str | None = None
    bot: bool = False
    notes: Mapping[str, Any] | None = None


class Recorded(NamedTuple):
    """Where a row stands in the log; a `duplicate` was there already."""

    seq: int
    identity_id: int
    duplicate: bool

    @property
    def is_new(self) -> bool:
        """True if the row was stored now: it is no duplicate, and not of a person who was erased."""
        return not self.duplicate and self.identity_id != ERASED


_LOG = (
    *("seq", "identity_id", "site_id", "time", "received_at", "known_at"),
    *("imported", "origin", "bot", "message_key", "data", "notes"),
)
_EVENT = (*_LOG, "name_id")


def record_event(
    tx: Transaction,
    site_id: int,
    distinct_id: str,
    name: str,
    time: int,
    received_at: int,
    data: Mapping[str, Any] | None = None,
    message_key: bytes | None = None,
    known_at: int | None = None,
    imported: bool = False,
    origin: str | None = None,
    bot: bool = False,
    notes: Mapping[str, Any] | None = None,
) -> Recorded:
    """Store one event and return where it stands; the arguments are the fields of NewEvent."""
    row = NewEvent(distinct_id, name, time, received_at, data, message_key, known_at, imported, origin, bot, notes)
    return record_events(tx, site_id, [row])[0]


def record_change(
    tx: Transaction,
    site_id: int,
    distinct_id: str,
    values: Mapping[str, Any],
    time: int,
    received_at: int,
    message_key: bytes | None = None,
    known_at: int | None = None,
    imported: bool = False,
    origin: str | None = None,
    bot: bool = False,
    notes: Mapping[str, Any] | None = None,
) -> Recorded:
    """Store one property change and return where it stands; the arguments are the fields of NewChange."""
    row = NewChange(distinct_id, values, time, received_at, message_key, known_at, imported, origin, bot, notes)
    return record_changes(tx, site_id, [row])[0]


def record_events(tx: Transaction, site_id: int, rows: Sequence[NewEvent]) -> list[Recorded]:
    """Store events in their order and return where each stands."""
    return record_rows(tx, site_id, rows)


def record_changes(tx: Transaction, site_id: int, rows: Sequence[NewChange]) -> list[Recorded]:
    """Store property changes in their order and return where each stands."""
    return record_rows(tx, site_id, rows)


def record_rows(tx: Transaction, site_id: int, rows: Sequence[NewEvent | NewChange]) -> list[Recorded]:
    """Store events and property changes, numbered in their common order, and return where each stands."""
    ids = _identities(tx, site_id, rows)
    if ERASED in ids.values():
        left = [row for row in rows if ids[row.distinct_id] != ERASED]
        kept = iter(record_rows(tx, site_id, left) if left else ())
        return [next(kept) if ids[row.distinct_id] != ERASED else Recorded(0, ERASED, duplicate=False) for row in rows]
    events, changes = [], []
    for seq, row in zip(tx.next_seqs(len(rows)), rows, strict=True):
        if isinstance(row, NewEvent):
            events.append(_event_values(tx, site_id, seq, ids[row.distinct_id], row))
        else:
            changes.append(_change_values(site_id, seq, ids[row.distinct_id], row))
    stored = store_once(tx, "event", _EVENT, events)
    if not changes:
        return stored
    changed = store_once(tx, "property_change", _LOG, changes)
    if not events:
        return changed
    of_events, of_changes = iter(stored), iter(changed)
    return [next(of_events if isinstance(row, NewEvent) else of_changes) for row in rows]


def name_id(tx: Transaction, site_id: int, name: str) -> int:
    """Return the number of an event name; give it one if it is new."""
    known = tx.caches.names.get((site_id, name))
    if known is None:
        tx.execute("INSERT INTO event_name (site_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING", (site_id, name))
        known = tx.execute("SELECT id FROM event_name WHERE site_id = ? AND name = ?", (site_id, name)).scalar_one()
        tx.caches.names[site_id, name] = known
    return known


def _identities(tx: Transaction, site_id: int, rows: Sequence[NewEvent | NewChange]) -> dict[str, int]:
    if len(rows) == 1:
        return {rows[0].distinct_id: identity_id(tx, site_id, rows[0].distinct_id)}
    return identity_ids(tx, site_id, (row.distinct_id for row in rows))


def _event_values(tx: Transaction, site_id: int, seq: int, identity: int, row: NewEvent) -> tuple[Any, ...]:
    """The values of `_EVENT`. Imported rows were known when they happened, the others when they came (SEMANTICS 2)."""
    _, name, time, received_at, data, key, known_at, imported, origin, bot, notes = row
    if known_at is None:
        known_at = time if imported else received_at
    number = tx.caches.names.get((site_id, name)) or name_id(tx, site_id, name)
    return (
        seq, identity, site_id, time, received_at, known_at, tx.flags[imported], origin, tx.flags[bot], key,
        None if data is None else json_text(data), None if notes is None else json_text(notes), number,
    )  # fmt: skip


def _change_values(site_id: int, seq: int, identity: int, row: NewChange) -> tuple[Any, ...]:
    """The values of `_LOG`."""
    _, values, time, received_at, key, known_at, imported, origin, bot, notes = row
    if known_at is None:
        known_at = time if imported else received_at
    return (
        seq, identity, site_id, time, received_at, known_at, imported, origin, bot, key,
        json_text(values), json_text(notes),
    )  # fmt: skip


def store_once(tx: Transaction, table: str, columns: tuple[str, ...], values: list[tuple[Any, ...]]) -> list[Recorded]:
    """Insert rows that begin with seq, identity and site, and return where each stands.

    Those whose message is stored already are left out and answered with the stored row.
    """
    if not values or insert(tx, table, columns, values) == len(values):
        return [Recorded(row[0], row[1], duplicate=False) for row in values]
    key = columns.index("message_key")
    found = stored_messages(tx, table, values[0][2], (row[key] for row in values))
    recorded = []
    for row in values:
        seq, identity = found.get(row[key], row[:2])
        recorded.append(Recorded(seq, identity, duplicate=seq != row[0]))
    return recorded
