"""What a database needs in time: what carts wait for, a short write-ahead log, no refused requests from last month."""

from __future__ import annotations

import sqlite3
from functools import partial

from .carts import next_due, settle_due
from .database import Database
from .old_events import forget_old_events
from .rejected import trim_rejected
from .sites import list_sites
from .tombstones import trim_tombstones

DAY = 24 * 3600 * 1_000_000


def do_due(database: Database, now: int) -> None:
    """Make every event of a cart that is due by now."""
    while _is_due(database, now) and database.writer.run(partial(settle_due, now=now)):
        pass


def _is_due(database: Database, now: int) -> bool:
    with database.read() as connection:
        due = next_due(connection)
    return due is not None and due <= now


def tidy(database: Database, now: int) -> None:
    """Do one round: drop what is kept for a time only, and shorten SQLite's write-ahead log if nobody reads it."""
    database.writer.run(partial(trim_rejected, now=now))
    database.writer.run(partial(trim_tombstones, now=now))
    forget_old(database, now)
    if database.dialect == "sqlite":
        shorten_log(str(database.url.database))


def forget_old(database: Database, now: int) -> None:
    """Delete the events that sites keep no longer: by whole days, so the log in memory is read anew once a day."""
    with database.read() as connection:
        kept = {record.id: record.settings.get("retention_days") for record in list_sites(connection)}
    for site_id, days in kept.items():
        step = partial(forget_old_events, site_id=site_id, before=(now // DAY - (days or 0)) * DAY)
        while days and database.writer.run(step):
            pass


def shorten_log(path: str) -> bool:
    """Copy SQLite's write-ahead log into the file and cut it; False if a reader or writer is in the way.

    The log grows as long as any reader stays in one transaction, and does not shrink by itself afterwards.
    """
    connection = sqlite3.connect(path, timeout=0.1, isolation_level=None)
    try:
        blocked, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not blocked
    finally:
        connection.close()
