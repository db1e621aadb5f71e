"""Carts in SQL: the calls as they came, the events that follow from them, and the timers that look again.

What happened is always said anew by `semantics.cart`, from all calls of the person, inside one transaction: so a late
call, a merge, its undoing and a worker that was killed leave the same events as if everything had come in its order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from tracktor_nb.semantics.cart import (
    MADE_OF_CARTS,
    PURCHASED,
    CartCall,
    CartEvent,
    CartHistory,
    MadeEvent,
    cart_history,
    corrections,
    total_of,
)
from tracktor_nb.semantics.event import RETRACTION

from .canonical import json_text
from .events import NewEvent, Recorded, record_rows, store_once
from .identity import ERASED, identity_ids, lock_person
from .tables import cart, identity
from .writer import Transaction

ORIGIN = "system:carts"
"""The origin of the events made here; those that a server sends under their names stay as they are."""
MOST_CALLS = 200
"""So many of a person's latest calls are gone through; what older ones led to stands."""
MOST_DUE = 50
_LOCK = 0x6361_7274  # any number, the same in every process
_COLUMNS = (
    *("seq", "identity_id", "site_id", "time", "received_at", "imported", "bot", "operation"),
    *("message_key", "data", "notes", "abandon_after", "cancel_after"),
)
_CALL = "time, seq, operation, data, abandon_after, cancel_after, identity_id, bot, imported"


class NewCart(NamedTuple):
    """A call about a cart, to be stored. Instants and times of silence are microseconds."""

    distinct_id: str
    operation: str
    cart: Mapping[str, Any] | None
    time: int
    received_at: int
    message_key: bytes | None = None
    imported: bool = False
    bot: bool = False
    notes: Mapping[str, Any] | None = None
    abandon_after: int | None = None
    cancel_after: int | None = None


class _Member(NamedTuple):
    id: int
    distinct_id: str
    removed_seq: int


class PersonCart(NamedTuple):
    """The latest cart of a person, by the identity that the last call named."""

    person_id: int
    distinct_id: str
    history: CartHistory

    def told(self) -> dict[str, Any]:
        """Return the cart and what the person bought, by the names of `site.carts()`; instants are microseconds."""
        cart, bought = self.history.cart, [each.cart for each in self.history.events if each.name == PURCHASED]
        assert cart is not None
        times = {"opened_at": cart.opened_at, "changed_at": cart.changed_at, "called_at": cart.called_at}
        revenue = sum(total_of(each) or 0 for each in bought)
        return {"person_id": self.person_id, "id": self.distinct_id, "state": cart.state, **times} | {
            "total": total_of(cart.content),
            "bought": len(bought),
            "revenue": revenue,
            "abandoned_from": self.history.next_at,
            "cart": cart.content,
        }


def record_carts(tx: Transaction, site_id: int, rows: Sequence[NewCart]) -> list[Recorded]:
    """Store calls and return where each stands; `settle_carts` says what follows once all that came together is in."""
    ids = identity_ids(tx, site_id, (row.distinct_id for row in rows))
    kept = [row for row in rows if ids[row.distinct_id] != ERASED]
    values = [
        (
            seq, ids[row.distinct_id], site_id, row.time, row.received_at, row.imported, row.bot, row.operation,
            row.message_key, json_text(row.cart), json_text(row.notes), row.abandon_after, row.cancel_after,
        )
        for seq, row in zip(tx.next_seqs(len(kept)), kept, strict=True)
    ]  # fmt: skip
    stored = iter(store_once(tx, "cart", _COLUMNS, values))
    gone = Recorded(0, ERASED, duplicate=False)
    return [gone if ids[row.distinct_id] == ERASED else next(stored) for row in rows]


def settle_carts(tx: Transaction, site_id: int, identities: Collection[int], now: int) -> None:
    """Make the events that follow at an instant from the calls of the people with these identities; retract others."""
    settled: set[int] = set()
    for whose in sorted(identities):
        person = lock_person(tx, whose)
        if person is not None and person not in settled:
            _settle(tx, site_id, person, now)
            settled.add(person)


def settle_due(tx: Transaction, now: int) -> int:
    """Look at some people whose timer went off by now and return how many; on PostgreSQL one worker does at a time."""
    if tx.is_postgres and not tx.execute("SELECT pg_try_advisory_xact_lock(?)", (_LOCK,)).scalar():
        return 0
    due = "SELECT site_id, identity_id FROM cart WHERE due_at <= ? ORDER BY due_at LIMIT ?"
    found = tx.execute(due, (now, MOST_DUE)).all()
    for site_id, whose in found:
        settle_carts(tx, site_id, (whose,), now)
    return len(found)


def next_due(connection: sa.Connection) -> int | None:
    """Return the instant at which the next timer goes off, None if none is set."""
    return connection.execute(sa.select(sa.func.min(cart.c.due_at)).where(cart.c.due_at.is_not(None))).scalar()


def withdraw(tx: Transaction, site_id: int, operation: str) -> None:
    """Let no event follow any more from the calls of a kind that are waited on: the site has switched it off."""
    silence = {"set": "abandon_after", "cancel": "cancel_after"}[operation]
    statement = f"UPDATE cart SET {silence} = NULL WHERE site_id = ? AND operation = ? AND due_at IS NOT NULL"
    tx.execute(statement, (site_id, operation))


