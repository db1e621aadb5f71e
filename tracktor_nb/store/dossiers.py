"""Everything that is stored of one person, to hand out; and what a merge of two people would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from tracktor_nb.errors import NotFoundError
from tracktor_nb.semantics.event import IdentityEdge, Value
from tracktor_nb.semantics.identity import is_anonymous
from tracktor_nb.semantics.person import fold

from .canonical import json_text
from .cohorts import cohorts_of
from .identity import look_up_person
from .mentions import mentioning
from .people import properties_of, told_of
from .tables import (
    campaign,
    cart,
    effect,
    event,
    event_name,
    identity,
    identity_edge,
    journey,
    property_change,
    rejected,
)

_NEW = 1 << 61  # the identity of an id that nobody has yet
_LAST = 1 << 62  # behind everything that was told


@dataclass(frozen=True)
class Side:
    """One of the two people of a merge: its ids and how many events it has."""

    ids: tuple[str, ...]
    events: int


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do. In `conflicts` are the properties both have, as (src, dest): dest's value wins.

    `gained` is what dest gets from src, `cohorts` the names of the lists that it comes onto. `unchanged` is True if
    both ids are one person already.
    """

    src: Side
    dest: Side
    conflicts: Mapping[str, tuple[Value, Value]]
    gained: Mapping[str, Value]
    unchanged: bool
    cohorts: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.unchanged:
            return f"{', '.join(self.dest.ids)} are one person already."
        lines = [
            f"{', '.join(self.src.ids)} ({self.src.events:,} events) would become one person with"
            f" {', '.join(self.dest.ids)} ({self.dest.events:,} events)."
        ]
        lines += [f"  {name}: {kept!r} stays, {lost!r} goes" for name, (lost, kept) in self.conflicts.items()]
        lines += [f"  {name}: {value!r} is gained" for name, value in self.gained.items()]
        lines += [f"  the list {name!r} is joined" for name in self.cohorts]
        return "\n".join(lines)


def preview_merge(connection: sa.Connection, site_id: int, src: str, dest: str) -> MergePreview:
    """Return what making `src` and `dest` one person would do; ids that nobody has yet count as new people."""
    one, other = (look_up_person(connection, site_id, each) for each in (src, dest))
    sides = _side(connection, src, one), _side(connection, dest, other)
    if src == dest or (one is not None and one == other):
        return MergePreview(*sides, {}, {}, unchanged=True)
    before, kept = (([], []) if person is None else told_of(connection, person) for person in (one, other))
    merged = fold(
        [*before[0], *kept[0]], [*before[1], *kept[1], IdentityEdge(one or _NEW, other or -_NEW, _LAST, _LAST)]
    )
    mine, theirs = fold(*before), fold(*kept)
    both = {name: (mine[name], merged[name]) for name in mine if name in theirs}
    conflicts = {name: pair for name, pair in both.items() if json_text(pair[0]) != json_text(pair[1])}
    gained = {name: value for name, value in merged.items() if name not in theirs}
    lists, kept_lists = (
        set() if person is None else set(cohorts_of(connection, site_id, _members(connection, person)))
        for person in (one, other)
    )
    return MergePreview(*sides, conflicts, gained, unchanged=False, cohorts=tuple(sorted(lists - kept_lists)))


def _side(connection: sa.Connection, distinct_id: str, person: int | None) -> Side:
    if person is None:
        return Side((distinct_id,), 0)
    its, counted = sa.select(identity).where(identity.c.person_id == person).subquery(), sa.func.count()
    later = event.c.seq > sa.func.coalesce(its.c.removed_seq, 0)
    count = sa.select(counted).join(its, its.c.id == event.c.identity_id).where(later)
    return Side(tuple(_members(connection, person).values()), connection.execute(count).scalar_one())


def export_person(connection: sa.Connection, site_id: int, distinct_id: str) -> dict[str, Any]:
    """Return all that is stored of a person as JSON values: ids, properties and their history, events, carts, merges,
    the cohorts that list it, its journeys and what campaigns did, and refused requests in which one of the ids occurs.
    Times are ISO texts in UTC.

    NotFoundError if nobody has the id.
    """
    person = look_up_person(connection, site_id, distinct_id)
    if person is None:
        raise NotFoundError(f"Nobody in this site has the id {distinct_id!r}.")
    members = _members(connection, person)
    return {
        "person_id": person,
        "ids": [{"id": each, "anonymous": is_anonymous(each)} for each in members.values()],
        "properties": properties_of(connection, site_id, distinct_id),
        "history": list(_history(connection, members)),
        "events": list(_events(connection, members)),
        "carts": list(_carts(connection, members)),
        "merges": list(_merges(connection, members)),
        "cohorts": cohorts_of(connection, site_id, members),
        "journeys": list(_journeys(connection, members)),
        "effects": list(_effects(connection, members)),
        "refused": list(_refused(connection, mentioning(connection, site_id, members.values()))),
    }


