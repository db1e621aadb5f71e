"""A campaign says what it decided about a person, and why nothing came."""

from __future__ import annotations

from functools import partial

import pytest

from tests.messaging.running_shop import Shop
from tracktor_nb.campaign_answers import why_not
from tracktor_nb.errors import NotFoundError, UnknownNameError
from tracktor_nb.facade.base import Wired
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.node import Exit, Go
from tracktor_nb.semantics.nodes import AddTo, Filter, Limit, SendLetter, SendMessage, SetProperty, Wait, WaitFor
from tracktor_nb.semantics.period import DAY, HOUR
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.settings import Settings
from tracktor_nb.store import campaigns as running
from tracktor_nb.store.events import record_event
from tracktor_nb.store.identity import merge

WELCOME = Campaign(
    [
        Trigger.event("Register", has("plan", "is", "free")),
        Filter(has("country", "is", "DE"), yes=[SendMessage("Hallo"), Exit()]),
        WaitFor("Buy", timeout="1d", happened=[SetProperty("stage", "customer")]),
        SendLetter("Hello", id="hello"),
        SendLetter("Hello", id="again"),
    ],
    start=has("banned", "is not", True),
)


def asked(live: Shop, person: str | int, name: str = "nudge") -> tuple[str, list[tuple[str, str, str]]]:
    """The sentence, and of each row node, decision and reason."""
    found = why_not(Wired(live.database, live.site, Settings()), name, person, live.now)
    assert found.summary in str(found)
    return found.summary, [(row["node"], row["decided"], row["why"]) for row in found.rows]


def register(live: Shop, id: str, plan: str = "free") -> None:
    live.write(lambda tx: record_event(tx, live.site.id, id, "Register", live.now, live.now, {"plan": plan}))


def test_a_walk_is_told_node_by_node_and_each_skipped_letter_says_why(live: Shop) -> None:
    live.run(WELCOME)
    register(live, "ann")
    live.after(HOUR)
    sentence, rows = asked(live, "ann")
    assert sentence == "is waiting at 'wait_for-1' until 2023-11-15 23:13:21"
    assert rows == [
        ("trigger-1", "started", "a person does 'Register' where plan is 'free'"),
        ("filter-1", "went on by 'no'", "country is 'DE'?"),
        ("wait_for-1", "began to wait until 2023-11-15 23:13:21", "wait for 'Buy', 1 day at most"),
        ("wait_for-1", "waiting until 2023-11-15 23:13:21", "wait for 'Buy', 1 day at most"),
    ]
    live.after(DAY)
    sentence, rows = asked(live, "ann")
    assert sentence == "letter 'Hello' not sent on 2023-11-15 23:13:21: the person has no e-mail address"
    assert rows[3:] == [
        ("wait_for-1", "went on", "'Buy' did not happen in time"),
        ("hello", "came", "send letter 'Hello'"),
        ("hello", "letter 'Hello' not sent", "the person has no e-mail address"),
        ("again", "came", "send letter 'Hello'"),
        ("again", "letter 'Hello' not sent", "the person has no e-mail address"),
        ("again", "left", "the way ends here"),
    ]


def test_what_was_sent_is_told_with_its_address(live: Shop) -> None:
    live.run(WELCOME)
    live.set("ann", email="ann@example.com")
    register(live, "ann")
    live.after()
    live.track("ann", "Buy")
    live.after()
    sentence, rows = asked(live, "ann")
    assert sentence == "letter 'Hello' not sent on 2023-11-14 23:13:22: the letter goes to a person once"
    assert ("wait_for-1", "went on", "'Buy' happened") in rows
    assert ("set_property-1", "property set: 'stage'", "") in rows
    assert ("hello", "letter 'Hello' queued", "to ann@example.com") in rows
    live.set("eve", country="DE")
    register(live, "eve")
    live.after()
    assert asked(live, "eve")[0] == "message queued: 'Hallo' on 2023-11-14 23:13:23"


@pytest.mark.parametrize(
    ("plan", "before", "why"),
    [
        (None, False, "'Register' never happened"),
        ("pro", False, "the last 'Register', on 2023-11-14 23:13:21, did not meet where plan is 'free'"),
        ("free", True, "the last 'Register', on 2023-11-14 23:13:21, was before Run"),
    ],
)
def test_whoever_never_reached_a_trigger_is_told_what_is_missing(
    live: Shop, plan: str | None, before: bool, why: str
) -> None:
    live.set("ann", email="ann@example.com")
    if not before:
        live.run(WELCOME)
    if plan is not None:
        register(live, "ann", plan)
    live.after()
    if before:
        live.run(WELCOME)
        live.after()
    assert asked(live, "ann") == (f"never reached a trigger: {why}", [("trigger-1", "never reached", why)])


