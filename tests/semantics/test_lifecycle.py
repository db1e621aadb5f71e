"""What one person is in each period, told by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.lifecycle import Lifecycle, states
from tracktor_nb.semantics.period import DAY, Calendar, Range
from tracktor_nb.semantics.person import Person

UTC = Calendar()
MONDAY = UTC.parse("2026-03-02")


def told(days: list[float], asked: Lifecycle, within: tuple[float, float] = (0, 30), now: float = 30) -> dict[int, str]:
    """Return the state by the number of the day."""
    events = tuple(Event(MONDAY + round(day * DAY), seq, "A") for seq, day in enumerate(days))
    bounds = Range(*(MONDAY + round(each * DAY) for each in within))
    found = states(asked, Person(1, events), bounds, MONDAY + round(now * DAY), UTC)
    return {(start - MONDAY) // DAY: state for start, state in found.items()}


DAILY = Lifecycle("A", freq="day")


def test_a_person_is_new_then_returning_then_dormant_then_resurrected() -> None:
    assert told([0, 0.5, 1, 4], DAILY) == {0: "new", 1: "returning", 2: "dormant", 4: "resurrected", 5: "dormant"}


def test_what_was_before_the_range_counts_for_who_is_what() -> None:
    assert told([0, 1, 4], DAILY, within=(1, 30)) == {1: "returning", 2: "dormant", 4: "resurrected", 5: "dormant"}
    assert told([0, 1], DAILY, within=(2, 30)) == {2: "dormant"}
    assert told([0, 1], DAILY, within=(3, 30)) == {}


def test_a_period_in_which_the_range_begins_counts_whole() -> None:
    assert told([0.1, 1], DAILY, within=(0.5, 30)) == {0: "new", 1: "returning", 2: "dormant"}


def test_nobody_is_dormant_in_a_period_that_has_not_begun() -> None:
    assert told([0, 1], DAILY, now=1.5) == {0: "new", 1: "returning"}
    assert told([0, 1], DAILY, now=2) == {0: "new", 1: "returning", 2: "dormant"}
    assert told([0, 1, 3], DAILY, within=(0, 2)) == {0: "new", 1: "returning"}


def test_weeks_begin_on_monday() -> None:
    assert told([6, 7, 21], Lifecycle("A", freq="week")) == {
        0: "new",
        7: "returning",
        14: "dormant",
        21: "resurrected",
        28: "dormant",
    }


def test_any_activity_is_what_people_do() -> None:
    rows = (Event(MONDAY, 1, "Letter sent"), Event(MONDAY + DAY, 2, "B"), Event(MONDAY + 2 * DAY, 3, "B", bot=True))
    found = states(Lifecycle(freq="day"), Person(1, rows), Range(0, 2**60), MONDAY + 2 * DAY, UTC)
    assert found == {MONDAY + DAY: "new", MONDAY + 2 * DAY: "dormant"}


def test_only_those_are_asked_about_who_meet_among() -> None:
    assert told([0], Lifecycle("A", freq="day", among=did("A", at_least=2))) == {}
    assert told([0, 1], Lifecycle("A", freq="day", among=did("A", at_least=2))) != {}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Lifecycle(""), "needs the name of an event"),
        (lambda: Lifecycle("A", freq="year"), "freq='year'"),
        (lambda: Lifecycle("A", among=3), "among= in"),
        (lambda: Lifecycle("A", include_bots="no"), "include_bots='no'"),
    ],
)
def test_what_is_no_lifecycle_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()
