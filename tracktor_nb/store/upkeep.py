"""What a database needs in time: what carts wait for, a short write-ahead log, no refused requests from last month."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from contextlib import suppress
from functools import partial

from tracktor_nb.errors import StoreBusyError

from .carts import next_due, settle_due
from .database import Database, open_database
from .old_events import forget_old_events
from .rejected import trim_rejected
from .sites import list_sites
from .tombstones import trim_tombstones

DAY = 24 * 3600 * 1_000_000
EVERY = 60.0
"""Seconds between two times that the database is tidied."""
LOOK_EVERY = 0.5
"""Seconds between two looks at the clock of the carts: a new call may have to be looked at before all others."""


def keep_in_time(url: str) -> None:
    """Do what is due when it is due, and tidy the database each minute, until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_database(url) as database:
        tidied = -EVERY
        while not stop.is_set():
            with suppress(StoreBusyError):  # another round comes soon
                do_due(database, _now())
                if time.monotonic() - tidied >= EVERY:
                    tidy(database, _now())
                    tidied = time.monotonic()
            stop.wait(_pause(database))


def do_due(database: Database, now: int) -> None:
    """Make every event of a cart that is due by now."""
    while _is_due(database, now) and database.writer.run(partial(settle_due, now=now)):
        pass


def _is_due(database: Database, now: int) -> bool:
    with database.read() as connection:
        due = next_due(connection)
    return due is not None and due <= now


def _pause(database: Database) -> float:
    """The seconds until something is due, or until it is time to ask again: another worker may be at what is due."""
    with database.read() as connection:
        due = next_due(connection)
    left = 0.0 if due is None else (due - _now()) / 1_000_000
    return left if 0 < left < LOOK_EVERY else LOOK_EVERY


def _now() -> int:
    return time.time_ns() // 1000


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
