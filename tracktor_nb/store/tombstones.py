"""What is left of people who were erased: salted hashes of their ids, so that late events do not bring them back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from .writer import Transaction

KEPT_FOR = 30 * 24 * 3600 * 1_000_000


def digest(salt: bytes, distinct_id: str) -> bytes:
    """Return what is kept of a distinct id; without the site's salt nobody can try ids against it."""
    return hashlib.blake2b(distinct_id.encode(), digest_size=16, key=salt).digest()


def erased_among(tx: Transaction, site_id: int, distinct_ids: Iterable[str]) -> set[str]:
    """Return those of the ids that were erased within the last 30 days."""
    graves = tx.caches.graves.get(site_id)
    if graves is None:
        rows = tx.execute("SELECT digest FROM tombstone WHERE site_id = ?", (site_id,)).scalars()
        graves = tx.caches.graves[site_id] = (salt_of(tx, site_id), frozenset(bytes(row) for row in rows))
    salt, digests = graves
    return {each for each in distinct_ids if digest(salt, each) in digests} if digests else set()


def salt_of(tx: Transaction, site_id: int) -> bytes:
    """Return the salt of a site's tombstones."""
    return bytes(tx.execute("SELECT salt FROM site WHERE id = ?", (site_id,)).scalar_one())


def bury(tx: Transaction, site_id: int, distinct_ids: Iterable[str], at: int) -> list[bytes]:
    """Leave a tombstone for each id and return their digests."""
    salt = salt_of(tx, site_id)
    digests = [digest(salt, each) for each in distinct_ids]
    tx.execute(
        "INSERT INTO tombstone (site_id, digest, erased_at) VALUES (?, ?, ?)"
        " ON CONFLICT (site_id, digest) DO UPDATE SET erased_at = excluded.erased_at",
        [(site_id, each, at) for each in digests],
    )
    return digests


def trim_tombstones(tx: Transaction, now: int) -> int:
    """Drop the tombstones older than 30 days and return how many went; those ids may come again as new people."""
    gone = tx.execute("DELETE FROM tombstone WHERE erased_at < ?", (now - KEPT_FOR,)).rowcount
    if gone:
        tell_every_process(tx)
    return gone


def tell_every_process(tx: Transaction) -> None:
    """Make each writer of this database drop what it remembers of ids; on PostgreSQL, wait for those at work first."""
    tx.execute("UPDATE counter SET value = value + 1 WHERE name = 'erasures'")
    tx.caches.clear()
