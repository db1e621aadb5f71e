"""Questions in SQL: read-only, about one site, with identities already resolved to people."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError

from tracktor_nb.errors import StoreError

from .database import Database

_MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', {0} / 1000000.0, 'unixepoch')",
    "postgresql": "to_timestamp({0} / 1000000.0)",
}
_VIEWS = """WITH identities AS (
  SELECT id AS identity_id, distinct_id, person_id FROM identity WHERE site_id = {site}
), events AS (
  SELECT event.seq, identity.person_id, identity.distinct_id, event_name.name AS event, {time} AS time,
         event.time AS time_us, event.data AS properties, event.bot, event.imported
  FROM event JOIN event_name ON event_name.id = event.name_id
  JOIN identity ON identity.id = event.identity_id
  WHERE event.site_id = {site} AND event.seq > COALESCE(identity.removed_seq, 0)
), changes AS (
  SELECT property_change.seq, identity.person_id, identity.distinct_id, {change_time} AS time,
         property_change.time AS time_us, property_change.data AS properties
  FROM property_change JOIN identity ON identity.id = property_change.identity_id
  WHERE property_change.site_id = {site} AND property_change.seq > COALESCE(identity.removed_seq, 0)
) SELECT * FROM ({query}) AS answer"""

TABLES = ("identities", "events", "changes")
"""What a query can select from. `time` is a moment in UTC, `time_us` the same as microseconds; properties are JSON."""


def read_sql(database: Database, site_id: int, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the column names and rows of a SELECT over the tables `identities`, `events` and `changes` of one site.

    The connection can change nothing. Raises StoreError with the database's own words if the query is wrong.
    """
    moment = _MOMENT[database.dialect]
    statement = _VIEWS.format(
        site=int(site_id),
        time=moment.format("event.time"),
        change_time=moment.format("property_change.time"),
        query=query.strip().rstrip(";"),
    )
    if database.dialect == "postgresql":
        statement = statement.replace("%", "%%")
    try:
        with database.read() as connection:
            found = connection.exec_driver_sql(statement, ())
            return list(found.keys()), [tuple(row) for row in found]
    except DBAPIError as error:
        raise StoreError(f"The database refuses this query: {error.orig}. Tables: {', '.join(TABLES)}.") from error
