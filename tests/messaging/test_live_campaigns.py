"""Campaigns run themselves, on real databases, and do exactly what a replay of the log does."""

from __future__ import annotations

import random
from functools import partial

import pytest
import sqlalchemy as sa

from tests.messaging.running_shop import NOW, ZONE, Shop
from tracktor_nb.errors import CampaignError
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.nodes import Filter, Limit, SendLetter, SetProperty, TrackEvent, Wait, WaitFor
from tracktor_nb.semantics.period import DAY, HOUR, SECOND
from tracktor_nb.semantics.replay import Replay
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.store import campaigns as running
from tracktor_nb.store import following, shelf
from tracktor_nb.store.carts import NewCart, record_carts, settle_carts, settle_due
from tracktor_nb.store.components import components
from tracktor_nb.store.identity import identity_ids, merge, undo
from tracktor_nb.store.people import properties_of
from tracktor_nb.store.tables import effect, identity
from tracktor_nb.store.writer import Transaction

FREE = has("plan", "is", "free")
TUTORIAL = Campaign(
    [Trigger.event("Watch movie"), Limit(20, no=[Filter(FREE, yes=[SendLetter("Upgrade")])])], count_earlier=True
)


def test_the_tutorials_letter_goes_out_at_exactly_the_20th_watch_of_a_free_person(live: Shop) -> None:
    for id, plan in (("ann", "free"), ("bob", "pro"), ("eve", "free")):
        live.set(id, plan=plan, email=f"{id}@example.com")
    for _ in range(25):
        live.track("eve")
        live.now += SECOND
    live.run(TUTORIAL)
    live.after()
    assert live.letters() == [("eve", "Upgrade")], "past the limit before Run, she starts once"
    for watched in range(1, 23):
        for id in ("ann", "bob", "eve"):
            live.track(id)
        live.after()
        assert live.letters().count(("ann", "Upgrade")) == (watched >= 20), watched
    assert sorted(live.letters()) == [("ann", "Upgrade"), ("eve", "Upgrade")]
    assert {body["reason"] for id, _, body in live.did("skip")} == {"already sent"}


def test_waits_end_on_time_events_end_them_early_and_actions_reach_the_log(live: Shop) -> None:
    live.run(
        Campaign(
            [
                Trigger.event("Register"),
                WaitFor("Buy", timeout="1d", happened=[SetProperty("stage", "customer")]),
                Filter(has("stage", "is not", "customer"), yes=[Wait("2h"), TrackEvent("Reminded")]),
                SendLetter("Hello"),
            ]
        )
    )
    live.set("ann", email="ann@example.com")
    live.set("bob", email="bob@example.com")
    live.track("ann", "Register")
    live.track("bob", "Register")
    live.after(HOUR)
    live.track("ann", "Buy")
    live.after()
    assert live.letters() == [("ann", "Hello")]
    live.after(23 * HOUR)
    live.after(2 * HOUR - 3 * SECOND)
    assert live.letters() == [("ann", "Hello")]
    live.after(3 * SECOND)
    assert live.letters() == [("ann", "Hello"), ("bob", "Hello")]
    with live.database.read() as connection:
        assert properties_of(connection, live.site.id, "ann")["stage"] == "customer"
        said = connection.exec_driver_sql("SELECT origin, known_at FROM event WHERE origin IS NOT NULL").all()
    assert [tuple(row) for row in said] == [("nudge", NOW + SECOND + DAY + 2 * HOUR)]


def test_what_happens_during_a_pause_triggers_nothing_and_due_timers_fire_on_resume(live: Shop) -> None:
    live.run(Campaign([Trigger.event("Register"), Wait("1h"), SendLetter("Hello")]))
    live.set("ann", email="ann@example.com")
    live.set("bob", email="bob@example.com")
    live.track("ann", "Register")
    live.after()
    live.write(partial(running.pause, site_id=live.site.id, name="nudge", now=live.now))
    live.track("bob", "Register")
    live.after(3 * HOUR)
    assert live.letters() == []
    live.write(partial(running.resume, site_id=live.site.id, name="nudge", now=live.now))
    live.after()
    assert live.letters() == [("ann", "Hello")]
    assert ("bob", "refused", {"reason": "paused"}) in live.did()


def test_stop_takes_everybody_out_for_good(live: Shop) -> None:
    lookup = shelf.lookup
    live.run(Campaign([Trigger.event("Register"), Wait("1h"), SendLetter("Hello")]))
    live.track("ann", "Register")
    live.after()

    def stop(tx: Transaction) -> int:
        return running.stop(tx, live.site.id, "nudge", lookup(tx.connection, live.site.id), live.now)

    assert live.write(stop) == 1
    live.after(DAY)
    assert live.letters() == []
    assert ("ann", "exit", {"reason": "campaign stopped"}) in live.did()
    with pytest.raises(CampaignError, match="stopped for good"):
        live.write(stop)


