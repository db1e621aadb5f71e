"""Following the log of a site: who holds the place, how far it has come, and what is new since (DESIGN 4).

One process at a time follows a site under a name. The place moves in the same transaction as what was made of the
part that was read, and only from where it stood, so nothing is done twice even if two believe to hold it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from .definitions import names
from .positions import log_end, position_of
from .tables import cohort_member, event, event_name, identity_edge, property_change, undoing
from .writer import Transaction

MOST_ROWS = 250
"""So many rows of each kind are taken at once, so that others can write in between.

A single transaction that wrote more is taken whole.
"""


class Place(NamedTuple):
    """Where a follower of a site stands: `position` is that of a watermark, `reached` an instant (microseconds)."""

    site_id: int
    name: str
    position: int
    reached: int


@dataclass(frozen=True)
class News:
    """A part of the log: `position` is where the next one begins.

    `seqs` are the arrival numbers of its events, property changes, merges and undoings; `identities` whom they are
    about, `joined` those among them that were merged, `parted` those that were parted again, `listed` those that were
    put on a list or taken off it. `rest` says that the log holds more already.
    """

    position: int
    seqs: frozenset[int]
    identities: frozenset[int]
    joined: frozenset[int]
    parted: frozenset[int]
    listed: frozenset[int]
    rest: bool


def take_place(tx: Transaction, site_id: int, name: str, holder: str, now: int, until: int) -> Place | None:
    """Return the place if nobody else holds it, held from now on until an instant (microseconds); else None.

    Who follows a site for the first time begins now, at the end of its log.
    """
    begin = log_end(tx.connection)
    tx.execute(
        "INSERT INTO follower (site_id, name, position, reached, holder, held_until) VALUES (?, ?, ?, ?, '', 0)"
        " ON CONFLICT (site_id, name) DO NOTHING",
        (site_id, name, begin, now),
    )
    taken = tx.execute(
        "UPDATE follower SET holder = ?, held_until = ?"
        " WHERE site_id = ? AND name = ? AND (holder = ? OR held_until < ?) RETURNING position, reached",
        (holder, until, site_id, name, holder, now),
    ).one_or_none()
    return None if taken is None else Place(site_id, name, *taken)


def begin_here(tx: Transaction, site_id: int, name: str, now: int) -> None:
    """Let whoever follows the site go on from the end of its log: what came before is not looked at."""
    tx.execute(
        "INSERT INTO follower (site_id, name, position, reached, holder, held_until) VALUES (?, ?, ?, ?, '', 0)"
        " ON CONFLICT (site_id, name) DO UPDATE SET position = excluded.position, reached = excluded.reached",
        (site_id, name, log_end(tx.connection), now),
    )


def leave_place(tx: Transaction, place: Place, holder: str) -> None:
    """Let the next one follow at once."""
    values = (place.site_id, place.name, holder)
    tx.execute("UPDATE follower SET holder = '', held_until = 0 WHERE site_id = ? AND name = ? AND holder = ?", values)


def move_place(tx: Transaction, place: Place, to: Place) -> bool:
    """Move on; False, and nothing changed, if somebody else has moved the place meanwhile."""
    moved = tx.execute(
        "UPDATE follower SET position = ?, reached = ? WHERE site_id = ? AND name = ? AND position = ? AND reached = ?",
        (to.position, to.reached, *place),
    )
    return moved.rowcount == 1


def interrupt(tx: Transaction, site_id: int) -> None:
    """Let whoever works on a part of the site's log throw it away and read it anew: its people have changed by hand."""
    tx.execute("UPDATE follower SET reached = reached + 1 WHERE site_id = ?", (site_id,))


def news(
    connection: sa.Connection, place: Place, events: Collection[str] | None = None, changes: bool = True
) -> News | None:
    """Return the next part of the log of the place's site, None while there is none.

    It tells of events of these names only (None: of any), and of property changes if asked to; of all else always.
    """
    last = log_end(connection)
    end = min([last, *(_page_end(connection, table, place) for table in (event, property_change, cohort_member))])
    if end <= place.position:
        return None
    told = _told(connection, event, place, end, events)
    told += _told(connection, property_change, place, end) if changes else []
    seqs, identities = {seq for seq, _ in told}, {whose for _, whose in told}
    merged, undone = _merged(connection, place, end), _undone(connection, place, end)
    joined, parted = (frozenset(id for _, *ends in rows for id in ends) for rows in (merged, undone))
    lists = _listed(connection, place, end)
    listed = frozenset(whose for _, whose in lists)
    seqs |= {seq for seq, *_ in (*merged, *undone, *lists)}
    return News(
        end, frozenset(seqs), frozenset(identities | joined | parted | listed), joined, parted, listed, end < last
    )


def _page_end(connection: sa.Connection, table: sa.Table, place: Place) -> int:
    """The position up to which a page of the table goes: never into the middle of a transaction."""
    where = position_of(connection, table)
    page = sa.select(where).select_from(table).where(where >= place.position).order_by(where).offset(MOST_ROWS).limit(1)
    beyond = connection.execute(page).scalar()
    if beyond is None:
        return log_end(connection)
    return int(beyond) if beyond > place.position else int(beyond) + 1


def _inside(connection: sa.Connection, table: sa.Table, place: Place, end: int) -> sa.ColumnElement[bool]:
    where = position_of(connection, table)
    # A sum, or SQLite takes an index of the site and reads all of it.
    return sa.and_(table.c.site_id + 0 == place.site_id, where >= place.position, where < end)


def _told(
    connection: sa.Connection, table: sa.Table, place: Place, end: int, events: Collection[str] | None = None
) -> list[tuple[int, int]]:
    rows = sa.select(table.c.seq, table.c.identity_id).where(_inside(connection, table, place, end))
    if events is not None:
        rows = rows.join(event_name, event_name.c.id == event.c.name_id).where(event_name.c.name.in_(sorted(events)))
    return [(row[0], row[1]) for row in connection.execute(rows)]


def _listed(connection: sa.Connection, place: Place, end: int) -> list[tuple[int, int]]:
    """Who was put on a list that has a name already, or taken off it; nobody asks for one without."""
    row = cohort_member.c
    found = connection.execute(
        sa.select(row.seq, row.identity_id, row.cohort).where(_inside(connection, cohort_member, place, end))
    ).all()
    named = {stored.body["number"] for stored in names(connection, place.site_id, "cohort")} if found else set()
    return [(seq, whose) for seq, whose, number in found if number in named]


def _merged(connection: sa.Connection, place: Place, end: int) -> list[tuple[int, int, int]]:
    edge = identity_edge.c
    rows = sa.select(edge.seq, edge.src, edge.dest).where(_inside(connection, identity_edge, place, end))
    return [(row[0], row[1], row[2]) for row in connection.execute(rows)]


def _undone(connection: sa.Connection, place: Place, end: int) -> list[tuple[int, int, int]]:
    edge = identity_edge.c
    joined = sa.select(undoing.c.seq, edge.src, edge.dest).join(identity_edge, edge.seq == undoing.c.edge_seq)
    rows = joined.where(_inside(connection, undoing, place, end))
    return [(row[0], row[1], row[2]) for row in connection.execute(rows)]
