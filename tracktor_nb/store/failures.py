"""Telling apart what a database complains about: wait, run it again, or give up."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from tracktor_nb.errors import StoreBusyError

_SQLITE_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_SQLITE_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_CONFLICTS = ("40001", "40P01")  # serialization failure, deadlock: the other side went on, so the same step can succeed
_POSTGRES_BUSY = {
    "40001": "in conflict with another process",
    "40P01": "in conflict with another process",
    "53100": "full",
    "53300": "out of connections",
    "55P03": "locked by another process",
    "57P01": "shutting down",
    "57P03": "starting or stopping",
}


def is_locked(error: BaseException) -> bool:
    """True if another process holds SQLite's write lock."""
    return _sqlite_code(error) in _SQLITE_LOCKED


def is_conflict(error: BaseException) -> bool:
    """True if PostgreSQL gave this transaction up in favour of another one."""
    return _postgres_code(error) in _CONFLICTS


def explained(error: BaseException) -> BaseException:
    """Return StoreBusyError for what passes by itself (locked, full, connection lost), else the error unchanged."""
    state = _state(error)
    if state is None:
        return error
    busy = StoreBusyError(f"The database is {state}: nothing was written. Try again in a moment.")
    busy.__cause__ = error
    return busy


def _state(error: BaseException) -> str | None:
    code = _sqlite_code(error)
    if code in _SQLITE_LOCKED:
        return "locked by another process"
    if code in _SQLITE_FULL:
        return "full, or its disk fails"
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return "out of reach"
    return _POSTGRES_BUSY.get(_postgres_code(error) or "")


def _sqlite_code(error: BaseException) -> int | None:
    """The primary result code; the extended one has more bits."""
    code = getattr(_driver_error(error), "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _postgres_code(error: BaseException) -> str | None:
    return getattr(_driver_error(error), "sqlstate", None)


def _driver_error(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error
