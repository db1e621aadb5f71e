"""Refused requests of known sites: kept for a week, so nothing that was sent is lost without a trace."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from tracktor_nb.errors import NotFoundError, PayloadError

from .tables import rejected
from .writer import Transaction

LONGEST_RAW = 64 * 1024
KEPT_FOR = 7 * 24 * 3600 * 1_000_000
KEPT_OF_SITE = 10_000


@dataclass(frozen=True)
class Rejected:
    """A refused request: where it came in, why it was refused, and its first 64 KiB as sent."""

    id: int
    received_at: int
    route: str
    code: str
    param: str | None
    message: str
    raw: bytes


_COLUMNS = [rejected.c[name] for name in Rejected.__dataclass_fields__]


_KEEP = "INSERT INTO rejected (site_id, received_at, route, code, param, message, raw) VALUES (?, ?, ?, ?, ?, ?, ?)"


def keep_rejected(tx: Transaction, site_id: int, received_at: int, route: str, raw: bytes, why: PayloadError) -> None:
    """Keep a refused request and the reason."""
    tx.execute(_KEEP, (site_id, received_at, route, why.code, why.param, why.message, raw[:LONGEST_RAW]))


def list_rejected(connection: sa.Connection, site_id: int, limit: int = 100) -> list[Rejected]:
    """Return the latest refused requests of a site, newest first."""
    rows = sa.select(*_COLUMNS).where(rejected.c.site_id == site_id).order_by(rejected.c.id.desc()).limit(limit)
    return [Rejected(*row) for row in connection.execute(rows)]


def trim_rejected(tx: Transaction, now: int) -> int:
    """Drop what is older than a week or beyond the newest 10,000 of a site; return how many went."""
    gone = tx.connection.execute(rejected.delete().where(rejected.c.received_at < now - KEPT_FOR)).rowcount
    for site_id in tx.connection.execute(sa.select(rejected.c.site_id).distinct()).scalars().all():
        of_site = sa.select(rejected.c.id).where(rejected.c.site_id == site_id).order_by(rejected.c.id.desc())
        surplus = of_site.offset(KEPT_OF_SITE).limit(-1 if not tx.is_postgres else None)
        gone += tx.connection.execute(rejected.delete().where(rejected.c.id.in_(surplus))).rowcount
    return gone


def rejected_by_id(connection: sa.Connection, site_id: int, number: int) -> Rejected:
    """Return one refused request of a site; NotFoundError if it is not kept."""
    its = sa.select(*_COLUMNS).where(rejected.c.site_id == site_id, rejected.c.id == number)
    row = connection.execute(its).one_or_none()
    if row is None:
        raise NotFoundError(f"This site keeps no refused request with the number {number}; see `rejected list`.")
    return Rejected(*row)


def drop_rejected(tx: Transaction, site_id: int, number: int) -> None:
    """Forget one refused request."""
    tx.connection.execute(rejected.delete().where(rejected.c.site_id == site_id, rejected.c.id == number))
