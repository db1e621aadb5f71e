"""Who enters a campaign and when, and the first campaign of the seed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories import BYE, HI, NOON, A, Story, letters, story
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.nodes import (
    Filter,
    Limit,
    SendLetter,
    SendMessage,
    Wait,
)
from tracktor_nb.semantics.period import HOUR
from tracktor_nb.semantics.trigger import Trigger

# --- the seed's first workflow campaign (3.4.5) ---------------------------------------------------------------------

UPGRADE = [Trigger.event("Watch movie"), Limit(20, no=[Filter(has("plan", "is", "free"), yes=[SendLetter("Upgrade")])])]


def watched(times: int, plan: str, run: dict[str, Any] | None = None, **options: Any) -> Story:
    told = story(UPGRADE, run, **options).set(-24, plan=plan)
    for hour in range(1, times + 1):
        told.did("Watch movie", hour)
    return told


def test_a_free_plan_person_gets_one_letter_at_exactly_the_20th_movie() -> None:
    assert letters(watched(19, "free").effects()) == []
    assert letters(watched(20, "free").effects()) == [20]
    assert letters(watched(21, "free").effects()) == [20]
    assert watched(21, "free").told("skip") == [(21, "skip", "already sent")]


def test_a_paid_plan_person_gets_none() -> None:
    assert letters(watched(30, "pro").effects()) == []


@pytest.mark.parametrize(("launched", "expected"), [(10.5, 20), (19.5, 20), (20.5, 20.5), (25.5, 25.5)])
def test_earlier_movies_count_if_asked_and_who_is_past_20_starts_once_at_run(launched: float, expected: float) -> None:
    run = {"launched_at": NOON + round(launched * HOUR)}
    assert letters(watched(30, "free", dict(run), count_earlier=True).effects()) == [expected]
    assert letters(watched(30, "pro", dict(run), count_earlier=True).effects()) == []


def test_earlier_movies_do_not_count_unasked() -> None:
    assert letters(watched(30, "free", {"launched_at": NOON + 15 * HOUR}).effects()) == []
    assert letters(watched(34, "free", {"launched_at": NOON + 15 * HOUR}).effects()) == [34]


# --- who enters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "entered", "refused"),
    [
        ("one at a time", [0, 30], ["already inside"]),
        ("once", [0], ["entered before", "entered before"]),
        ("every event", [0, 1, 30], []),
        ("again after 2d", [0], ["already inside", "entered lately"]),
        ("again after 30h", [0, 30], ["already inside"]),
    ],
)
def test_the_entry_policy_decides_who_may_start_again(entry: str, entered: list[int], refused: list[str]) -> None:
    told = story([A, Wait("1d")], entry=entry).did("A", 0).did("A", 1).did("A", 30)
    assert [hour for hour, _, _ in told.told("entered")] == entered
    assert [reason for _, _, reason in told.told("refused")] == refused


def test_only_people_of_the_start_enter() -> None:
    told = (
        story([A, HI], start=has("plan", "is", "free")).set(-1, plan="pro").did("A", 0).set(1, plan="free").did("A", 2)
    )
    assert told.told("refused", "letter") == [(0, "refused", "not among its people"), (2, "letter", "Hi")]


def test_late_and_imported_events_and_bots_trigger_nothing() -> None:
    late = story([A, HI]).did("A", 0, late=24.1)
    assert late.told("refused", "letter") == [(24.1, "refused", "late")]
    assert story([A, HI]).did("A", 0, late=24).told("letter") == [(24, "letter", "Hi")]
    assert story([A, HI]).did("A", 0, imported=True).told("refused", "letter") == [(0, "refused", "imported")]
    assert story([A, HI]).did("A", 0, bot=True).told("refused", "letter") == []
    assert story([A, HI], include_bots=True).did("A", 0, bot=True).told("letter") == [(0, "letter", "Hi")]


def test_imported_history_triggers_in_a_rehearsal() -> None:
    told = story([A, HI], {"rehearsal": True}).did("A", 0, imported=True)
    assert told.told("letter") == [(0, "letter", "Hi")]


def test_a_rehearsal_counts_letters_as_sent() -> None:
    sent = [A, HI, Filter(did("Letter sent", where=has("letter", "is", "Hi")), yes=[BYE])]
    assert [what for _, _, what in story(sent, {"rehearsal": True}).did("A", 0).told("letter")] == ["Hi", "Bye"]
    assert [what for _, _, what in story(sent).did("A", 0).told("letter")] == ["Hi"]


def test_a_changed_property_triggers_and_one_set_to_what_it_was_does_not() -> None:
    workflow = [Trigger.changed("plan", has("plan", "is", "pro")), SendMessage("Hi")]
    told = story(workflow)
    for hour, plan in enumerate(["free", "pro", "pro", "free", "pro"]):
        told.set(hour, plan=plan)
    assert [hour for hour, _, _ in told.told("message")] == [1, 4]


def test_segments_are_entered_and_left_exactly_on_time() -> None:
    often = did("A", at_least=2, within="1d")
    entered = story([Trigger.entered(often), SendMessage("in")]).did("A", 0).did("A", 2)
    assert [hour for hour, _, _ in entered.told("message")] == [2]
    left = story([Trigger.left(often), SendMessage("out")]).did("A", 0).did("A", 2)
    assert [effect.at for effect in left.effects() if effect.kind == "message"] == [NOON + 24 * HOUR + 1]


def test_members_present_at_run_start_only_if_they_shall() -> None:
    workflow, launched = [Trigger.entered(has("plan", "is", "free")), HI], NOON
    assert story(workflow, {"launched_at": launched}).set(-1, plan="free").told("letter") == []
    run = {"launched_at": launched, "start_present": True}
    assert story(workflow, run).set(-1, plan="free").told("letter") == [(0, "letter", "Hi")]


def test_a_merge_makes_nobody_enter_a_segment() -> None:
    workflow = [Trigger.entered(did("A", at_least=2)), HI]
    joined = story(workflow).did("A", 0).did("A", 1, who=2).join(2, 1, 2)
    assert joined.told("letter") == []
    assert joined.did("A", 3).told("letter") == []


def test_a_date_triggers_so_many_days_before_at_a_time_of_day() -> None:
    told = story([Trigger.date("renews", days=-3, at="09:00"), HI]).set(0, renews="2026-11-25T18:00:00")
    assert told.told("letter") == [(3 * 24 + 21, "letter", "Hi")]


def test_a_schedule_triggers_on_its_weekdays() -> None:
    told = story([Trigger.schedule("09:00", on=["mon"]), SendMessage("Hi")])
    assert [hour for hour, _, _ in told.told("message")] == [117, 117 + 168, 117 + 336, 117 + 504]