def latest_carts(connection: sa.Connection, site_id: int, now: int) -> list[PersonCart]:
    """Return the latest cart of everybody who ever had one, as it stands at an instant."""
    columns = [cart.c[name] for name in _CALL.split(", ")]
    rows = (
        sa.select(*columns, identity.c.person_id, identity.c.distinct_id)
        .join(identity, identity.c.id == cart.c.identity_id)
        .where(cart.c.site_id == site_id, cart.c.seq > sa.func.coalesce(identity.c.removed_seq, 0))
        .order_by(cart.c.time, cart.c.seq)
    )
    calls: dict[int, list[CartCall]] = {}
    last: dict[int, str] = {}
    for *row, person, distinct_id in connection.execute(rows):
        calls.setdefault(person, []).append(_call(row))
        last[person] = distinct_id
    return [PersonCart(person, last[person], cart_history(its, now)) for person, its in calls.items()]


def _settle(tx: Transaction, site_id: int, person: int, now: int) -> None:
    members = _members(tx, person)
    calls, since = _calls(tx, members)
    history = cart_history(calls, now)
    due = [event for event in history.events if event.time > since]
    missing, wrong = corrections(due, list(_made(tx, site_id, members, since)))
    rows = [_event(event, members, now) for event in missing] + [_retraction(tx, each, now) for each in wrong]
    if rows:
        record_rows(tx, site_id, rows)
    _set_timer(tx, members, history)


def _members(tx: Transaction, person: int) -> dict[int, _Member]:
    """Return the identities of a person."""
    lock = " FOR NO KEY UPDATE" if tx.is_postgres else ""
    its = "SELECT id, distinct_id, COALESCE(removed_seq, 0) FROM identity WHERE person_id = ? ORDER BY id"
    return {row[0]: _Member(*row) for row in tx.execute(its + lock, (person,))}


def _calls(tx: Transaction, members: Mapping[int, _Member]) -> tuple[list[CartCall], int]:
    """Return the latest calls, and the instant up to which older ones may have led to events."""
    statement = (
        f"SELECT {_CALL} FROM cart WHERE identity_id IN ({_marks(members)}) ORDER BY time DESC, seq DESC LIMIT ?"
    )
    rows = [_call(row) for row in tx.execute(statement, (*members, MOST_CALLS + 1))]
    calls = [call for call in rows if call.seq > members[call.identity].removed_seq]
    if len(calls) <= MOST_CALLS:
        return calls, -1
    oldest = calls[MOST_CALLS - 1]
    return calls[:MOST_CALLS], oldest.time + (oldest.abandon_after or 0)


def _call(row: Sequence[Any]) -> CartCall:
    time, seq, operation, data, abandon_after, cancel_after, whose, bot, imported = row
    content = None if data is None else orjson.loads(data)
    return CartCall(time, seq, operation, content, abandon_after, cancel_after, whose, bool(bot), bool(imported))


def _made(tx: Transaction, site_id: int, members: Mapping[int, _Member], since: int) -> Iterator[MadeEvent]:
    """Yield the events made here that stand."""
    names = ", ".join("?" * len(MADE_OF_CARTS))
    statement = (
        "SELECT e.seq, e.time, n.name, e.data, e.identity_id FROM event e JOIN event_name n ON n.id = e.name_id"
        f" WHERE e.identity_id IN ({_marks(members)}) AND n.site_id = ? AND n.name IN ({names})"
        " AND e.time > ? AND e.origin = ? ORDER BY e.seq"
    )
    found = tx.execute(statement, (*members, site_id, *MADE_OF_CARTS, since, ORIGIN))
    rows = [(seq, time, name, orjson.loads(data)) for seq, time, name, data, whose in found
            if seq > members[whose].removed_seq]  # fmt: skip
    retracted = {data["retracts"] for _, _, name, data in rows if name == RETRACTION}
    for seq, time, name, data in rows:
        if name != RETRACTION and seq not in retracted:
            yield MadeEvent(seq, time, name, data["version"])


def _event(event: CartEvent, members: Mapping[int, _Member], now: int) -> NewEvent:
    call, whose = event.call, members[event.call.identity].distinct_id
    return NewEvent(
        whose, event.name, event.time, now, event.properties(), imported=call.imported, origin=ORIGIN, bot=call.bot
    )


def _retraction(tx: Transaction, made: MadeEvent, now: int) -> NewEvent:
    """The event that says so belongs to whom the retracted one belongs to."""
    whose = "SELECT i.distinct_id, e.bot FROM event e JOIN identity i ON i.id = e.identity_id WHERE e.seq = ?"
    distinct_id, bot = tx.execute(whose, (made.seq,)).one()
    said = {"event": made.name, "retracts": made.seq, "version": made.version}
    return NewEvent(distinct_id, RETRACTION, now, now, said, origin=ORIGIN, bot=bool(bot))


def _set_timer(tx: Transaction, members: Mapping[int, _Member], history: CartHistory) -> None:
    its = f"UPDATE cart SET due_at = NULL WHERE identity_id IN ({_marks(members)}) AND due_at IS NOT NULL"
    tx.execute(its, tuple(members))
    if history.next_call is not None:
        tx.execute("UPDATE cart SET due_at = ? WHERE seq = ?", (history.next_at, history.next_call.seq))


def _marks(of: Collection[Any]) -> str:
    return ", ".join("?" * len(of))
