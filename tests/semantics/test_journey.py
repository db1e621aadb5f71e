"""Journeys, told as what happens to one person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.stories import BYE, EMAIL, HI, NOON, A, Story, letters, story
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.condition import did, has, in_segment
from tracktor_nb.semantics.event import PropertyChange
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.journey import leave, move, share, step
from tracktor_nb.semantics.node import Exit, Go, Goal
from tracktor_nb.semantics.nodes import (
    AddTo,
    During,
    Filter,
    Limit,
    RemoveFrom,
    SendLetter,
    SendMessage,
    SetProperty,
    Split,
    TrackEvent,
    Wait,
    WaitFor,
    WaitUntil,
    Webhook,
)
from tracktor_nb.semantics.period import DAY, HOUR, Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.run import Journey, Moment, Run, Standing, united
from tracktor_nb.semantics.trigger import Trigger

# --- nodes ----------------------------------------------------------------------------------------------------------


def test_a_wait_is_as_long_as_it_says() -> None:
    assert story([A, Wait("2d"), HI]).did("A", 1).told() == [(49, "letter", "Hi"), (49, "exit", "end")]


def test_waiting_for_a_time_of_day_follows_the_clock_of_the_site() -> None:
    told = story([A, WaitUntil("09:00", on=["sat"]), HI]).did("A", 0)
    told.calendar = Calendar("America/New_York")
    assert told.told("letter") == [(74, "letter", "Hi")]


def test_who_comes_right_at_the_time_does_not_wait() -> None:
    assert story([A, WaitUntil("12:00"), HI]).did("A", 0).told("letter") == [(0, "letter", "Hi")]


def test_an_event_ends_the_wait_and_the_timeout_ends_it_without() -> None:
    workflow = [A, WaitFor("Buy", "2d", where=has("n", ">", 1), happened=[BYE, Exit()], timed_out=[HI])]
    assert story(workflow).did("A", 0).did("Buy", 5, properties={"n": 2}).told("letter") == [(5, "letter", "Bye")]
    assert story(workflow).did("A", 0).did("Buy", 5, properties={"n": 1}).told("letter") == [(48, "letter", "Hi")]


def test_a_timer_comes_before_an_event_at_the_same_instant() -> None:
    workflow = [A, WaitFor("Buy", "2d", happened=[BYE, Exit()], timed_out=[HI])]
    assert story(workflow).did("A", 0).did("Buy", 48).told("letter") == [(48, "letter", "Hi")]


def test_a_time_window_may_lie_over_midnight_and_belongs_to_its_first_day() -> None:
    workflow = [A, During("22:00", "06:00", on=["wed"], yes=[HI])]
    hours = {9.9: 0, 10: 1, 17.9: 1, 18: 0, 34: 0}
    assert {hour: len(story(workflow).did("A", hour).told("letter")) for hour in hours} == hours


def test_a_split_always_sends_a_person_the_same_way() -> None:
    run = Run("nudge", 1, Campaign([A]), 0)
    places = [share(run, "split-1", person) for person in range(2000)]
    assert places == [share(run, "split-1", person) for person in range(2000)]
    assert 900 < sum(place < 50 for place in places) < 1100
    assert places != [share(run, "split-2", person) for person in range(2000)]
    workflow = [A, Split(50, yes=[HI], no=[BYE])]
    ways = {story(workflow).did("A", 1).told("letter")[0][2] for _ in range(3)}
    assert len(ways) == 1


def test_actions_are_effects_with_what_they_need() -> None:
    workflow = [
        *(A, SetProperty("tier", ["gold"]), TrackEvent("Offered", {"step": 1}), AddTo("Callers")),
        *(RemoveFrom("Cold"), Webhook("https://example.com/hook"), SendMessage("Hello"), HI, Goal()),
    ]
    done = story(workflow).did("A", 0).effects()
    assert {each.kind: each.body for each in done if each.kind not in ("entered", "visit", "exit")} == {
        "set": {"name": "tier", "value": ["gold"]},
        "track": {"name": "Offered", "data": {"step": 1}},
        "add": {"list": "Callers"},
        "remove": {"list": "Cold"},
        "webhook": {"url": "https://example.com/hook"},
        "message": {"text": "Hello"},
        "letter": {"letter": "Hi", "email": "ann@example.com"},
        "goal": {},
    }


def test_a_filter_sees_the_property_that_was_just_set_and_the_event_just_recorded() -> None:
    workflow = [A, SetProperty("plan", "pro"), TrackEvent("B"), Filter(has("plan", "is", "pro") & did("B"), yes=[HI])]
    assert story(workflow).set(-1, plan="free").did("A", 0).told("letter") == [(0, "letter", "Hi")]


def test_a_campaign_is_not_moved_by_what_it_did_itself() -> None:
    again = story([A, TrackEvent("A"), TrackEvent("B"), WaitFor("B", "1d", happened=[HI])], entry="every event")
    assert again.did("A", 0).told() == [(24, "exit", "end")]


def test_a_loop_without_a_wait_ends_after_100_nodes() -> None:
    looping = story([A, TrackEvent("B", id="b"), Go("b")]).did("A", 0)
    assert looping.told() == [(0, "exit", "loop")]
    assert len([each for each in looping.effects() if each.kind == "visit"]) == 100


# --- letters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outside", "reason"),
    [
        (Standing(suppressed=True), "suppressed"),
        (Standing(unsubscribed=frozenset({"News"})), "unsubscribed"),
        (Standing(unsubscribed=frozenset({""})), "unsubscribed"),
        (Standing(sent_at=(NOON - DAY, NOON)), "capped"),
        (Standing(sent_at=(NOON - DAY - 1, NOON)), None),
        (Standing(unsubscribed=frozenset({"Offers"})), None),
    ],
)
def test_every_letter_that_is_not_sent_says_why(outside: Standing, reason: str | None) -> None:
    told = story([A, HI], topic="News", cap=(2, "1d")).did("A", 0)
    told.outside = outside
    assert told.told("letter", "skip") == [(0, "skip" if reason else "letter", reason or "Hi")]


def test_nobody_without_an_address_gets_a_letter() -> None:
    assert story([A, HI]).set(-1, email=None).did("A", 0).told("letter", "skip") == [(0, "skip", "no email")]


def test_a_letter_goes_to_a_person_once_unless_it_shall_every_time() -> None:
    once = story([A, HI]).did("A", 0).did("A", 1)
    assert once.told("letter", "skip") == [(0, "letter", "Hi"), (1, "skip", "already sent")]
    every = SendLetter("Hi", every_time=True)
    assert letters(story([A, every]).did("A", 0).did("A", 1).effects()) == [0, 1]


def test_quiet_hours_delay_letters_and_what_follows() -> None:
    told = story([A, HI, SendMessage("then")], quiet_hours=("22:00", "08:00")).did("A", 11)
    assert told.told() == [(20, "letter", "Hi"), (20, "message", None), (20, "exit", "end")]
    assert told.told("delay") == [(11, "delay", "quiet hours")]


def test_people_held_out_walk_along_and_get_nothing() -> None:
    held = Story(Campaign([A, HI, SetProperty("n", 1), Wait("1d"), BYE], hold_out=50))
    for who in range(1, 41):
        held.set(-24, who, **EMAIL).did("A", 0, who)
    effects = held.effects()
    out = {effect.identity for effect in effects if effect.body.get("held_out")}
    assert 10 <= len(out) <= 30
    assert {effect.identity for effect in effects if effect.kind == "letter"} == set(range(1, 41)) - out
    reasons = [effect.body["reason"] for effect in effects if effect.kind == "skip"]
    assert reasons == ["held out"] * 3 * len(out)


# --- ends -----------------------------------------------------------------------------------------------------------


def test_the_goal_ends_the_journey() -> None:
    workflow = [A, Wait("2d"), HI]
    told = story(workflow, goal=Step("Buy", where=has("n", ">", 1))).did("A", 0).did("Buy", 5, properties={"n": 2})
    assert told.told("goal", "exit") == [(5, "goal", None), (5, "exit", "goal")]


def test_the_goal_counts_after_the_journey_but_not_for_ever() -> None:
    assert story([A, HI], goal="Buy", goal_within="2d").did("A", 0).did("Buy", 48).told("goal") == [(48, "goal", None)]
    assert story([A, HI], goal="Buy", goal_within="2d").did("A", 0).did("Buy", 49).told("goal") == []


def test_what_happened_before_the_start_and_came_late_is_not_the_goal() -> None:
    told = story([A, Wait("2d")], goal="Buy").did("A", 0).did("Buy", -1, late=3)
    assert told.told("goal", "exit") == [(48, "exit", "end")]


def test_nothing_triggers_in_a_pause_and_due_timers_fire_when_it_is_over() -> None:
    paused = {"paused": (Range(NOON + 5 * HOUR, NOON + 50 * HOUR),)}
    told = story([A, Wait("1d"), HI], paused, entry="every event").did("A", 0).did("A", 6)
    assert told.told("refused", "letter") == [(6, "refused", "paused"), (50, "letter", "Hi")]


def test_a_stopped_campaign_ends_its_journeys_and_says_so_of_delayed_letters() -> None:
    stopped = {"stopped_at": NOON + 12 * HOUR}
    told = story([A, HI], stopped, quiet_hours=("22:00", "08:00")).did("A", 11).did("A", 13)
    assert told.told("skip", "exit", "refused") == [
        (12, "skip", "campaign stopped"),
        (12, "exit", "campaign stopped"),
        (13, "refused", "campaign stopped"),
    ]


def test_people_move_to_a_new_version_by_node_and_exit_where_theirs_is_gone() -> None:
    old = Run("nudge", 1, Campaign([A, Wait("1d", id="nap"), HI]), 0)
    new = Run("nudge", 2, Campaign([A, Wait("1d", id="nap"), BYE]), 0)
    waiting = Journey("nudge/1/1/1", "nudge", 1, 1, 0, node="nap", due_at=DAY, visits={"nap": 1})
    moved, effects = move(waiting, old, new, HOUR)
    assert (moved, effects) == (replace(waiting, version=2), ())
    moment = Moment(new, DAY, Standing(), Calendar(), lambda: Person(1, changes=(PropertyChange(0, 1, EMAIL, 1),)))
    assert [each.body.get("letter") for each in step(moved, None, moment)[1] if each.kind == "letter"] == ["Bye"]
    gone, effects = move(waiting, old, replace(new, definition=Campaign([A, BYE])), HOUR)
    assert (gone.ended, [each.body for each in effects]) == ("node removed", [{"reason": "node removed"}])
    assert leave(gone, "removed", old, HOUR) == (gone, ())


# --- merges ---------------------------------------------------------------------------------------------------------


def test_of_two_journeys_in_one_campaign_the_further_one_stays() -> None:
    workflow = [A, Wait("1d"), Wait("1d"), HI]
    told = story(workflow).set(-24, 2, **EMAIL).did("A", 0).did("A", 20, who=2).join(1, 2, 30)
    assert told.told("letter", "exit") == [(30, "exit", "merged"), (48, "letter", "Hi"), (48, "exit", "end")]


def test_a_journey_of_one_goes_on_under_the_other_and_inherited_events_trigger_nothing() -> None:
    told = story([A, Wait("1d"), Filter(did("B"), yes=[HI])]).did("A", 0).did("B", 1, who=2).join(1, 2, 2)
    assert told.told("entered", "letter") == [(0, "entered", None), (24, "letter", "Hi")]


def test_entry_limits_add_up_over_a_merge_and_part_again() -> None:
    workflow = [A, Limit(3, no=[SendMessage("third")])]
    told = story(workflow).did("A", 0).did("A", 1, who=2).join(2, 1, 2)
    assert [hour for hour, _, _ in told.did("A", 3).told("message")] == [3]
    parted = story(workflow).did("A", 0).did("A", 1, who=2).join(2, 1, 2, until=2.5).did("A", 3)
    assert parted.told("message") == []


def test_a_letter_that_one_of_them_got_is_not_sent_again_after_a_merge() -> None:
    told = story([A, HI]).set(-24, 2, **EMAIL).did("A", 0).join(1, 2, 1).did("A", 2, who=2)
    assert told.told("letter", "skip") == [(0, "letter", "Hi"), (2, "skip", "already sent")]


def test_standings_unite() -> None:
    one = Standing({"limit-1": 2}, frozenset({"Hi"}), (3,), 1, 5, False, frozenset({"News"}))
    other = Standing({"limit-1": 1, "b": 1}, frozenset({"Bye"}), (2,), 0, None, True)
    assert united([one, other]) == Standing(
        {"limit-1": 3, "b": 1}, frozenset({"Hi", "Bye"}), (2, 3), 1, 5, True, frozenset({"News"})
    )


# --- carts ----------------------------------------------------------------------------------------------------------


def test_what_did_not_happen_after_all_takes_back_what_waits_because_of_it() -> None:
    left = Trigger.event("Cart abandoned")
    told = story([left, Wait("2h"), HI, Wait("2h"), BYE], entry="every event").did("Cart abandoned", 0)
    told.did("Cart abandoned", 1).did("Cart retracted", 2.5, properties={"event": "Cart abandoned", "retracts": 2})
    assert told.told() == [
        (2, "letter", "Hi"),
        (2.5, "exit", "retracted"),
        (3, "skip", "already sent"),
        (5, "letter", "Bye"),
        (5, "exit", "end"),
    ]


def test_a_letter_put_off_is_not_sent_once_its_reason_is_taken_back_even_during_a_pause() -> None:
    told = story([A, HI], {"paused": (Range(NOON + 11 * HOUR, NOON + 13 * HOUR),)}, quiet_hours=("22:00", "08:00"))
    told.did("A", 10.5).did("Cart retracted", 12, properties={"event": "A", "retracts": 2})
    assert told.told() == [(12, "skip", "retracted"), (12, "exit", "retracted")]


def test_conditions_know_of_what_was_taken_back_from_then_on_only() -> None:
    asks = Filter(did("Cart abandoned"), yes=[HI], no=[BYE])
    told = story([A, asks], entry="every event", start=None).did("Cart abandoned", 0).did("A", 1)
    told.did("Cart retracted", 2, properties={"event": "Cart abandoned", "retracts": 2}).did("A", 3)
    assert told.told("letter") == [(1, "letter", "Hi"), (3, "letter", "Bye")]


# --- lists ----------------------------------------------------------------------------------------------------------


def test_conditions_follow_a_list_from_the_step_on_that_changes_it() -> None:
    on_list = in_segment("Callers", stands_for=Cohort(7))
    told = story(
        [A, AddTo("Callers"), Filter(on_list, yes=[HI]), Wait("1h"), RemoveFrom("Callers"), Filter(on_list, no=[BYE])]
    )
    assert told.did("A", 0).told("letter") == [(0, "letter", "Hi"), (1, "letter", "Bye")]


def test_what_a_campaign_does_to_a_list_starts_nobody_in_it() -> None:
    left = Trigger.left(in_segment("Callers", stands_for=Cohort(7)))
    told = story([A, left, AddTo("Callers"), Wait("1h"), RemoveFrom("Callers"), HI], entry="every event")
    assert told.did("A", 0).told("letter") == [(1, "letter", "Hi")]
