"""Conditions over everybody: closed windows, missing values under negations, operators that look back from an event."""

from __future__ import annotations

from typing import Any

import pytest

from tests.logs import log_of
from tests.strategies import SiteLog
from tracktor_nb.analysis.conditions import truth
from tracktor_nb.analysis.segments import members
from tracktor_nb.semantics.condition import Condition, did, did_not, has
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.period import DAY, SECOND, Calendar
from tracktor_nb.semantics.segment import Segment

T = 1_790_000_000_000_000
UTC = Calendar()
EVENTS = (
    Event(T, 1, "Buy", {"price": 5, "due": T / SECOND - 60}, 1),
    Event(T + DAY, 2, "Buy", {"price": 50, "due": T / SECOND}, 1),
    Event(T, 3, "Visit", {}, 2),
    Event(T, 4, "Buy", {}, 3, bot=True),
)
CHANGES = (PropertyChange(T, 5, {"plan": "free"}, 1), PropertyChange(T + 1, 6, {"plan": "gold"}, 2))
LOG = log_of(SiteLog(T, EVENTS, CHANGES, ()))


def holds_for(condition: Condition, at: int = T + DAY, **options: Any) -> list[int]:
    ids: list[int] = LOG.identities.ids[LOG.people[truth(condition, LOG, at, UTC, **options)]].tolist()
    return ids


@pytest.mark.parametrize(
    ("condition", "people"),
    [
        (has("plan", "is not", "free"), [2, 3]),
        (has("plan", "is set"), [1, 2]),
        (did("Buy"), [1]),
        (did("Buy", at_least=2), [1]),
        (did("Buy", at_most=1), [2, 3]),
        (did("Buy", where=has("price", ">", 10)), [1]),
        (did("Buy", where=has("price", ">", 100)), []),
        (did_not("Buy"), [2, 3]),
        (did_not("Buy", known_for="1d"), [2, 3]),
        (did_not("Buy", known_for="2d"), []),
        (did("Buy") | did("Visit"), [1, 2]),
        (did("Buy") & has("plan", "is", "gold"), []),
        (~did("Buy"), [2, 3]),
    ],
    ids=repr,
)
def test_a_condition_picks_its_people(condition: Condition, people: list[int]) -> None:
    assert holds_for(condition) == people


def test_a_window_holds_both_its_ends() -> None:
    once = did("Buy", exactly=2, within="1d")
    assert holds_for(once, T + DAY) == [1]
    assert holds_for(once, T + DAY + 1) == []
    assert holds_for(did("Buy", within="1d"), T - 1) == []


def test_in_the_last_looks_back_from_the_event_itself() -> None:
    assert holds_for(did("Buy", where=has("due", "in the last", "1m"))) == [1]
    assert holds_for(did("Buy", exactly=2, where=has("due", "in the last", "1m"))) == []
    assert holds_for(did("Buy", exactly=2, where=has("due", "in the last", "1d"))) == [1]


def test_bots_are_left_out_unless_asked_for() -> None:
    assert holds_for(did("Buy"), include_bots=True) == [1, 3]
    ids = LOG.identities.ids
    assert ids[members(Segment(did_not("Visit")), LOG, T + DAY, UTC)].tolist() == [1]
    assert ids[members(Segment(did_not("Visit"), include_bots=True), LOG, T + DAY, UTC)].tolist() == [1, 3]


def test_nobody_is_a_member_before_being_known() -> None:
    assert len(members(Segment(did_not("Buy")), LOG, T - 1, UTC)) == 0
