from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import SiteLog, calendars, instants_near, segments, site_logs
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did, did_not, has
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.period import DAY, HOUR, Calendar
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.segment import Segment, exists, membership

UTC = Calendar()


def test_nobody_belongs_to_anything_before_being_known() -> None:
    newcomer = Person(1, (Event(100, 1, "A"),), (PropertyChange(200, 2, {"plan": "free"}),))
    for segment in (Segment(did_not("Buy")), Segment(has("plan", "is not", "gold")), Segment(~did("Buy"))):
        assert membership(segment, newcomer, 99, UTC) == (False, 100)
        assert membership(segment, newcomer, 100, UTC)[0]


def test_people_known_by_properties_alone_belong() -> None:
    imported = Person(1, (), (PropertyChange(100, 1, {"plan": "free"}),))
    assert membership(Segment(did_not("Buy")), imported, 100, UTC) == (True, None)


def test_bots_belong_only_when_asked_for() -> None:
    bot = Person(1, (Event(100, 1, "A", bot=True),))
    assert not exists(bot, 100)
    assert exists(bot, 100, include_bots=True)
    assert membership(Segment(did_not("Buy")), bot, 100, UTC) == (False, None)
    assert membership(Segment(did_not("Buy"), include_bots=True), bot, 100, UTC) == (True, None)
    assert membership(Segment(did("A"), include_bots=True), bot, 100, UTC) == (True, None)


def test_members_leave_exactly_when_their_window_closes() -> None:
    person = Person(1, (Event(0, 1, "A"),))
    active = Segment(did("A", within="1d"))
    assert membership(active, person, 0, UTC) == (True, DAY + 1)
    assert membership(active, person, DAY + 1, UTC) == (False, None)


@pytest.mark.parametrize("condition", [None, "did('A')", True, Segment(did("A"))])
def test_a_segment_needs_a_condition(condition: Any) -> None:
    with pytest.raises(DefinitionError, match=r"needs a condition such as has\(...\) or did\(...\)"):
        Segment(condition)


def test_bots_are_in_or_out() -> None:
    with pytest.raises(DefinitionError, match=r"include_bots='no' in Segment\(…\) must be one of False, True"):
        Segment(did("A"), include_bots="no")


@pytest.mark.parametrize(
    ("segment", "rule"),
    [
        (Segment(did("Buy", within="7d")), "people who did 'Buy' in the last 7 days · bots out"),
        (Segment(did_not("Buy")), "people who did not do 'Buy' · bots out"),
        (Segment((did("A") | did("B")) & ~did("C")), "people who (did 'A' or did 'B') and not (did 'C') · bots out"),
        (Segment(~did("A")), "people where not (did 'A') · bots out"),
        (Segment(has("plan", "is", "free"), include_bots=True), "people where plan is 'free' · bots in"),
    ],
)  # fmt: skip
def test_the_rule_stands_beside_the_number(segment: Segment, rule: str) -> None:
    assert segment.rule() == rule


@settings(max_examples=300)
@given(segments(), site_logs(), calendars(), st.data(), st.randoms(use_true_random=False))
def test_membership_stands_until_it_says(
    segment: Segment, log: SiteLog, calendar: Calendar, data: st.DataObject, random: Random
) -> None:
    at = data.draw(instants_near(log.times, log.anchor))
    for person in log.people().values():
        member, recheck_at = membership(segment, person, at, calendar)
        assert not member or exists(person, at, segment.include_bots)
        until = recheck_at or at + 100 * DAY
        for moment in {until - 1, (at + until) // 2, min(at + random.randrange(24 * 40) * HOUR, until - 1)}:
            assert membership(segment, person, moment, calendar)[0] is member
