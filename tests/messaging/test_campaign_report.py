"""A running campaign is counted node by node, and compared with those held out."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.messaging.running_shop import Shop
from tracktor_nb.analysis.results import CampaignReport, from_dict
from tracktor_nb.campaign_answers import campaign_report
from tracktor_nb.errors import DefinitionError, UnknownNameError
from tracktor_nb.facade.base import Wired
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import has
from tracktor_nb.semantics.nodes import Filter, SendLetter, Split, TrackEvent, Wait, WaitFor
from tracktor_nb.semantics.period import DAY, HOUR
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.settings import Settings
from tracktor_nb.store import campaigns as running
from tracktor_nb.store import shelf
from tracktor_nb.store.identity import merge


def report_on(live: Shop, name: str = "nudge") -> CampaignReport:
    return campaign_report(Wired(live.database, live.site, Settings()), name, live.now)


def test_each_node_counts_who_came_waits_went_on_and_got_what(live: Shop) -> None:
    live.run(
        Campaign(
            [
                Trigger.event("Register"),
                Filter(has("plan", "is", "pro"), no=[Wait("1h"), SendLetter("Hello")]),
                WaitFor("Buy", timeout="1d"),
                TrackEvent("Done"),
            ],
            goal="Subscribe",
        )
    )
    for number in range(6):
        live.set(f"p{number}", plan="pro" if number < 2 else "free", **({"email": "x@y.de"} if number < 4 else {}))
        live.track(f"p{number}", "Register")
    live.track("p0", "Register")
    live.after()
    live.track("p1", "Buy")
    live.track("p0", "Subscribe")
    live.after()
    live.after(HOUR)
    rows = {row["node"]: row for row in report_on(live).nodes}
    assert list(rows) == ["trigger-1", "filter-1", "wait_for-1", "wait-1", "track_event-1", "send_letter-1"]
    assert rows["trigger-1"]["refused"] == {"already inside": 1}
    assert (rows["filter-1"]["arrived"], rows["filter-1"]["out"]) == (6, {"no": 4, "yes": 2})
    assert (rows["wait-1"]["arrived"], rows["wait-1"]["waiting"], rows["wait-1"]["out"]) == (4, 0, {"next": 4})
    assert (rows["send_letter-1"]["done"], rows["send_letter-1"]["skipped"]) == (2, {"no email": 2})
    assert (rows["wait_for-1"]["waiting"], rows["wait_for-1"]["out"]) == (4, {"happened": 1})
    assert (rows["wait_for-1"]["ended"], rows["wait_for-1"]["goals"]) == ({"goal": 1}, 1)
    assert rows["track_event-1"]["done"] == 1
    report = report_on(live)
    assert (report.people_count, report.inside, report.goals, report.lift) == (6, 4, 1, None)
    assert report.table.loc["wait_for-1", "waiting"] == 4
    assert [bar["name"] for bar in report.figure()["data"]] == ["waiting now", "went on or left"]
    card = report._repr_html_()
    assert "2: the person has no e-mail address" in card
    assert "<b>6</b>" in card or ">6</span> people started" in card


def test_a_letter_that_was_put_off_is_out_once_it_went(live: Shop) -> None:
    live.run(Campaign([Trigger.event("Register"), SendLetter("Hello"), Wait("1d")], quiet_hours=("22:00", "08:00")))
    live.set("ann", email="ann@example.com")
    live.track("ann", "Register")
    live.after()
    (_, letter, _) = report_on(live).nodes
    assert (letter["arrived"], letter["waiting"], letter["done"], letter["out"]) == (1, 1, 0, {"next": 0})
    live.after(12 * HOUR)
    (_, letter, wait) = report_on(live).nodes
    assert (letter["arrived"], letter["waiting"], letter["done"], letter["out"]) == (1, 0, 1, {"next": 1})
    assert wait["waiting"] == 1


def test_those_held_out_are_compared_and_people_who_became_one_count_once(live: Shop) -> None:
    live.run(
        Campaign([Trigger.event("Register"), SendLetter("Hello"), Wait("9d")], goal="Buy", hold_out=50),
        start_present=True,
    )
    ids = [f"p{number}" for number in range(40)]
    for id in ids:
        live.set(id, email=f"{id}@example.com")
        live.track(id, "Register")
    live.after()
    treated = [id for id, _ in live.letters()]
    held_out = [id for id in ids if id not in treated]
    for id in [*treated[:10], held_out[0]]:
        live.track(id, "Buy")
    live.after()
    report = report_on(live)
    assert report.treated == {"people": len(treated), "goals": 10}
    assert report.held_out == {"people": len(held_out), "goals": 1}
    assert report.lift == pytest.approx(10 / len(treated) - 1 / len(held_out))
    assert report.lift_low is not None
    assert report.lift_high is not None
    assert 0 < report.lift_low < report.lift < report.lift_high
    assert "of those held out" in report._repr_html_()
    live.write(lambda tx: merge(tx, live.site.id, treated[0], held_out[0], live.now, live.now))
    live.write(lambda tx: merge(tx, live.site.id, treated[1], treated[2], live.now, live.now))
    live.after()
    report = report_on(live)
    assert (report.mixed, report.people_count) == ({"people": 1, "goals": 1}, 38)
    assert (report.treated["people"], report.held_out["people"]) == (len(treated) - 2, len(held_out) - 1)


def test_a_report_counts_nodes_that_only_an_older_version_had(live: Shop) -> None:
    live.run(Campaign([Trigger.event("Register"), Split(50), Wait("1d", id="old")]))
    live.track("ann", "Register")
    live.after()

    def publish(tx: object) -> int:
        lookup = shelf.lookup(tx.connection, live.site.id)  # type: ignore[attr-defined]
        new = Campaign([Trigger.event("Register"), Wait("2d", id="new")])
        return running.publish(tx, live.site.id, "nudge", new, 2, True, lookup, live.now)  # type: ignore[arg-type]

    assert live.write(publish) == 1
    live.after(DAY)
    rows = report_on(live).nodes
    assert [(row["node"], row["rule"], row["arrived"]) for row in rows] == [
        ("trigger-1", "a person does 'Register'", 1),
        ("new", "wait 2 days", 0),
        ("old", "", 1),
        ("split-1", "", 1),
    ]
    assert rows[2]["ended"] == {"node removed": 1}
    assert "not in this version" in report_on(live)._repr_html_()


def test_a_report_is_plain_data_and_comes_back_from_it(live: Shop) -> None:
    live.run(Campaign([Trigger.event("Register"), Wait("1d")]))
    assert report_on(live).figure()["layout"]["annotations"][0]["text"] == "Nobody has started yet."
    live.track("ann", "Register")
    live.after()
    report = report_on(live)
    assert from_dict(json.loads(json.dumps(report.to_dict()))) == report
    assert repr(report) == "<CampaignReport nudge, running: 1 people, 1 inside>"
    assert report.rule.startswith("for all people · when a person does 'Register'")
    with pytest.raises(UnknownNameError, match="nope"):
        report_on(live, "nope")


def test_counts_in_sql_are_those_of_the_effects_one_by_one(live: Shop) -> None:
    live.run(Campaign([Trigger.event("Register"), Split(50, yes=[SendLetter("A")]), WaitFor("Buy", "1d")]))
    for number in range(20):
        live.track(f"p{number}", "Register")
        live.after()
        live.track(f"p{number // 2}", "Buy")
    live.after()
    rows = report_on(live).nodes
    kinds = Counter(kind for _, kind, _ in live.did())
    assert sum(sum(row["skipped"].values()) for row in rows) == kinds["skip"]
    assert sum(row["out"].get("happened", 0) for row in rows) == kinds["left"]
    assert rows[0]["arrived"] == kinds["entered"]


def test_the_people_behind_each_number_are_listed_and_explained(live: Shop) -> None:
    campaign = Campaign([Trigger.event("Register"), Split(50, id="half"), SendLetter("Hello"), Wait("1d", id="pause")])
    live.run(campaign)
    for number in range(10):
        live.set(f"p{number}", **({"email": f"p{number}@example.com"} if number < 4 else {}))
        live.track(f"p{number}", "Register")
    live.after()
    report = report_on(live)
    (_, half, letter, _) = report.nodes
    assert len(report.people()) == len(report.people("pause", "waiting")) == 10
    assert len(report.people("half", "yes")) == half["out"]["yes"]
    assert sorted(report.people(node="send_letter-1", what="done")["distinct_id"]) == ["p0", "p1", "p2", "p3"]
    assert len(report.people("send_letter-1", "no email")) == letter["skipped"]["no email"] == 6
    assert report.people_page("half", limit=3, search="p7").rows[0]["distinct_id"] == "p7"
    assert report.people("nowhere").empty
    assert report.explain("p7").summary.startswith("letter 'Hello' not sent on")
    with pytest.raises(DefinitionError, match=r"site\.backtest"):
        report.asked.again(order="any")  # type: ignore[union-attr]
