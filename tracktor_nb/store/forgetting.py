"""Taking people out of a site: removed ones are left out of every answer, erased ones leave nothing behind."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from tracktor_nb.errors import NotFoundError

from .campaigns import take_out
from .database import Database
from .following import interrupt
from .identity import count_merge, lock_merges, look_up_person
from .mentions import mentioning
from .old_events import count_rewrite
from .shelf import lookup
from .sites import SiteRecord
from .tables import (
    campaign_clock,
    cart,
    cohort_member,
    effect,
    event,
    identity,
    identity_edge,
    journey,
    property_change,
    rejected,
    segment_state,
    visit,
)
from .tombstones import bury, tell_every_process
from .upkeep import shorten_log
from .writer import Transaction

PATIENCE = 5.0
"""Seconds that erasing waits for readers who keep old pages of a SQLite file in its write-ahead log."""
_CHUNK = 500


@dataclass(frozen=True)
class Receipt:
    """What was erased, for the books: rows by table, hashes in place of ids, signed with the site's server key.

    `erased_at` is in microseconds. `overwritten` is False while a reader kept old pages alive in the SQLite file's
    write-ahead log; the worker cuts it within minutes.
    """

    site: str
    erased_at: int
    ids: tuple[str, ...]
    rows: Mapping[str, int]
    overwritten: bool
    signature: str = ""

    def signed(self, server_key: str) -> Receipt:
        """Return the same receipt with its signature."""
        unsigned = {name: value for name, value in asdict(self).items() if name != "signature"}
        text = orjson.dumps(unsigned, option=orjson.OPT_SORT_KEYS)
        return Receipt(**{**unsigned, "signature": hmac.digest(server_key.encode(), text, "sha256").hex()})

    def is_genuine(self, server_key: str) -> bool:
        """True if nobody changed it since the site signed it."""
        return hmac.compare_digest(self.signature, self.signed(server_key).signature)

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self.erased_at / 1_000_000, UTC)
        rows = ", ".join(f"{count} of {table}" for table, count in self.rows.items())
        late = "" if self.overwritten else "\nA reader is in the way: the worker overwrites the last copies soon."
        ids = " ".join(self.ids)
        return (
            f"Erased from {self.site!r} at {moment:%Y-%m-%d %H:%M:%S} UTC: {rows}.\n"
            f"Hashes of the ids: {ids}\nSignature: {self.signature}{late}"
        )


class _Member(NamedTuple):
    id: int
    distinct_id: str


def erase_person(database: Database, record: SiteRecord, distinct_id: str, now: int) -> Receipt:
    """Delete all that is stored of a person and return the receipt; what comes late is not stored for 30 days.

    NotFoundError if nobody has the id. `now` is in microseconds.
    """
    hashes, rows = database.writer.run(partial(erase, site_id=record.id, distinct_id=distinct_id, at=now))
    overwritten = database.dialect != "sqlite" or _cut(str(database.url.database))
    return Receipt(record.name, now, hashes, rows, overwritten).signed(record.server_key)


def erase(tx: Transaction, site_id: int, distinct_id: str, at: int) -> tuple[tuple[str, ...], dict[str, int]]:
    """Delete a person, leave tombstones, and return their hashes and the number of rows by table."""
    tell_every_process(tx)
    interrupt(tx, site_id)
    members = _members(tx, site_id, distinct_id)
    ids = [member.id for member in members]
    mentions = mentioning(tx.connection, site_id, [member.distinct_id for member in members])
    rows = {
        "event": _delete(tx, event.c.identity_id, ids),
        "property_change": _delete(tx, property_change.c.identity_id, ids),
        "cart": _delete(tx, cart.c.identity_id, ids),
        "journey": _delete(tx, journey.c.identity_id, ids),
        "effect": _delete(tx, effect.c.identity_id, ids),
        "cohort_member": _delete(tx, cohort_member.c.identity_id, ids),
        "identity_edge": _delete(tx, identity_edge.c.src, ids) + _delete(tx, identity_edge.c.dest, ids),
        "identity": _delete(tx, identity.c.id, ids),
        "rejected": _delete(tx, rejected.c.id, mentions),
    }
    _delete(tx, segment_state.c.person_id, ids)
    _delete(tx, campaign_clock.c.person_id, ids)
    _delete(tx, visit.c.identity_id, ids)
    digests = bury(tx, site_id, (member.distinct_id for member in members), at)
    count_merge(tx, site_id)
    count_rewrite(tx, site_id)
    return tuple(each.hex() for each in digests), rows


def remove(tx: Transaction, site_id: int, distinct_id: str, at: int) -> int:
    """Leave a person out of every answer from now on and return how many ids that were.

    Its rows stay in the log, unread; its merges are undone and its journeys end. Whatever comes later makes new people
    of its ids.
    """
    interrupt(tx, site_id)
    lock_merges(tx, site_id)
    members = _members(tx, site_id, distinct_id)
    ids = [member.id for member in members]
    seq = tx.next_seq()
    _delete(tx, segment_state.c.person_id, ids)
    _delete(tx, campaign_clock.c.person_id, ids)
    take_out(tx, site_id, ids, lookup(tx.connection, site_id), at)
    tx.execute("UPDATE identity SET removed_seq = ?, person_id = id WHERE id = ?", [(seq, id) for id in ids])
    tx.execute("UPDATE identity_edge SET undone_at = ? WHERE src = ? AND undone_at IS NULL", [(at, id) for id in ids])
    count_merge(tx, site_id)
    count_rewrite(tx, site_id)
    return len(ids)


def _members(tx: Transaction, site_id: int, distinct_id: str) -> list[_Member]:
    person = look_up_person(tx.connection, site_id, distinct_id)
    if person is None:
        raise NotFoundError(f"Nobody in this site has the id {distinct_id!r}.")
    rows = tx.execute("SELECT id, distinct_id FROM identity WHERE person_id = ? ORDER BY id", (person,))
    return [_Member(*row) for row in rows]


def _delete(tx: Transaction, column: sa.Column[int], ids: Sequence[int]) -> int:
    chunks: Iterable[Sequence[int]] = (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
    return sum(tx.connection.execute(column.table.delete().where(column.in_(chunk))).rowcount for chunk in chunks)


def _cut(path: str) -> bool:
    """Overwrite the deleted pages in the file and empty its write-ahead log; False if a reader stays in the way."""
    deadline = time.monotonic() + PATIENCE
    while not shorten_log(path):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
