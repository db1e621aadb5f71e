"""Opening a database: its schema brought up to date, one writer, and readers that cannot change anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tracktor_nb.errors import StoreError

from .engines import read_url, reading_engine, writing_engine
from .schema import bring_up_to_date
from .writer import Writer


class Database:
    """One open database. `writer` takes every change; `read()` gives a view that stands still."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self.dialect = url.get_backend_name()
        self._writing = writing_engine(url)
        self._reading = reading_engine(url)
        self.writer = Writer(self._writing)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a read-only connection that sees one state of the database; keep it for milliseconds, not minutes.

        A read that stays open keeps SQLite from shortening its write-ahead log and PostgreSQL from cleaning up.
        """
        with self._reading.connect() as connection:
            yield connection

    def close(self) -> None:
        """Finish what the writer was given, then close every connection."""
        self.writer.close()
        self._reading.dispose()
        self._writing.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_database(url: str) -> Database:
    """Open the database at a SQLAlchemy URL, make its file and tables if there are none, and return it.

    Raises SettingError for a URL that cannot be used and StoreError if the database cannot be reached.
    """
    parsed = read_url(url)
    try:
        engine = writing_engine(parsed)
        bring_up_to_date(engine)
        engine.dispose()
    except (DBAPIError, sqlite3.Error, OSError) as error:
        where = parsed.render_as_string(hide_password=True)
        raise StoreError(f"Cannot open the database {where}: {error}. Does it run, and may you write there?") from error
    return Database(parsed)
