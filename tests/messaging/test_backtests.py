"""A backtest over the log that a live run left finds what the live run did."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from tests.messaging.test_live_campaigns import TUTORIAL, ZONE, Shop
from tracktor_nb.analysis.engine import Engine
from tracktor_nb.semantics.backtest import Backtest
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.nodes import Limit, SendLetter, SetProperty, Split, TrackEvent, Wait, WaitFor
from tracktor_nb.semantics.period import DAY, HOUR, SECOND
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.store.database import Database
from tracktor_nb.store.frames import Frames
from tracktor_nb.store.identity import merge, undo
from tracktor_nb.store.journeys import effect_of
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.tables import effect, identity


@pytest.fixture
def live(database: Database, shop: SiteRecord) -> Shop:
    made = Shop(database, shop)
    made.after()
    return made


def backtested(live: Shop, campaign: Campaign, since: int) -> Any:
    """The backtest of the campaign called "nudge" from an instant until now, out of the database."""
    engine = Engine(lambda _: Frames(live.database, live.site.id), lambda _: ZONE, lambda: live.now)
    period = ZONE.local(since).isoformat(), ZONE.local(live.now).isoformat()
    return engine.evaluate("shop", Backtest(campaign, "nudge"), period)


def letters(live: Shop) -> list[tuple[str, str, int]]:
    """Who was really written to, what, and when."""
    ids = sa.select(identity.c.distinct_id, effect).join(identity, identity.c.id == effect.c.identity_id)
    with live.database.read() as connection:
        rows = connection.execute(ids.where(effect.c.kind == "letter")).all()
    return sorted((row.distinct_id, str(effect_of(row).body["letter"]), row.at) for row in rows)


def test_the_tutorial_would_have_sent_exactly_the_letters_that_it_sent(live: Shop) -> None:
    for id, plan in (("ann", "free"), ("bob", "pro"), ("eve", "free")):
        live.set(id, plan=plan, email=f"{id}@example.com")
    for _ in range(25):
        live.track("eve")
        live.now += SECOND
    launched_at = live.now
    live.run(TUTORIAL)
    live.after()
    for _ in range(22):
        for id in ("ann", "bob", "eve"):
            live.track(id)
        live.after()
    found = backtested(live, TUTORIAL, launched_at)
    assert [(row["distinct_id"], row["name"]) for row in found.sent] == [("eve", "Upgrade"), ("ann", "Upgrade")]
    assert sorted((row["distinct_id"], row["name"], row["time"]) for row in found.sent) == letters(live)
    assert sorted(found.people(kind="letter")["distinct_id"]) == ["ann", "eve"]
    assert {row["reason"] for row in found.reasons if row["kind"] == "skip"} == {"already sent"}
    assert [row["what"] for row in found.explain("ann").rows].count("letter") == 1


@pytest.mark.parametrize("seed", range(2))
def test_a_backtest_does_what_the_live_run_did_among_merges_and_late_events(live: Shop, seed: int) -> None:
    chance = random.Random(seed)
    campaign = Campaign(
        [
            Trigger.event("Visit"),
            Trigger.entered(did("Buy", at_least=2, within="3d")),
            Limit(3, no=[SetProperty("often", True)]),
            WaitFor("Buy", timeout="6h", happened=[TrackEvent("Visit")], timed_out=[SendLetter("Miss you")]),
            Split(50, yes=[Wait("1d")]),
            SendLetter("Hello", every_time=True),
        ],
        entry="every event",
        hold_out=20,
    )
    ids = [*(f"a-{number}" for number in range(3)), *"bcd"]
    live.run(campaign)
    launched_at, edges = live.now, list[int]()
    for _ in range(100):
        id, other = chance.sample(ids, 2)
        what = chance.random()
        live.now += chance.choice([1, 1, SECOND, HOUR])
        if what < 0.6:
            live.track(id, chance.choice(["Buy", "Visit"]), chance.choice([0, 0, SECOND, 3 * DAY]))
        elif what < 0.75:
            live.set(id, email=f"{id}@example.com")
        elif what < 0.83:
            step = partial(merge, site_id=live.site.id, src=id, dest=other, time=live.now, received_at=live.now)
            edge = live.write(step).edge_seq
            edges += [edge] if edge is not None else []
        elif edges:
            live.write(partial(undo, site_id=live.site.id, edge_seq=edges.pop(), at=live.now))
        if chance.random() < 0.4:
            live.after(SECOND)
    live.after(5 * DAY)
    found = backtested(live, campaign, launched_at)
    assert len(found.sent) > 10
    assert sorted((row["distinct_id"], row["name"], row["time"]) for row in found.sent) == sorted(
        (shown, name, at) for shown, name, at in as_they_are_now(live, letters(live))
    )
    with live.database.read() as connection:
        rows = connection.execute(sa.select(effect.c.kind, sa.func.count()).group_by(effect.c.kind))
        counted = dict(rows.all())
    assert found.totals["entered"] == counted["entered"]
    assert found.totals["skipped"] == counted.get("skip", 0)
    assert sum(row["arrived"] for row in found.nodes) == counted["visit"]


def as_they_are_now(live: Shop, sent: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """The letters with the id by which each person is known now."""
    with live.database.read() as connection:
        rows = connection.execute(sa.select(identity.c.id, identity.c.distinct_id, identity.c.person_id)).all()
    shown = {row.id: row.distinct_id for row in rows}
    person = {row.distinct_id: shown[row.person_id] for row in rows}
    return [(person[id], name, at) for id, name, at in sent]