@pytest.mark.parametrize("moving", [False, True])
def test_a_new_version_is_for_those_who_come_and_for_the_waiting_if_they_move(live: Shop, moving: bool) -> None:
    def version(letter: str) -> Campaign:
        return Campaign([Trigger.event("Register"), Wait("1h", id="pause"), SendLetter(letter)])

    live.run(version("Old"))
    for id in ("ann", "bob"):
        live.set(id, email=f"{id}@example.com")
    live.track("ann", "Register")
    live.after()
    live.write(
        lambda tx: running.publish(
            tx, live.site.id, "nudge", version("New"), 2, moving, shelf.lookup(tx.connection, live.site.id), live.now
        )
    )
    live.track("bob", "Register")
    live.after(2 * HOUR)
    assert sorted(live.letters()) == [("ann", "New" if moving else "Old"), ("bob", "New")]


def test_entering_a_segment_starts_a_journey_but_being_there_at_run_does_not_unless_asked(live: Shop) -> None:
    campaign = Campaign(
        [Trigger.entered(did("Buy", at_least=2, within="7d")), SendLetter("Thanks")], entry="every event"
    )
    for id in ("ann", "bob"):
        live.set(id, email=f"{id}@example.com")
    for _ in range(2):
        live.track("ann", "Buy")
    live.now += SECOND
    live.run(campaign, "later")
    live.run(campaign, "now", start_present=True)
    live.after()
    assert live.letters() == [("ann", "Thanks")]
    for _ in range(2):
        live.track("bob", "Buy")
    live.after()
    assert sorted(live.letters()) == [("ann", "Thanks"), ("bob", "Thanks"), ("bob", "Thanks")]


@pytest.mark.parametrize("seed", range(3))
def test_live_and_replay_do_the_same(live: Shop, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MOST_ROWS", 7)
    chance = random.Random(seed)
    campaign = Campaign(
        [
            Trigger.event("Visit"),
            Trigger.entered(did("Buy", at_least=2, within="3d")),
            Limit(3, no=[SetProperty("often", True)]),
            WaitFor("Buy", timeout="6h", happened=[TrackEvent("Bought")], timed_out=[SendLetter("Miss you")]),
            Wait("1d"),
            SendLetter("Hello"),
        ],
        entry="every event",
    )
    ids = [*(f"a-{number}" for number in range(3)), *"bcd"]
    live.run(campaign)
    edges: list[int] = []
    for _ in range(120):
        id, other = chance.sample(ids, 2)
        what = chance.random()
        live.now += chance.choice([1, 1, SECOND, HOUR])
        if what < 0.6:
            ago = chance.choice([0, 0, SECOND, 3 * DAY])
            live.track(id, chance.choice(["Buy", "Visit"]), ago)
        elif what < 0.7:
            live.set(id, email=f"{id}@example.com")
        elif what < 0.78:
            step = partial(merge, site_id=live.site.id, src=id, dest=other, time=live.now, received_at=live.now)
            edge = live.write(step).edge_seq
            edges += [edge] if edge is not None else []
        elif what < 0.82 and edges:
            live.write(partial(undo, site_id=live.site.id, edge_seq=edges.pop(), at=live.now))
        if chance.random() < 0.4:
            live.after(SECOND, live.another())
    live.after(5 * DAY)
    assert assert_as_replayed(live) > 50


def assert_as_replayed(live: Shop) -> int:
    """What was done is what a replay of the whole log does; return how much that is."""
    with live.database.read() as connection:
        every = set(connection.execute(sa.select(identity.c.id)).scalars())
        histories = [each.history for each in components(connection, every)]
        done = {(row.key, row.at) for row in connection.execute(sa.select(effect))}
        (found,) = running.running_campaigns(connection, live.site.id, shelf.lookup(connection, live.site.id))
    replayed = [each for history in histories for each in Replay(found.run, history, ZONE).advance(live.now - SECOND)]
    assert {(each.key, each.at) for each in replayed} == done
    return len(done)


def test_what_comes_before_the_worker_looks_at_people_for_run_is_followed_as_it_came(live: Shop) -> None:
    live.run(Campaign([Trigger.left(did("Buy")), SendLetter("Lost")]), "lost")
    live.run(Campaign([Trigger.entered(did("Buy")), SendLetter("Won")]), "won")
    live.set("ann", email="ann@example.com")
    live.track("ann", "Buy")
    live.after()
    assert live.letters() == [("ann", "Won")]


def test_a_purchase_that_comes_late_takes_waiting_people_out_and_a_replay_does_the_same(live: Shop) -> None:
    live.run(Campaign([Trigger.event("Cart abandoned"), Wait("1h"), SendLetter("Come back")], entry="every event"))

    def call(id: str, operation: str, ago: int = 0) -> None:
        cart = {"products": [{"name": "Boots"}]} if operation == "set" else None
        said = NewCart(id, operation, cart, live.now - ago, live.now, abandon_after=HOUR)

        def step(tx: Transaction) -> None:
            record_carts(tx, live.site.id, [said])
            settle_carts(tx, live.site.id, identity_ids(tx, live.site.id, [id]).values(), live.now)

        live.write(step)

    for id in ("ann", "bob"):
        live.set(id, email=f"{id}@example.com")
        call(id, "set")
    live.after(HOUR + SECOND)
    live.write(lambda tx: settle_due(tx, live.now))
    live.after(10 * SECOND)
    call("ann", "purchase", ago=HOUR // 2)
    live.after(DAY)
    assert live.letters() == [("bob", "Come back")]
    assert ("ann", "exit", {"reason": "retracted"}) in live.did()
    assert_as_replayed(live)
