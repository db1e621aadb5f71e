"""How connections to either database are made: one kind writes, the other kind only reads."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from tracktor_nb.errors import SettingError

from .failures import is_locked

LONGEST_WAIT = 5.0
"""Seconds that a writer waits for the lock of another process."""
_RETRY_EVERY = 0.0003
T = TypeVar("T")

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


def read_url(url: str) -> sa.URL:
    """Return the parsed URL with the driver we use; SettingError if it names no file or no known database."""
    cure = "Use sqlite:///path/to/file.db or postgresql+psycopg://user@host/name."
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise SettingError(f"The database URL {url!r} cannot be read. {cure}") from error
    dialect = parsed.get_backend_name()
    if dialect not in _DRIVERS:
        raise SettingError(f"No support for {dialect!r} databases. {cure}")
    if dialect == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise SettingError(f"SQLite needs a file that several processes can open. {cure}")
    return parsed.set(drivername=_DRIVERS[dialect])


def writing_engine(url: sa.URL) -> sa.Engine:
    """Return the engine whose transactions write."""
    if url.get_backend_name() == "postgresql":
        engine = _postgres_engine(url, isolation_level="READ COMMITTED")
        event.listen(engine, "connect", _limit_lock_waits)
        return engine
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": 0})
    event.listen(engine, "connect", _prepare_sqlite_writer)
    event.listen(engine, "begin", lambda connection: _sqlite(connection).execute("BEGIN IMMEDIATE"))
    return engine


def reading_engine(url: sa.URL) -> sa.Engine:
    """Return the engine whose transactions see one state of the database and can change nothing."""
    if url.get_backend_name() == "postgresql":
        read_only = {"postgresql_readonly": True}
        return _postgres_engine(url, isolation_level="REPEATABLE READ", execution_options=read_only)
    uri = f"{Path(str(url.database)).absolute().as_uri()}?mode=ro"
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            uri, uri=True, check_same_thread=False, isolation_level=None, timeout=LONGEST_WAIT
        ),
        poolclass=sa.QueuePool,
    )
    event.listen(engine, "begin", lambda connection: _sqlite(connection).execute("BEGIN"))
    return engine


def when_free(action: Callable[[], T], deadline: float) -> T:
    """Return what the action returns once SQLite is not locked; try until `deadline` (of time.monotonic()).

    SQLite's own waiting grows its pauses, so a process that waits loses to one that comes anew. Short equal pauses
    are fair: the longest wait measured beside a busy process fell from seconds to a few milliseconds.
    """
    while True:
        try:
            return action()
        except (sqlite3.OperationalError, DBAPIError) as error:
            if not is_locked(error) or time.monotonic() >= deadline:
                raise
        time.sleep(_RETRY_EVERY)


def _postgres_engine(url: sa.URL, **options: Any) -> sa.Engine:
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5}, **options)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise SettingError("PostgreSQL needs its driver: pip install 'tracktor-nb[postgres]'.") from error
    event.listen(engine, "connect", _keep_json_text)
    return engine


def _keep_json_text(connection: Any, _: object) -> None:
    """Give JSON back as the text it was written as, like SQLite."""
    from psycopg.types.string import TextLoader

    connection.adapters.register_loader("json", TextLoader)


def _limit_lock_waits(connection: Any, _: object) -> None:
    connection.execute(f"SET lock_timeout = {int(LONGEST_WAIT * 1000)}")
    connection.commit()


def _prepare_sqlite_writer(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where the writer says
    settings = ("synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "journal_size_limit=67108864")
    for pragma in (*settings, "secure_delete=ON"):  # what is erased is overwritten
        connection.execute(f"PRAGMA {pragma}")


def _sqlite(connection: sa.Connection) -> sqlite3.Connection:
    driver_connection = connection.connection.dbapi_connection
    assert isinstance(driver_connection, sqlite3.Connection)
    return driver_connection
