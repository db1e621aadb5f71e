"""Positions in the log: of arrival numbers on SQLite, where they commit in order, of transactions on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa


def log_end(connection: sa.Connection) -> int:
    """Return the position below which nothing can still appear."""
    if connection.dialect.name == "sqlite":
        last: int = connection.exec_driver_sql("SELECT value FROM counter WHERE name = 'seq'").scalar_one()
        return last + 1
    xmin = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    return int(connection.exec_driver_sql(xmin).scalar_one())


def position_of(connection: sa.Connection, table: sa.Table) -> sa.ColumnElement[int]:
    """Return the column that says where a row of one of the followed tables stands."""
    if connection.dialect.name == "sqlite":
        return table.c.seq
    return sa.literal_column(f"{table.name}.txid", sa.BigInteger)
