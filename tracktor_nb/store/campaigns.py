"""Running campaigns in SQL: Run, publish, pause, stop, and the versions that people walk (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import orjson
import sqlalchemy as sa

from tracktor_nb.errors import CampaignError, UnknownNameError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.journey import leave, move
from tracktor_nb.semantics.period import LAST_INSTANT, Range
from tracktor_nb.semantics.references import Lookup, resolved
from tracktor_nb.semantics.run import Effect, Journey, Run
from tracktor_nb.semantics.running import RunningCampaign

from .canonical import json_text
from .following import begin_here, interrupt
from .journeys import journey_of, write_effects, write_journeys
from .lists import make_lists
from .tables import campaign, campaign_version, journey
from .writer import Transaction

FOLLOWER = "campaigns"
"""The name under which the log is followed for campaigns."""


def launch(
    tx: Transaction, site_id: int, name: str, definition: Campaign, revision: int, start_present: bool, now: int
) -> None:
    """Run a campaign for the first time; CampaignError if it was run before."""
    if _row(tx.connection, site_id, name) is not None:
        raise CampaignError(f"{name!r} was run before. Publish its new version, or save it under another name.")
    if not _ids_running(tx.connection, site_id):
        begin_here(tx, site_id, FOLLOWER, now)
    made = campaign.insert().values(
        site_id=site_id, name=name, launched_at=now, start_present=start_present, paused="[]", launching=0
    )
    id = tx.connection.execute(made.returning(campaign.c.id)).scalar_one()
    _add_version(tx, site_id, id, 1, definition, revision, now)


def publish(
    tx: Transaction,
    site_id: int,
    name: str,
    definition: Campaign,
    revision: int,
    moving: bool,
    lookup: Lookup,
    now: int,
) -> int:
    """Let people enter a new version and return how many waiting people left because their node is gone.

    Waiting people finish the old version, or with `moving` go on in the new one at the node of the same id.
    """
    interrupt(tx, site_id)
    running = find(tx.connection, site_id, name, lookup)
    version = running.run.version + 1
    _add_version(tx, site_id, running.id, version, definition, revision, now)
    new = replace(running.run, version=version, definition=resolved(definition, lookup))
    if not moving:
        return 0
    old = {run.version: run for run in running.runs}
    return _each_inside(tx, running, lambda each: move(each, old[each.version], new, now))


def pause(tx: Transaction, site_id: int, name: str, now: int) -> None:
    """Let nothing start or move until `resume`; what happens meanwhile triggers nothing."""
    row = _running(tx.connection, site_id, name)
    pauses = orjson.loads(row.paused)
    if pauses and pauses[-1][1] is None:
        return
    _set(tx, row.id, paused=json_text([*pauses, [now, None]]))


def resume(tx: Transaction, site_id: int, name: str, now: int) -> None:
    """Go on; timers that came due meanwhile fire now."""
    row = _running(tx.connection, site_id, name)
    pauses = orjson.loads(row.paused)
    if pauses and pauses[-1][1] is None:
        _set(tx, row.id, paused=json_text([*pauses[:-1], [pauses[-1][0], now]]))


def stop(tx: Transaction, site_id: int, name: str, lookup: Lookup, now: int) -> int:
    """End a campaign for good and return how many people it took out."""
    interrupt(tx, site_id)
    running = find(tx.connection, site_id, name, lookup)
    _running(tx.connection, site_id, name)
    old = {run.version: run for run in running.runs}
    left = _each_inside(tx, running, lambda each: leave(each, "campaign stopped", old[each.version], now))
    _set(tx, running.id, stopped_at=now)
    return left


def take_out(tx: Transaction, site_id: int, identities: Collection[int], lookup: Lookup, now: int) -> None:
    """End the journeys of people who are removed, in every campaign that runs."""
    whose = journey.c.identity_id.in_(identities)
    for running in running_campaigns(tx.connection, site_id, lookup):
        old = {run.version: run for run in running.runs}
        _each_inside(tx, running, lambda each, old=old: leave(each, "removed", old[each.version], now), whose)  # type: ignore[misc]


def find(connection: sa.Connection, site_id: int, name: str, lookup: Lookup) -> RunningCampaign:
    """Return a campaign that was run; UnknownNameError if none of the name was."""
    row = _row(connection, site_id, name)
    if row is None:
        known = connection.execute(sa.select(campaign.c.name).where(campaign.c.site_id == site_id)).scalars()
        raise UnknownNameError("running campaign", name, list(known))
    return _campaign(connection, row, lookup)


def running_campaigns(connection: sa.Connection, site_id: int, lookup: Lookup) -> list[RunningCampaign]:
    """Return the campaigns of a site that were run and not stopped, oldest first."""
    its = campaign.c.site_id == site_id, campaign.c.stopped_at.is_(None)
    rows = connection.execute(sa.select(campaign).where(*its).order_by(campaign.c.id)).all()
    return [_campaign(connection, row, lookup) for row in rows]


def all_campaigns(connection: sa.Connection, site_id: int, lookup: Lookup) -> list[RunningCampaign]:
    """Return every campaign of a site that was ever run, oldest first."""
    rows = connection.execute(sa.select(campaign).where(campaign.c.site_id == site_id).order_by(campaign.c.id)).all()
    return [_campaign(connection, row, lookup) for row in rows]


def launched_upto(tx: Transaction, campaign_id: int, identity: int | None) -> None:
    """Note up to which identity people were looked at for Run; None: everybody was."""
    _set(tx, campaign_id, launching=identity)


def state_mark(connection: sa.Connection, site_id: int) -> tuple[Any, ...]:
    """Return what changes whenever a campaign of the site is run, published, paused, resumed or stopped."""
    version = sa.select(sa.func.count()).join_from(
        campaign_version, campaign, campaign.c.id == campaign_version.c.campaign_id
    )
    versions = connection.execute(version.where(campaign.c.site_id == site_id)).scalar_one()
    rows = sa.select(campaign.c.id, campaign.c.paused, campaign.c.stopped_at, campaign.c.launching)
    return versions, tuple(map(tuple, connection.execute(rows.where(campaign.c.site_id == site_id))))


def _campaign(connection: sa.Connection, row: Any, lookup: Lookup) -> RunningCampaign:
    columns = (campaign_version.c.version, campaign_version.c.body, campaign_version.c.revision)
    its = sa.select(*columns).where(campaign_version.c.campaign_id == row.id).order_by(campaign_version.c.version)
    pauses = tuple(Range(start, LAST_INSTANT if end is None else end) for start, end in orjson.loads(row.paused))
    runs, revisions = [], []
    for version, body, revision in connection.execute(its):
        definition = resolved(codec.from_json(body), lookup)
        assert isinstance(definition, Campaign), definition
        runs.append(
            Run(
                row.name,
                version,
                definition,
                row.launched_at,
                pauses,
                row.stopped_at,
                start_present=bool(row.start_present),
            )
        )
        revisions.append(revision)
    return RunningCampaign(row.id, row.name, tuple(runs), tuple(revisions), row.launching)


def _each_inside(
    tx: Transaction,
    running: RunningCampaign,
    step: Callable[[Journey], tuple[Journey, tuple[Effect, ...]]],
    *whose: sa.ColumnElement[bool],
) -> int:
    """Take every journey that waits a step, and return how many ended."""
    inside = sa.select(journey).where(journey.c.campaign_id == running.id, journey.c.ended.is_(None), *whose)
    before = {row.key: journey_of(row, running.name) for row in tx.connection.execute(inside).all()}
    stepped = [step(each) for each in before.values()]
    write_journeys(tx, running.id, before, {each.key: each for each, _ in stepped})
    write_effects(tx, running.id, [effect for _, effects in stepped for effect in effects])
    return sum(not each.is_inside for each, _ in stepped)


def _add_version(
    tx: Transaction, site_id: int, campaign_id: int, version: int, definition: Campaign, revision: int, now: int
) -> None:
    make_lists(tx, site_id, definition, now)
    values = {"campaign_id": campaign_id, "version": version, "revision": revision, "published_at": now}
    tx.connection.execute(campaign_version.insert().values(body=codec.to_json(definition), **values))


def _ids_running(connection: sa.Connection, site_id: int) -> list[int]:
    its = campaign.c.site_id == site_id, campaign.c.stopped_at.is_(None)
    return list(connection.execute(sa.select(campaign.c.id).where(*its)).scalars())


def _row(connection: sa.Connection, site_id: int, name: str) -> Any:
    its = campaign.c.site_id == site_id, campaign.c.name == name
    return connection.execute(sa.select(campaign).where(*its)).one_or_none()


def _running(connection: sa.Connection, site_id: int, name: str) -> Any:
    row = _row(connection, site_id, name)
    if row is None:
        raise UnknownNameError("running campaign", name)
    if row.stopped_at is not None:
        raise CampaignError(f"{name!r} was stopped for good. Save it under another name to run it again.")
    return row


def _set(tx: Transaction, campaign_id: int, **values: Any) -> None:
    tx.connection.execute(campaign.update().where(campaign.c.id == campaign_id).values(**values))
