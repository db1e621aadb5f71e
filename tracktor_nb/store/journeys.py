"""Where people stand in running campaigns, in SQL: journeys, what they did, and the clocks of triggers.

An effect has a key that every replay gives it again, so whatever is done twice is written once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from tracktor_nb.semantics.resumed import State
from tracktor_nb.semantics.run import Effect, Journey

from .canonical import json_text
from .rows_of_people import chunks
from .tables import campaign_clock, effect, journey
from .writer import Transaction

_EFFECT = "key, campaign_id, journey, identity_id, node, visit, kind, at, body"
_JOURNEY = "key, campaign_id, version, identity_id, entered_at, held_out, node, due_at, visits, goal_at, ended"


def states(connection: sa.Connection, campaign_id: int, name: str, people: Sequence[Collection[int]]) -> list[State]:
    """Return where people stand in a campaign, each given by all identities that they have or had."""
    every = sorted({id for each in people for id in each})
    place = {id: at for at, each in enumerate(people) for id in each}
    journeys: list[dict[str, Journey]] = [{} for _ in people]
    for row in _of(connection, journey, journey.c.identity_id, campaign_id, every):
        journeys[place[row.identity_id]][row.key] = journey_of(row, name)
    effects: list[list[Effect]] = [[] for _ in people]
    for row in _of(connection, effect, effect.c.identity_id, campaign_id, every):
        effects[place[row.identity_id]].append(effect_of(row))
    member: list[dict[tuple[int, str], bool]] = [{} for _ in people]
    planned: list[dict[tuple[int, str], int]] = [{} for _ in people]
    for row in _of(connection, campaign_clock, campaign_clock.c.person_id, campaign_id, every):
        if row.member is not None:
            member[place[row.person_id]][row.person_id, row.trigger] = bool(row.member)
        if row.planned_at is not None:
            planned[place[row.person_id]][row.person_id, row.trigger] = row.planned_at
    return [
        State(journeys[at], tuple(effects[at]), member[at], planned[at], launched=True) for at in range(len(people))
    ]


def write_state(tx: Transaction, campaign_id: int, before: State, after: State, done: Iterable[Effect]) -> None:
    """Write where somebody stands now, and what was done on the way there."""
    write_journeys(tx, campaign_id, before.journeys, after.journeys)
    write_effects(tx, campaign_id, list(done))
    _write_clocks(tx, campaign_id, _clocks(before), _clocks(after))


def write_journeys(
    tx: Transaction, campaign_id: int, before: Mapping[str, Journey], after: Mapping[str, Journey]
) -> None:
    """Write the journeys that began or went on."""
    rows = [
        (
            *(each.key, campaign_id, each.version, each.identity, each.entered_at, each.held_out),
            *(each.node, each.due_at, json_text(dict(each.visits)), each.goal_at, each.ended),
        )
        for each in after.values()
        if before.get(each.key) != each
    ]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        changing = ("version", "node", "due_at", "visits", "goal_at", "ended")
        kept = ", ".join(f"{name} = excluded.{name}" for name in changing)
        tx.execute(f"INSERT INTO journey ({_JOURNEY}) VALUES ({marks}) ON CONFLICT (key) DO UPDATE SET {kept}", rows)


def write_effects(tx: Transaction, campaign_id: int, done: Sequence[Effect]) -> None:
    """Write what journeys did; what is there already stays as it is."""
    rows = [
        (
            *(each.key, campaign_id, each.journey, each.identity, each.node, each.visit, each.kind, each.at),
            json_text(dict(each.body)),
        )
        for each in done
    ]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        tx.execute(f"INSERT INTO effect ({_EFFECT}) VALUES ({marks}) ON CONFLICT (key) DO NOTHING", rows)


def due_identities(connection: sa.Connection, campaign_id: int, until: int, limit: int) -> set[int]:
    """Return identities of people for whom a timer or a trigger's clock is due by an instant."""
    waiting = sa.select(journey.c.identity_id).where(
        journey.c.campaign_id == campaign_id, journey.c.due_at <= until, journey.c.ended.is_(None)
    )
    clocks = sa.select(campaign_clock.c.person_id).where(
        campaign_clock.c.campaign_id == campaign_id, campaign_clock.c.planned_at <= until
    )
    return {
        *connection.execute(waiting.order_by(journey.c.due_at).limit(limit)).scalars(),
        *connection.execute(clocks.order_by(campaign_clock.c.planned_at).limit(limit)).scalars(),
    }


def journey_of(row: Any, campaign: str) -> Journey:
    """Return the journey of a campaign that a row holds."""
    return Journey(
        *(row.key, campaign, row.version, row.identity_id, row.entered_at, bool(row.held_out)),
        *(row.node, row.due_at, orjson.loads(row.visits), row.goal_at, row.ended),
    )


def effect_of(row: Any) -> Effect:
    """Return the effect that a row holds."""
    return Effect(row.journey, row.identity_id, row.node, row.visit, row.kind, row.at, orjson.loads(row.body))


def _of(
    connection: sa.Connection, table: sa.Table, whose: sa.ColumnElement[int], campaign_id: int, ids: Sequence[int]
) -> Iterator[Any]:
    order = table.c.at if table is effect else whose
    for chunk in chunks(ids):
        its = table.c.campaign_id == campaign_id, whose.in_(chunk)
        yield from connection.execute(sa.select(table).where(*its).order_by(order))


def _clocks(state: State) -> dict[tuple[int, str], tuple[bool | None, int | None]]:
    keys = {*state.member, *state.planned}
    return {key: (state.member.get(key), state.planned.get(key)) for key in keys}


def _write_clocks(
    tx: Transaction,
    campaign_id: int,
    before: Mapping[tuple[int, str], tuple[bool | None, int | None]],
    after: Mapping[tuple[int, str], tuple[bool | None, int | None]],
) -> None:
    gone = [(campaign_id, *key) for key in before if key not in after]
    if gone:
        tx.execute("DELETE FROM campaign_clock WHERE campaign_id = ? AND person_id = ? AND trigger = ?", gone)
    changed = [(campaign_id, *key, *its) for key, its in after.items() if before.get(key) != its]
    if changed:
        tx.execute(
            "INSERT INTO campaign_clock (campaign_id, person_id, trigger, member, planned_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (campaign_id, person_id, trigger)"
            " DO UPDATE SET member = excluded.member, planned_at = excluded.planned_at",
            changed,
        )
