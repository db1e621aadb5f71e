"""Bringing the tables of a database to the form this version needs, once, whoever opens it first."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from tracktor_nb.errors import StoreError

from .engines import when_free

HEAD = "0007"
"""The newest migration; what a database must have before it is used."""
LONGEST_MIGRATION = 60.0
"""Seconds that a process waits for another one that brings the tables up to date."""
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x7472_6163_6B74  # any number, the same in every process


def bring_up_to_date(engine: sa.Engine) -> None:
    """Run the migrations this database lacks. Processes that start together wait for the one that runs them."""
    deadline = time.monotonic() + LONGEST_MIGRATION
    with when_free(engine.connect, deadline) as connection:
        if connection.dialect.name == "sqlite":
            when_free(partial(_use_write_ahead_log, connection), deadline)
        when_free(connection.begin, deadline)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if revision(connection) != HEAD:
            _migrate(connection)
        connection.commit()


def revision(connection: sa.Connection) -> str | None:
    """Return the newest migration the database had, or None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _migrate(connection: sa.Connection) -> None:
    from alembic import command  # loading it takes longer than opening a database that is up to date
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(f"This database was made by a newer tracktor_nb ({error}). Update the package.") from error


def _use_write_ahead_log(connection: sa.Connection) -> None:
    """Readers and the writer then do not wait for one another. The file remembers it."""
    driver_connection = connection.connection.dbapi_connection
    assert driver_connection is not None
    driver_connection.cursor().execute("PRAGMA journal_mode=WAL")
