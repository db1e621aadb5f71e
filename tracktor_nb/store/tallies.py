"""What a campaign did, counted in SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tracktor_nb.semantics.tally import SENT, Group, Tally

from .tables import effect, identity, journey

_KINDS: dict[str, tuple[str, ...]] = {
    "came": ("visit",),
    "done": SENT,
    "skipped": ("skip",),
    "refused": ("refused",),
    "goal": ("goal",),
    "left": ("exit",),
}


def tally_of(connection: sa.Connection, campaign_id: int) -> Tally:
    """Return the counts of a campaign over all its versions; people who became one count once."""
    its = journey.c.campaign_id == campaign_id
    waiting = sa.select(journey.c.node, sa.func.count()).where(its, journey.c.ended.is_(None)).group_by(journey.c.node)
    groups = _groups(connection, its)
    return Tally(
        _done(connection, campaign_id),
        {row[0]: row[1] for row in connection.execute(waiting)},
        groups.get((0, 0), Group()),
        groups.get((1, 1), Group()),
        groups.get((0, 1), Group()),
    )


def identities_at(connection: sa.Connection, campaign_id: int, node: str | None, what: str) -> set[int]:
    """Return who is behind a number of a node: those that "came", are "waiting", had something "done", "skipped" or
    "refused", reached the "goal" or "left" there, or went out by an output or were kept back for a reason of that name.

    Without a node everybody who started.
    """
    if node is None or what == "waiting":
        here = [] if node is None else [journey.c.node == node, journey.c.ended.is_(None)]
        started = sa.select(journey.c.identity_id).where(journey.c.campaign_id == campaign_id, *here)
        return set(connection.execute(started).scalars())
    named = sa.or_(*(_said(connection, name) == what for name in ("output", "reason")))
    meant = effect.c.kind.in_(_KINDS[what]) if what in _KINDS else named
    its = effect.c.campaign_id == campaign_id, effect.c.node == node
    return set(connection.execute(sa.select(effect.c.identity_id).where(*its, meant)).scalars())


def _done(connection: sa.Connection, campaign_id: int) -> dict[tuple[str, str, str], int]:
    """Effects by node, kind, and the output or reason that they name."""
    detail = sa.func.coalesce(*(_said(connection, name) for name in ("output", "reason")), "").label("detail")
    columns = (effect.c.node, effect.c.kind, detail)
    counted = sa.select(*columns, sa.func.count()).where(effect.c.campaign_id == campaign_id)
    return {(row[0], row[1], row[2]): row[3] for row in connection.execute(counted.group_by(*columns))}


def _said(connection: sa.Connection, name: str) -> sa.ColumnElement[Any]:
    if connection.dialect.name == "sqlite":
        return sa.func.json_extract(effect.c.body, f"$.{name}")
    return sa.func.json_extract_path_text(effect.c.body, name)


def _groups(connection: sa.Connection, its: sa.ColumnElement[bool]) -> dict[tuple[int, int], Group]:
    """People by whether the first and the last of their journeys (in that order) were held out."""
    held_out = sa.case((journey.c.held_out, 1), else_=0)
    reached = sa.func.max(sa.case((journey.c.goal_at.is_not(None), 1), else_=0))
    least, most = sa.func.min(held_out).label("least"), sa.func.max(held_out).label("most")
    people = (
        sa.select(least, most, reached.label("goal"))
        .join(identity, identity.c.id == journey.c.identity_id)
        .where(its)
        .group_by(identity.c.person_id)
        .subquery()
    )
    by = (people.c.least, people.c.most)
    counted = sa.select(*by, sa.func.count(), sa.func.sum(people.c.goal)).group_by(*by)
    return {(row[0], row[1]): Group(row[2], int(row[3])) for row in connection.execute(counted)}