def test_whoever_could_not_start_is_told_why(live: Shop) -> None:
    live.run(WELCOME)
    live.set("ann", banned=True)
    register(live, "ann")
    live.after()
    assert asked(live, "ann") == (
        "did not start, on 2023-11-14 23:13:21: the campaign is for people where banned is not True",
        [
            ("trigger-1", "did not start", "the campaign is for people where banned is not True"),
            ("", "would not start", "is not one of the people it is for: banned is not True"),
        ],
    )
    live.write(partial(running.pause, site_id=live.site.id, name="nudge", now=live.now))
    register(live, "eve")
    live.after()
    assert asked(live, "eve")[1] == [
        ("trigger-1", "did not start", "the campaign was paused"),
        ("", "would not start", "the campaign was paused"),
    ]


def test_segments_dates_and_changes_that_never_came_are_explained(live: Shop) -> None:
    live.run(
        Campaign(
            [
                Trigger.entered(did("Buy", at_least=2), id="loyal"),
                Trigger.left(did("Buy"), id="lost"),
                Trigger.changed("plan", has("plan", "is", "pro"), id="upgrade"),
                Trigger.date("renewal", -3, id="renewal"),
                AddTo("Callers"),
                Wait("1d"),
            ]
        )
    )
    live.set("ann", plan="free", renewal="2023-12-24")
    live.track("ann", "Buy")
    live.after()
    assert [(node, why) for node, _, why in asked(live, "ann")[1]] == [
        ("lost", "is still one who did 'Buy'"),
        ("loyal", "is not one who did 'Buy' at least 2 times"),
        ("renewal", "its time comes on 2023-12-21 09:00:00"),
        ("upgrade", "plan was last set on 2023-11-14 23:13:21, and did not meet where plan is 'pro'"),
    ]


def test_a_person_is_asked_about_by_any_of_its_ids_and_by_its_number(live: Shop) -> None:
    live.run(WELCOME)
    register(live, "a-1")
    live.write(lambda tx: merge(tx, live.site.id, "a-1", "ann", live.now, live.now))
    live.after()
    with live.database.read() as connection:
        person = connection.exec_driver_sql("SELECT person_id FROM identity").scalars().first()
    assert asked(live, "a-1") == asked(live, "ann") == asked(live, person or 0)
    with pytest.raises(NotFoundError, match="Nobody in this site has the id 'bob'"):
        asked(live, "bob")
    with pytest.raises(UnknownNameError, match="nope"):
        asked(live, "ann", "nope")


def test_whatever_happened_every_step_of_a_journey_is_told_once_and_in_its_order(live: Shop) -> None:
    live.run(
        Campaign(
            [
                Trigger.event("Register"),
                Limit(2, no=[Exit()], id="limit"),
                WaitFor("Register", "1h", happened=[Go("limit")], timed_out=[SendLetter("Hi"), SendLetter("Bye")]),
            ],
            quiet_hours=("23:00", "08:00"),
        )
    )
    live.set("ann", email="ann@example.com")
    live.track("ann", "Register")
    live.after(HOUR)
    live.after(HOUR)
    assert [row[:2] for row in asked(live, "ann")[1]] == [
        ("trigger-1", "started"),
        ("limit", "went on by 'yes'"),
        ("wait_for-1", "began to wait until 2023-11-15 00:13:21"),
        ("wait_for-1", "went on"),
        ("send_letter-1", "put off until 2023-11-15 08:00:00"),
        ("send_letter-1", "letter 'Hi' put off until 2023-11-15 08:00:00"),
        ("send_letter-1", "waiting until 2023-11-15 08:00:00"),
    ]
    live.after(8 * HOUR)
    live.track("ann", "Register")
    live.after()
    assert [row[:2] for row in asked(live, "ann")[1]][6:] == [
        ("send_letter-1", "letter 'Hi' queued"),
        ("send_letter-2", "came"),
        ("send_letter-2", "letter 'Bye' queued"),
        ("send_letter-2", "left"),
        ("trigger-1", "started"),
        ("limit", "went on by 'no'"),
        ("exit-1", "came"),
        ("exit-1", "left"),
    ]
