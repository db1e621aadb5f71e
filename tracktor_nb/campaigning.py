"""Campaigns of a site, from Python: what the facade delegates to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
import sqlalchemy as sa

from .errors import CampaignError
from .messaging.live_campaigns import concerns_everybody
from .semantics import codec
from .semantics.campaign import Campaign
from .semantics.lint import Finding, Known, lint
from .semantics.references import resolved
from .semantics.replay import History, Replay
from .semantics.run import Run
from .store import campaigns, definitions, shelf
from .store.campaigns import pause, resume
from .store.components import components
from .store.segment_states import live_segments, members_of, next_due
from .store.tables import campaign, effect, identity, journey
from .store.writer import Transaction

if TYPE_CHECKING:
    import pandas as pd

    from .facade.base import Wired

__all__ = [
    "LaunchPreview",
    "PublishPreview",
    "campaigns_frame",
    "deliveries_frame",
    "findings",
    "launch",
    "pause",
    "preview_launch",
    "preview_publish",
    "publish",
    "resume",
    "segments_frame",
    "stop",
]

SENT = ("letter", "message", "webhook")
MOST_PEOPLE = 500


def findings(site: Wired, what: str | Campaign) -> list[Finding]:
    """Return what lint says of a campaign, knowing which events and properties the site has seen."""
    definition = _saved(site, what)[0] if isinstance(what, str) else what
    with site.database.read() as connection:
        definition = resolved(definition, shelf.lookup(connection, site.record.id))
    events = [each["name"] for each in site.engine.events(site.name)]
    properties = [each["name"] for each in site.engine.properties(site.name)]
    return lint(definition, Known(events, properties))


def launch(site: Wired, name: str, start_present: bool, now: int) -> list[Finding]:
    """Run the saved campaign for the first time."""
    found = findings(site, name)
    _refuse_errors(name, found)
    definition, revision = _saved(site, name)
    said = (site.record.id, name, definition, revision, start_present, now)
    site.database.writer.run(lambda tx: campaigns.launch(tx, *said))
    return found


@dataclass(frozen=True)
class LaunchPreview:
    """Whom Run would start at once: people past an entry limit, and members present in a segment if asked to start.

    `findings` are those of lint, errors first.
    """

    past_limit: int
    present: int
    findings: list[Finding]

    def __str__(self) -> str:
        lines = [
            f"Past an entry limit, so they start at Run: {self.past_limit:,}.",
            f"In the segment already, so they start with start_present=True: {self.present:,}.",
        ]
        return "\n".join([*lines, *map(str, self.findings)])


@dataclass(frozen=True)
class PublishPreview:
    """How many people wait at each node, and how many of them would leave with `move=True`: their node is gone."""

    waiting: Mapping[str, int]
    leaving: int

    def __str__(self) -> str:
        nodes = ", ".join(f"{count:,} at {node}" for node, count in self.waiting.items()) or "nobody"
        return f"Waiting: {nodes}. With move=True {self.leaving:,} would leave."


def preview_launch(site: Wired, name: str, now: int) -> LaunchPreview:
    """Return whom Run would start at once."""
    definition, _ = _saved(site, name)
    with site.database.read() as connection:
        definition = resolved(definition, shelf.lookup(connection, site.record.id))
    counts = [0, 0]
    run = Run(name, 1, definition, now)
    for history in _histories(site) if concerns_everybody(definition) else ():
        for at, each in enumerate((run, replace(run, start_present=True))):
            effects = Replay(each, history, site.calendar).advance(now + 1)
            counts[at] += sum(effect.kind == "entered" for effect in effects)
    return LaunchPreview(counts[0], counts[1] - counts[0], findings(site, name))


def preview_publish(site: Wired, name: str) -> PublishPreview:
    """Return who waits where in a running campaign, and who would leave if all moved to the latest revision."""
    definition, _ = _saved(site, name)
    with site.database.read() as connection:
        running = campaigns.find(connection, site.record.id, name, shelf.lookup(connection, site.record.id))
        counted = sa.select(journey.c.node, sa.func.count()).group_by(journey.c.node).order_by(journey.c.node)
        inside = counted.where(journey.c.campaign_id == running.id, journey.c.ended.is_(None))
        waiting = {row[0]: row[1] for row in connection.execute(inside)}
    return PublishPreview(waiting, sum(count for node, count in waiting.items() if node not in definition.graph.nodes))


def _histories(site: Wired) -> Iterator[History]:
    """Yield the history of everybody, each once, in parts that a database reads quickly."""
    last = 0
    while True:
        with site.database.read() as connection:
            its = identity.c.site_id == site.record.id, identity.c.id > last
            some = sa.select(identity.c.id).where(*its).order_by(identity.c.id).limit(MOST_PEOPLE)
            ids = list(connection.execute(some).scalars())
            found = components(connection, ids)
        if not ids:
            return
        yield from (each.history for each in found if min(each.identities) > last)
        last = ids[-1]


def publish(site: Wired, name: str, move: bool, now: int) -> int:
    """Let people enter the latest saved revision."""
    _refuse_errors(name, findings(site, name))
    definition, revision = _saved(site, name)

    def step(tx: Transaction) -> int:
        lookup = shelf.lookup(tx.connection, site.record.id)
        return campaigns.publish(tx, site.record.id, name, definition, revision, move, lookup, now)

    return site.database.writer.run(step)


def stop(site: Wired, name: str, now: int) -> int:
    """End the campaign for good."""

    def step(tx: Transaction) -> int:
        return campaigns.stop(tx, site.record.id, name, shelf.lookup(tx.connection, site.record.id), now)

    return site.database.writer.run(step)


def campaigns_frame(site: Wired) -> pd.DataFrame:
    """Return one row a campaign that was ever run."""
    import pandas as pd

    with site.database.read() as connection:
        found = campaigns.all_campaigns(connection, site.record.id, shelf.lookup(connection, site.record.id))
        inside = _counts(connection, journey, journey.c.ended.is_(None))
        letters = _counts(connection, effect, effect.c.kind == "letter")
        goals = _counts(connection, effect, effect.c.kind == "goal")
    rows = [
        [
            *(each.name, each.state, each.run.version, each.revisions[-1], _moment(each.run.launched_at, site)),
            *(counts.get(each.id, 0) for counts in (inside, letters, goals)),
        ]
        for each in found
    ]
    columns = ["name", "state", "version", "revision", "launched_at", "inside", "letters", "goals"]
    return pd.DataFrame(rows, columns=columns).set_index("name")


def deliveries_frame(site: Wired, name: str | None) -> pd.DataFrame:
    """Return one row for each thing sent or skipped."""
    import pandas as pd

    its = [campaign.c.site_id == site.record.id, effect.c.kind.in_([*SENT, "skip"])]
    its += [] if name is None else [campaign.c.name == name]
    wanted = (
        sa.select(effect, campaign.c.name, identity.c.distinct_id, identity.c.person_id)
        .join(campaign, campaign.c.id == effect.c.campaign_id)
        .join(identity, identity.c.id == effect.c.identity_id)
    )
    with site.database.read() as connection:
        if name is not None:
            campaigns.find(connection, site.record.id, name, shelf.lookup(connection, site.record.id))
        found = connection.execute(wanted.where(*its).order_by(effect.c.at.desc(), effect.c.key)).all()
    columns = ["campaign", "person_id", "distinct_id", "at", "action", "what", "status", "reason", "node"]
    return pd.DataFrame([_delivery(row, site) for row in found], columns=columns)


def segments_frame(site: Wired) -> pd.DataFrame:
    """Return one row a live segment."""
    import pandas as pd

    with site.database.read() as connection:
        found = live_segments(connection, site.record.id)
        rows = [
            [name, len(members_of(connection, each.id)), _moment(each.computed_at, site), each.computed_at is not None]
            for name, each in sorted(found.items())
        ]
        due = next_due(connection, site.record.id)
    frame = pd.DataFrame(rows, columns=["name", "members", "followed_since", "complete"]).set_index("name")
    frame.attrs["next_change"] = _moment(due, site)
    return frame


def _saved(site: Wired, name: str) -> tuple[Campaign, int]:
    with site.database.read() as connection:
        stored = definitions.load(connection, site.record.id, name)
    definition = codec.from_dict(stored.body)
    if not isinstance(definition, Campaign):
        raise CampaignError(f"{name!r} is a {stored.kind}, not a campaign.")
    return definition, stored.revision


def _refuse_errors(name: str, found: list[Finding]) -> None:
    errors = [str(each) for each in found if each.severity == "error"]
    if errors:
        raise CampaignError(f"{name!r} would not work as drawn: " + " ".join(errors))


def _counts(connection: sa.Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> dict[int, int]:
    counted = sa.select(table.c.campaign_id, sa.func.count()).where(which).group_by(table.c.campaign_id)
    return {row[0]: row[1] for row in connection.execute(counted)}


def _delivery(row: Any, site: Wired) -> list[Any]:
    body = orjson.loads(row.body)
    action = body.get("action", row.kind)
    what = body.get("letter") or body.get("text") or body.get("url")
    status, reason = ("skipped", body.get("reason")) if row.kind == "skip" else ("queued", None)
    whose = [row.name, row.person_id, row.distinct_id, _moment(row.at, site)]
    return [*whose, action, what, status, reason, row.node]


def _moment(instant: int | None, site: Wired) -> Any:
    import pandas as pd

    return pd.NaT if instant is None else pd.Timestamp(instant, unit="us", tz="UTC").tz_convert(site.calendar.zone)
