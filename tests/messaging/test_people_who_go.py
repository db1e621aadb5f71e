"""Whoever is removed leaves every campaign at once; whoever is erased leaves nothing behind in any."""

from __future__ import annotations

from tests.messaging.running_shop import ZONE, Shop
from tests.store.test_forgetting import tables_with
from tracktor_nb.messaging.live_campaigns import LiveCampaigns
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.nodes import SendLetter, SetProperty, TrackEvent, Wait
from tracktor_nb.semantics.period import DAY, HOUR
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.store.campaign_people import CampaignPeople
from tracktor_nb.store.dossiers import export_person
from tracktor_nb.store.forgetting import erase_person, remove
from tracktor_nb.store.identity import merge

MARK = "Xanthippe-4711"
ID = f"{MARK}@example.com"
NIGHT = Campaign([Trigger.event("Register"), SendLetter("Hello")], quiet_hours=("22:00", "08:00"))


def registered(live: Shop, *campaigns: Campaign) -> None:
    for number, campaign in enumerate(campaigns):
        live.run(campaign, f"campaign {number}")
    live.set(ID, email=ID)
    live.write(lambda tx: merge(tx, live.site.id, f"a-{MARK}", ID, live.now, live.now))
    live.track(f"a-{MARK}", "Register")
    live.set("bob", email="bob@example.com")
    live.track("bob", "Register")
    live.after()


def test_a_removed_person_leaves_its_journeys_before_the_call_returns(live: Shop) -> None:
    waiting = Campaign([Trigger.event("Register"), Wait("1h"), SendLetter("Hello")])
    registered(live, waiting, NIGHT)
    assert live.write(lambda tx: remove(tx, live.site.id, ID, live.now)) == 2
    ended = [(kind, body.get("reason")) for id, kind, body in live.did() if MARK in id and kind in ("skip", "exit")]
    assert sorted(ended) == [("exit", "removed"), ("exit", "removed"), ("skip", "removed")]
    live.after(DAY)
    assert live.letters() == [("bob", "Hello")] * 2


def test_a_part_at_work_while_somebody_goes_is_done_anew(live: Shop) -> None:
    registered(live, Campaign([Trigger.event("Register"), Wait("1h"), SendLetter("Hello")]))
    store = CampaignPeople(live.database, live.site.id, "one", lambda: live.now)
    live.now += 2 * HOUR
    assert store.take()
    assert store.campaigns()
    due = store.due([each.id for each in store.campaigns()], live.now)
    assert due is not None
    live.write(lambda tx: remove(tx, live.site.id, ID, live.now))
    assert not store.keep(due, [], live.now), "what was read before is not written any more"
    worker = LiveCampaigns(store, ZONE, lambda: live.now)
    live.after(worker=worker)
    assert live.letters() == [("bob", "Hello")]


def test_an_export_tells_of_journeys_and_of_what_campaigns_did(live: Shop) -> None:
    registered(live, Campaign([Trigger.event("Register"), SendLetter("Hello"), Wait("1h")]))
    with live.database.read() as connection:
        found = export_person(connection, live.site.id, ID)
    (walk,) = found["journeys"]
    assert (walk["campaign"], walk["version"], walk["node"]) == ("campaign 0", 1, "wait-1")
    assert walk["waits_until"] > walk["entered_at"]
    assert sorted(each["did"] for each in found["effects"] if each["did"] != "visit") == ["entered", "letter"]
    (sent,) = (each for each in found["effects"] if each["did"] == "letter")
    assert (sent["id"], sent["what"]) == (f"a-{MARK}", {"letter": "Hello", "email": ID})
    assert "bob" not in str(found)


def test_nothing_of_an_erased_person_stays_in_a_campaign(live: Shop) -> None:
    registered(
        live,
        Campaign([Trigger.event("Register"), SetProperty("note", "x"), SendLetter("Hello"), Wait("1h")]),
        Campaign([Trigger.entered(did("Register", within="3d")), TrackEvent("Seen"), Wait("9d")]),
        Campaign([Trigger.left(did("Register", within="3d")), SendLetter("Bye")]),
    )
    assert {"effect", "identity", "property_change"} <= set(tables_with(live.database, MARK))
    with live.database.read() as connection:
        ids = connection.exec_driver_sql(f"SELECT id FROM identity WHERE distinct_id LIKE '%%{MARK}%%'").scalars().all()
        clocks = connection.exec_driver_sql("SELECT person_id FROM campaign_clock").scalars().all()
    assert set(ids) & set(clocks)
    receipt = erase_person(live.database, live.site, ID, live.now)
    assert (receipt.rows["journey"], receipt.rows["effect"]) > (1, 4)
    live.after(9 * DAY)
    assert tables_with(live.database, MARK) == []
    with live.database.read() as connection:
        for table, column in (("journey", "identity_id"), ("effect", "identity_id"), ("campaign_clock", "person_id")):
            left = connection.exec_driver_sql(f"SELECT {column} FROM {table}").scalars().all()
            assert set(left).isdisjoint(ids), table
