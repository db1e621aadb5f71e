"""Who is in which live segment, in SQL: a cache that the worker keeps and that can be rebuilt at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from tracktor_nb.semantics.standing import Standing, Standings

from .tables import live_segment, segment_state
from .writer import Transaction

_CHUNK = 500


class LiveSegment(NamedTuple):
    """A segment that is kept up to date; `computed_at` is None until everybody has been asked once."""

    id: int
    name: str
    revision: str
    computed_at: int | None


def live_segments(connection: sa.Connection, site_id: int) -> dict[str, LiveSegment]:
    """Return the live segments of a site by name."""
    columns = [live_segment.c[name] for name in LiveSegment._fields]
    rows = connection.execute(sa.select(*columns).where(live_segment.c.site_id == site_id).order_by(live_segment.c.id))
    return {row.name: LiveSegment(*row) for row in rows}


def follow_segment(tx: Transaction, site_id: int, name: str, revision: str) -> LiveSegment:
    """Begin to keep a segment up to date, or begin again with a new revision: nobody is asked yet, nobody is in."""
    values = {"site_id": site_id, "name": name, "revision": revision, "computed_at": None}
    unfollow_segment(tx, site_id, name)
    made = tx.connection.execute(live_segment.insert().values(**values).returning(live_segment.c.id)).scalar_one()
    return LiveSegment(made, name, revision, None)


def unfollow_segment(tx: Transaction, site_id: int, name: str) -> None:
    """Forget a live segment and everybody's standing in it."""
    its = sa.select(live_segment.c.id).where(live_segment.c.site_id == site_id, live_segment.c.name == name)
    tx.connection.execute(segment_state.delete().where(segment_state.c.segment_id.in_(its)))
    tx.connection.execute(live_segment.delete().where(live_segment.c.id.in_(its)))


def segment_computed(tx: Transaction, segment_id: int, at: int) -> None:
    """Note that everybody has been asked."""
    tx.connection.execute(live_segment.update().where(live_segment.c.id == segment_id).values(computed_at=at))


def standings_of(connection: sa.Connection, people: Collection[int]) -> dict[int, Standings]:
    """Return the standings of some people by person and segment."""
    found: dict[int, Standings] = defaultdict(dict)
    state = segment_state.c
    columns = (state.person_id, state.segment_id, state.member, state.since, state.recheck_at)
    for chunk in _chunks(sorted(people)):
        for person, segment, member, since, recheck_at in connection.execute(
            sa.select(*columns).where(state.person_id.in_(chunk))
        ):
            found[person][segment] = Standing(bool(member), since, recheck_at)
    return dict(found)


def write_standings(tx: Transaction, before: Mapping[int, Standings], after: Mapping[int, Standings]) -> None:
    """Replace the standings that some people had by those that they have; who is in neither is not touched."""
    old = {(person, number): its for person, all_ in before.items() for number, its in all_.items()}
    new = {(person, number): its for person, all_ in after.items() for number, its in all_.items()}
    gone = [key for key in old if key not in new]
    if gone:
        tx.execute("DELETE FROM segment_state WHERE person_id = ? AND segment_id = ?", gone)
    changed = [(*key, its.member, its.since, its.recheck_at) for key, its in new.items() if old.get(key) != its]
    if changed:
        tx.execute(
            "INSERT INTO segment_state (person_id, segment_id, member, since, recheck_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (segment_id, person_id) DO UPDATE SET member = excluded.member, since = excluded.since,"
            " recheck_at = excluded.recheck_at",
            changed,
        )


def due_people(connection: sa.Connection, site_id: int, until: int, limit: int) -> list[int]:
    """Return people of the site for whom time alone may have changed something up to an instant, longest due first."""
    state = segment_state.c
    due = (
        sa.select(state.person_id)
        .join(live_segment, live_segment.c.id == state.segment_id)
        # A sum, or SQLite begins with the segments of the site and reads everybody's standings.
        .where(state.recheck_at <= until, live_segment.c.site_id + 0 == site_id)
        .order_by(state.recheck_at)
        .limit(limit)
    )
    return list(dict.fromkeys(connection.execute(due).scalars()))


def next_due(connection: sa.Connection, site_id: int) -> int | None:
    """Return the next instant at which time alone may change something in the site."""
    state = segment_state.c
    of_site = sa.select(state.recheck_at).join(live_segment, live_segment.c.id == state.segment_id)
    due = of_site.where(state.recheck_at.isnot(None), live_segment.c.site_id + 0 == site_id)
    return connection.execute(due.order_by(state.recheck_at).limit(1)).scalar()


def members_of(connection: sa.Connection, segment_id: int) -> dict[int, int]:
    """Return the members of a live segment, each with the instant since which it is one."""
    state = segment_state.c
    rows = sa.select(state.person_id, state.since).where(state.segment_id == segment_id, state.member)
    return {row.person_id: row.since for row in connection.execute(rows)}


def _chunks(numbers: list[int]) -> Iterator[list[int]]:
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))
