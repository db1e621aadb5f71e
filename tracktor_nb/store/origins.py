"""Where calls of a site come from, and which snippet stands there: what `site check` looks at."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from .tables import origin_seen
from .writer import Transaction

MOST_ORIGINS = 100
"""Origins kept of one site; anybody can make them up, so the ones seen longest ago go first."""
_NOTE_EVENT = (
    "INSERT INTO origin_seen (site_id, origin, event_at) VALUES (?, ?, ?)"
    " ON CONFLICT (site_id, origin) DO UPDATE SET event_at = excluded.event_at"
)
_NOTE_SCRIPT = (
    "INSERT INTO origin_seen (site_id, origin, script_at, snippet_version) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (site_id, origin) DO UPDATE SET script_at = excluded.script_at,"
    " snippet_version = excluded.snippet_version"
)


class OriginSeen(NamedTuple):
    """When something last came from an origin, in microseconds to the minute; the origin of servers is empty.

    `snippet_version` is what the pages there asked for the script with, at `script_at`.
    """

    origin: str
    event_at: int | None
    script_at: int | None
    snippet_version: int | None


def note_event(tx: Transaction, site_id: int, origin: str, at: int) -> None:
    """Note that a call from an origin was recorded."""
    tx.execute(_NOTE_EVENT, (site_id, origin, at))
    _trim(tx, site_id)


def note_script(tx: Transaction, site_id: int, origin: str, at: int, snippet_version: int) -> None:
    """Note that a page of an origin loaded the script, by a snippet of that version."""
    tx.execute(_NOTE_SCRIPT, (site_id, origin, at, snippet_version))
    _trim(tx, site_id)


def origins_of(connection: sa.Connection, site_id: int) -> list[OriginSeen]:
    """Return the origins of a site, those with the latest events first."""
    columns = [origin_seen.c[name] for name in OriginSeen._fields]
    rows = connection.execute(sa.select(*columns).where(origin_seen.c.site_id == site_id))
    return sorted((OriginSeen(*row) for row in rows), key=lambda each: (each.event_at or 0, each.origin), reverse=True)


def _trim(tx: Transaction, site_id: int) -> None:
    seen = origins_of(tx.connection, site_id)
    if len(seen) > MOST_ORIGINS:
        oldest = min(seen, key=lambda each: max(each.event_at or 0, each.script_at or 0))
        tx.execute("DELETE FROM origin_seen WHERE site_id = ? AND origin = ?", (site_id, oldest.origin))
