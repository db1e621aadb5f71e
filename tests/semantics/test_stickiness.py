"""In which periods one person was active, counted by hand."""

from __future__ import annotations

import pytest

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.period import DAY, Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.stickiness import Stickiness, active_periods

UTC = Calendar()
MONDAY = UTC.parse("2026-03-02")
DAYS = (0, 0.2, 1, 3.5, 8)
SOMEBODY = Person(1, tuple(Event(MONDAY + round(day * DAY), seq, "A") for seq, day in enumerate(DAYS)))


def active(asked: Stickiness, start: float = 0, end: float = 30, now: float = 30) -> list[int]:
    bounds = Range(MONDAY + round(start * DAY), MONDAY + round(end * DAY))
    return [(each - MONDAY) // DAY for each in active_periods(asked, SOMEBODY, bounds, MONDAY + round(now * DAY), UTC)]


def test_a_period_counts_once_however_often_somebody_was_active_in_it() -> None:
    assert active(Stickiness("A")) == [0, 1, 3, 8]
    assert active(Stickiness("A", freq="week")) == [0, 7]
    assert active(Stickiness()) == [0, 1, 3, 8]
    assert active(Stickiness("B")) == []


def test_only_what_happened_in_the_range_and_by_now_counts() -> None:
    assert active(Stickiness("A"), start=0.1, end=8) == [0, 1, 3]
    assert active(Stickiness("A"), start=0.5) == [1, 3, 8]
    assert active(Stickiness("A"), now=3.5) == [0, 1, 3]
    assert active(Stickiness("A"), now=3.4) == [0, 1]


def test_only_those_are_asked_about_who_meet_among() -> None:
    assert active(Stickiness("A", among=did("B"))) == []


def test_what_is_no_stickiness_is_refused() -> None:
    with pytest.raises(DefinitionError, match="freq='decade'"):
        Stickiness("A", freq="decade")  # type: ignore[arg-type]