def _members(connection: sa.Connection, person: int) -> dict[int, str]:
    rows = sa.select(identity.c.id, identity.c.distinct_id).where(identity.c.person_id == person)
    return {row.id: row.distinct_id for row in connection.execute(rows.order_by(identity.c.id))}


def _history(connection: sa.Connection, members: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    change = property_change.c
    rows = sa.select(property_change).where(change.identity_id.in_(members)).order_by(change.time, change.seq)
    for row in connection.execute(rows):
        yield {**_of_log(row, members), "values": orjson.loads(row.data)}


def _events(connection: sa.Connection, members: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    rows = (
        sa.select(event, event_name.c.name)
        .join(event_name, event_name.c.id == event.c.name_id)
        .where(event.c.identity_id.in_(members))
        .order_by(event.c.time, event.c.seq)
    )
    for row in connection.execute(rows):
        properties = orjson.loads(row.data) if row.data else {}
        yield {**_of_log(row, members), "event": row.name, "properties": properties}


def _carts(connection: sa.Connection, members: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    rows = sa.select(cart).where(cart.c.identity_id.in_(members)).order_by(cart.c.time, cart.c.seq)
    for row in connection.execute(rows):
        content = orjson.loads(row.data) if row.data else None
        yield {**_of_log(row, members), "operation": row.operation, "cart": content}


def _journeys(connection: sa.Connection, members: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    row = journey.c
    rows = sa.select(journey, campaign.c.name).join(campaign, campaign.c.id == row.campaign_id)
    for each in connection.execute(rows.where(row.identity_id.in_(members)).order_by(row.entered_at, row.key)):
        where = {"node": each.node} if each.ended is None else {"ended": each.ended}
        times = {"entered_at": each.entered_at, "waits_until": each.due_at, "goal_at": each.goal_at}
        told = {name: _iso(instant) for name, instant in times.items() if instant is not None}
        walk = {"campaign": each.name, "version": each.version, "held_out": bool(each.held_out)}
        yield {"id": members[each.identity_id], **walk, **where, **told}


def _effects(connection: sa.Connection, members: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    row = effect.c
    rows = sa.select(effect, campaign.c.name).join(campaign, campaign.c.id == row.campaign_id)
    for each in connection.execute(rows.where(row.identity_id.in_(members)).order_by(row.at, row.key)):
        what = {"campaign": each.name, "node": each.node, "did": each.kind, "what": orjson.loads(each.body)}
        yield {"id": members[each.identity_id], "at": _iso(each.at), **what}


def _of_log(row: sa.Row[Any], members: Mapping[int, str]) -> dict[str, Any]:
    """What events, property changes and calls about carts have in common; notes only where there are any."""
    times = {"time": _iso(row.time), "received_at": _iso(row.received_at)}
    notes = {"notes": orjson.loads(row.notes)} if row.notes else {}
    return {"id": members[row.identity_id], **times, "bot": bool(row.bot), "imported": bool(row.imported), **notes}


def _merges(connection: sa.Connection, members: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Merges in force and undone ones. The far end of an undone one may be somebody else, and is left out then."""
    edge = identity_edge.c
    its = sa.or_(edge.src.in_(members), edge.dest.in_(members))
    for row in connection.execute(sa.select(identity_edge).where(its).order_by(edge.seq)):
        undone = {} if row.undone_at is None else {"undone_at": _iso(row.undone_at)}
        ends = {"src": members.get(row.src), "dest": members.get(row.dest)}
        yield {"merge": row.seq, **ends, "time": _iso(row.time), "reason": row.reason, **undone}


def _refused(connection: sa.Connection, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    rows = sa.select(rejected).where(rejected.c.id.in_(numbers)).order_by(rejected.c.id)
    for row in connection.execute(rows):
        sent = bytes(row.raw).decode(errors="replace")
        why = {"route": row.route, "code": row.code, "message": row.message}
        yield {"received_at": _iso(row.received_at), **why, "sent": sent}


def _iso(instant: int) -> str:
    return datetime.fromtimestamp(instant // 1_000_000, UTC).replace(microsecond=instant % 1_000_000).isoformat()
