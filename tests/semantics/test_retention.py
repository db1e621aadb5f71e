"""Retention of one person, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.period import DAY, HOUR, Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.retention import Retained, Retention, cell, retained

UTC = Calendar()
MONDAY = UTC.parse("2026-03-02")


def person(*happened: tuple[str, float]) -> Person:
    """Somebody who did these events so many days after Monday the 2nd of March 2026."""
    rows = [(MONDAY + round(days * DAY), name) for name, days in happened]
    return Person(1, tuple(Event(time, seq, name) for seq, (time, name) in enumerate(rows)))


def stay(retention: Retention, somebody: Person, days: tuple[int, int] = (0, 30), now: float = 60) -> Retained | None:
    within = Range(MONDAY + days[0] * DAY, MONDAY + days[1] * DAY)
    return retained(retention, somebody, within, MONDAY + round(now * DAY), UTC)


def periods(retention: Retention, somebody: Person, **asked: Any) -> list[int] | None:
    found = stay(retention, somebody, **asked)
    return None if found is None else sorted(found.periods)


ANN = person(("Sign up", 0.5), ("Visit", 0.5), ("Visit", 0.9), ("Visit", 2.1), ("Visit", 9), ("Sign up", 12))


def test_days_are_counted_from_the_day_of_the_start() -> None:
    assert periods(Retention("Sign up", "Visit"), ANN) == [0, 2]
    assert periods(Retention("Sign up", "Visit", periods=10), ANN) == [0, 2, 9]
    assert periods(Retention("Sign up", "Visit", freq="week", periods=2), ANN) == [0, 1]


def test_on_or_after_counts_every_period_up_to_the_last_return() -> None:
    assert periods(Retention("Sign up", "Visit", kind="on or after", periods=4), ANN) == [0, 1, 2, 3, 4]
    assert periods(Retention("Sign up", "Visit", kind="on or after"), ANN, days=(0, 3)) == [0, 1, 2]


def test_rolling_days_are_24_hours_from_the_own_start() -> None:
    late = person(("Sign up", 0.75), ("Visit", 1.5), ("Visit", 1.75))
    assert periods(Retention("Sign up", "Visit"), late) == [1]
    assert periods(Retention("Sign up", "Visit", clock="rolling"), late) == [0, 1]


def test_the_start_itself_is_no_return_but_what_follows_at_the_same_instant_is() -> None:
    assert periods(Retention("Visit"), person(("Visit", 1))) == []
    assert periods(Retention("Visit"), person(("Visit", 1), ("Visit", 1))) == [0]
    assert periods(Retention("B", "A"), person(("A", 1), ("B", 1))) == []


def test_a_cohort_is_that_of_the_first_start_ever_or_in_the_range() -> None:
    assert stay(Retention("Sign up"), ANN, days=(10, 30)) is None
    found = stay(Retention("Sign up", cohort="first in range", freq="week"), ANN, days=(10, 30))
    assert found is not None
    assert (found.start.time, found.cohort) == (MONDAY + 12 * DAY, MONDAY + 7 * DAY)


def test_returns_count_until_the_range_ends_or_until_now() -> None:
    asked = {"days": (0, 2), "now": 20}
    assert periods(Retention("Sign up", "Visit", periods=9), ANN, **asked) == [0]
    assert periods(Retention("Sign up", "Visit", periods=9, until="now"), ANN, **asked) == [0, 2, 9]
    assert periods(Retention("Sign up", "Visit", periods=9, until="now"), ANN, days=(0, 2), now=8) == [0, 2]


def test_what_has_not_happened_yet_is_no_start() -> None:
    assert stay(Retention("Sign up"), person(("Sign up", 5)), now=4.9) is None
    assert stay(Retention("Sign up"), person(("Sign up", 5)), now=5) is not None


def test_bots_neither_begin_nor_return_unless_asked_for() -> None:
    bot = Person(1, (Event(MONDAY, 1, "Visit", bot=True), Event(MONDAY + 1, 2, "Visit", bot=True)))
    assert stay(Retention("Visit"), bot) is None
    assert periods(Retention("Visit", include_bots=True), bot) == [0]


def test_what_the_system_does_is_no_activity() -> None:
    somebody = person(("Sign up", 0), ("Letter sent", 1), ("Letter clicked", 2), ("Visited Site", 3))
    assert periods(Retention("Sign up"), somebody) == [2]
    assert periods(Retention("Sign up", "Letter sent"), somebody) == [1]


def test_only_those_are_asked_about_who_meet_among_when_the_range_ends() -> None:
    buyers = Retention("Sign up", "Visit", among=did("Visit", at_least=3))
    assert stay(buyers, ANN) is not None
    assert stay(buyers, ANN, days=(0, 1)) is None


def test_a_step_may_ask_for_arguments() -> None:
    rows = (Event(MONDAY, 1, "Buy", {"n": 1}), Event(MONDAY + DAY, 2, "Buy", {"n": 2}))
    second = Retention(Step("Buy", has("n", ">", 1)), freq="day")
    found = stay(second, Person(1, rows))
    assert found is not None
    assert found.cohort == MONDAY + DAY


def test_a_day_of_23_hours_is_one_day() -> None:
    vienna = Calendar("Europe/Vienna")
    start = vienna.parse("2026-03-28T23:30:00")
    events = (Event(start, 1, "A"), Event(start + 23 * HOUR, 2, "A"), Event(start + 24 * HOUR, 3, "A"))
    found = retained(Retention("A"), Person(1, events), Range(0, 2**60), start + 9 * DAY, vienna)
    assert found is not None
    assert found.periods == {1, 2}


def test_a_cell_reaches_from_its_first_person_to_its_last() -> None:
    assert cell(Retention("A", freq="week"), MONDAY, 2, UTC) == Range(MONDAY + 14 * DAY, MONDAY + 21 * DAY)
    rolling = Retention("A", freq="week", clock="rolling")
    assert cell(rolling, MONDAY, 2, UTC) == Range(MONDAY + 14 * DAY, MONDAY + 28 * DAY)
    assert cell(Retention("A", freq="month"), UTC.parse("2026-01-01"), 1, UTC).end == UTC.parse("2026-03-01")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Retention(None), "needs the event that people begin with"),
        (lambda: Retention(""), "needs the name of an event"),
        (lambda: Retention("A", kind="within"), "kind='within' .* 'on', 'on or after'"),
        (lambda: Retention("A", freq="hour"), "freq='hour' .* 'day', 'week', 'month'"),
        (lambda: Retention("A", periods=0), "periods=0 .* 1 to 366"),
        (lambda: Retention("A", periods=True), "periods=True"),
        (lambda: Retention("A", cohort="any"), "cohort='any'"),
        (lambda: Retention("A", clock="24h"), "clock='24h'"),
        (lambda: Retention("A", until="later"), "until='later'"),
        (lambda: Retention("A", among="B"), "among= in .* needs a condition"),
        (lambda: Retention("A", by=""), "by= in .* needs the name of a property"),
        (lambda: Retention("A", include_bots=1), "include_bots=1"),
    ],
)  # fmt: skip
def test_what_is_no_retention_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()


def test_the_rule_says_every_choice() -> None:
    rule = Retention("Sign up", "Visit", kind="on or after", clock="rolling", freq="week", by="plan").rule()
    for part in ("week of their first 'Sign up' ever", "did 'Visit' after that, in week n or later", "168 hours"):
        assert part in rule
    for part in ("until the range ends", "unique people", "bots out", "by plan at the start", "left out of averages"):
        assert part in rule
