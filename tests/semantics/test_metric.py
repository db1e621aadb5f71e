"""What metrics say of one person, row by row of the table in SEMANTICS 5, and what cannot be measured."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.metric_truth import Answers
from tests.strategies import SiteLog, calendars, instants, metrics, site_logs
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.metric_counts import divided, occurrences
from tracktor_nb.semantics.metric_passage import passage
from tracktor_nb.semantics.metric_values import is_summand
from tracktor_nb.semantics.period import DAY, Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.truth import matches

VISITS = Person(1, (Event(9, 1, "Visit"), Event(10, 2, "Visit", {"n": 1}), Event(11, 3, "Visit", bot=True)))
UTC, WHOLE = Calendar(), Range(0, 100)


def person(story: str, id: int = 1) -> Person:
    """A person who did the letters of the story, one an instant from 1 on; a dot is an instant of nothing."""
    events = [Event(time, time, name) for time, name in enumerate(story, start=1) if name != "."]
    return Person(id, tuple(events))


def total(metric: Metric, *people: Person, within: Range = WHOLE, now: int = 1000) -> float | None:
    answers = Answers(metric, dict(enumerate(people)), within, now, UTC)
    return answers.value(None, answers.read)


def test_events_of_the_range_count_bots_left_out() -> None:
    visits = Metric.times_happened("Visit")
    assert [event.seq for event in occurrences(visits, VISITS, Range(9, 11), UTC)] == [1, 2]
    assert [event.seq for event in occurrences(visits, VISITS, Range(10, 12), UTC)] == [2]
    with_bots = Metric.times_happened("Visit", include_bots=True)
    assert [event.seq for event in occurrences(with_bots, VISITS, Range(10, 12), UTC)] == [2, 3]
    filtered = Metric.times_happened("Visit", where=has("n", "is set"))
    assert [event.seq for event in occurrences(filtered, VISITS, Range(0, 99), UTC)] == [2]


@pytest.mark.parametrize(
    ("metric", "value", "empty"),
    [
        (Metric.people_who_did("A"), 2, 0),
        (Metric.times_happened("A"), 5, 0),
        (Metric.times_per_person("A"), 2.5, None),
        (Metric.conversion_rate("A", "B"), 0.5, None),
        (Metric.conversion_rate("A", "B", repeatable=True), 0.2, None),
        (Metric.time_between("A", "A"), 1.5, None),
        (Metric.total_value("n", event="A"), 0, 0),
        (Metric.average_value("n", event="A"), 0, 0),
    ],
)
def test_counts_of_nothing_are_zero_and_ratios_of_nothing_are_missing(
    metric: Metric, value: float, empty: float | None
) -> None:
    assert total(metric, person("AAAB"), person(".A.A")) == value
    assert total(metric, person("C")) == empty
    assert divided(1, 0) is None


@pytest.mark.parametrize(
    ("story", "within", "counted"),
    [
        ("AB", (0, 9), (1, 2)),
        ("A.B", (0, 3), (1, None)),  # the second one comes after the range
        ("BA", (2, 9), None),  # the second one came first, before the range
        ("BAB", (0, 9), None),  # "first ever": that it comes again does not help
        ("BA", (0, 9), None),  # ... and before the first in the range is enough, also within it
        ("AAB", (2, 9), (2, 3)),  # the first in the range begins
        ("ABA", (3, 9), None),  # was converted before the range
        ("CB", (0, 9), None),  # never began
    ],
)
def test_a_conversion_counts_people_whose_first_ever_second_event_comes_after(
    story: str, within: tuple[int, int], counted: tuple[int, int | None] | None
) -> None:
    found = passage(Metric.conversion_rate("A", "B"), person(story), Range(*within), 100, UTC)
    assert (None if found is None else (found.start.time, found.end.time if found.end else None)) == counted


@pytest.mark.parametrize(
    ("story", "within", "counted"),
    [
        ("AA", (0, 9), (1, 2)),
        ("A", (0, 9), (1, None)),
        ("AAA", (0, 9), (1, 2)),
        ("AAA", (3, 9), None),  # the second ever came before the range
        ("AA", (2, 9), (2, None)),  # the first in the range is the second ever: not before it, and not after
    ],
)
def test_of_the_same_event_twice_the_second_occurrence_ever_is_meant(
    story: str, within: tuple[int, int], counted: tuple[int, int | None] | None
) -> None:
    found = passage(Metric.conversion_rate("A", "A"), person(story), Range(*within), 100, UTC)
    assert (None if found is None else (found.start.time, found.end.time if found.end else None)) == counted


@pytest.mark.parametrize(("measure", "waits"), [(Metric.conversion_rate, 1.0), (Metric.time_between, 2)])
def test_the_second_event_may_come_until_the_range_ends_or_until_now(measure: Any, waits: float) -> None:
    late = person("A.B")
    assert not total(measure("A", "B"), late, within=Range(0, 3))
    assert total(measure("A", "B", until="now"), late, within=Range(0, 3)) == waits
    assert not total(measure("A", "B", until="now"), late, within=Range(0, 2), now=2)


def test_a_repeatable_rate_counts_times_and_may_exceed_one() -> None:
    assert total(Metric.conversion_rate("A", "B", repeatable=True), person("BABB"), person("A")) == 1.5


@pytest.mark.parametrize(
    ("story", "time"), [("A.B", 2), ("BA.B", 2), ("AAB", 2), ("ABB", 1), ("BA", None), ("AB", 1)]
)  # fmt: skip
def test_time_runs_from_the_first_event_to_the_next_second_one(story: str, time: int | None) -> None:
    assert total(Metric.time_between("A", "B"), person(story)) == time


def test_at_equal_times_arrival_decides_what_is_after() -> None:
    tied = Person(1, (Event(5, 1, "B"), Event(5, 2, "A"), Event(5, 3, "B")))
    assert total(Metric.time_between("A", "B"), tied) == 0
    assert total(Metric.conversion_rate("A", "B"), tied) is None


def test_steps_are_filtered_each_by_its_own_condition() -> None:
    bought = Person(1, (Event(1, 1, "A", {"n": 1}), Event(2, 2, "A", {"n": 2}), Event(3, 3, "A", {"n": 1})))
    between = Metric.time_between(Step("A", has("n", "is", 2)), Step("A", has("n", "is", 1)))
    assert total(between, bought) == 1


def test_only_people_asked_about_count_as_of_the_end_of_the_range() -> None:
    one, other = Person(1, (Event(1, 1, "A"), Event(2, 2, "B"))), Person(2, (Event(1, 3, "A"), Event(50, 4, "B")))
    asked = Metric.people_who_did("A", among=did("B"))
    assert total(asked, one, other, within=Range(0, 10)) == 1
    assert total(asked, one, other, within=Range(0, 60)) == 2


# --- values ---------------------------------------------------------------------------------------------------------

BUYER = Person(
    1,
    (Event(1, 1, "Buy", {"price": 10}), Event(2, 2, "Buy", {"price": 5.5}), Event(3, 3, "Buy", {"price": "free"})),
    (PropertyChange(1, 4, {"seats": 3}), PropertyChange(6, 5, {"seats": 5}), PropertyChange(8, 6, {"seats": "many"})),
)
VISITOR = Person(2, (Event(4, 7, "Visit"),))


@pytest.mark.parametrize(
    ("metric", "end", "value"),
    [
        (Metric.total_value("price", event="Buy"), 10, 15.5),
        (Metric.total_value("price", event="Buy", where=has("price", "<", 9)), 10, 5.5),
        (Metric.average_value("price", event="Buy", per="set"), 10, 7.75),  # what is no number is left out
        (Metric.average_value("price", event="Buy", per="person who did"), 10, 15.5),
        (Metric.average_value("price", event="Buy"), 10, 7.75),  # of two people
        (Metric.average_value("price", event="Buy"), 4, 15.5),  # the visitor was not known yet
        (Metric.average_value("price", event="Buy", per="person who did", did="Visit"), 10, 15.5),
        (Metric.total_value("seats"), 6, 3),  # as of the end of the range
        (Metric.total_value("seats"), 7, 5),
        (Metric.total_value("seats"), 10, 0),
        (Metric.average_value("seats"), 7, 2.5),
        (Metric.average_value("seats", per="person who did", did="Visit"), 7, 5),
        (Metric.average_value("seats", per="set"), 10, 4),
        (Metric.total_value("seats", among=did("Visit")), 7, 0),
    ],
)
def test_values_add_up_over_events_over_what_was_set_or_as_they_stand(metric: Metric, end: int, value: float) -> None:
    assert total(metric, BUYER, VISITOR, within=Range(0, end)) == value


def test_what_is_no_number_or_too_large_to_add_up_is_left_out() -> None:
    assert [is_summand(value) for value in (1, -2.5, True, "1", None, [1], 1e300)] == [True, True, *[False] * 5]
    assert Answers(Metric.total_value("price", event="Buy"), {1: BUYER}, Range(0, 9), 9, UTC).strange() == 1


# --- definitions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Metric("revenue", "A"), "'revenue' in .* 'people_who_did', 'times_happened', 'times_per_person'"),
        (lambda: Metric.people_who_did(""), r"Metric.people_who_did\(''\) needs the name of an event"),
        (lambda: Metric.people_who_did("A", freq="year"), "freq='year' .* 'hour', 'day', 'week', 'month'"),
        (lambda: Metric.people_who_did("A", by=""), "by= in .* needs the name of a property"),
        (lambda: Metric.people_who_did("A", where=did("B")), "asks for the event's arguments"),
        (lambda: Metric.people_who_did("A", include_bots=0), "include_bots=0"),
        (lambda: Metric.people_who_did("A", among="B"), "among= .* needs a condition"),
        (lambda: Metric("people_who_did", "A", value="n"), r"value= means nothing in Metric.people_who_did\('A'\)"),
        (lambda: Metric.conversion_rate("A", ""), r"Step\(''\) needs the name of an event"),
        (lambda: Metric.conversion_rate("A", "B", repeatable=1), "repeatable=1"),
        (lambda: Metric.conversion_rate("A", "B", repeatable=True, until="now"), "counts what the range holds"),
        (lambda: Metric.time_between("A", "B", until="later"), "until='later'"),
        (lambda: Metric.total_value(""), "needs the name of a property"),
        (lambda: Metric.total_value("n", where=has("m", "is", 1)), "name it with event="),
        (lambda: Metric.average_value("n", per="day"), "per='day' .* 'person', 'person who did', 'set'"),
        (lambda: Metric.average_value("n", per="person who did"), "did='Purchase'"),
        (lambda: Metric.average_value("n", did="A"), "goes with per='person who did'"),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()


def test_people_who_did_the_event_itself_need_no_second_name() -> None:
    named = Metric.average_value("n", per="person who did", event="A", did="A")
    assert named == Metric.average_value("n", per="person who did", event="A")


@pytest.mark.parametrize(
    ("metric", "label", "rule"),
    [
        (
            Metric.times_per_person("Watch", where=has("free", "is true"), by="plan", freq="week"),
            "Average Number of Times Event Happened Per Person: Watch",
            "times 'Watch' happened / people who did it where free is true · per week · bots out"
            " · by plan at the event",
        ),
        (
            Metric.conversion_rate("Visit", "Sign up", until="now"),
            "Conversion Rate: Visit → Sign up",
            "unique people whose first ever 'Sign up' comes after their first 'Visit' in the range, until now / people"
            " who did 'Visit' and not 'Sign up' before · by day of the first · per day · bots out",
        ),
        (
            Metric.conversion_rate("Visit", "Buy", repeatable=True),
            "Conversion Rate: Visit → Buy",
            "times 'Buy' happened / times 'Visit' happened, may exceed 1 · per day · bots out",
        ),
        (
            Metric.time_between("Buy", "Buy"),
            "Average Time Between Events: Buy → Buy",
            "time from each person's first 'Buy' in the range to the next 'Buy' after it, until the range ends · mean"
            " over people who did both · by day of the first · per day · bots out",
        ),
        (
            Metric.total_value("seats", among=has("plan", "is", "team")),
            "Total Value for Property: seats",
            "sum of people's 'seats' at the end of each day · among people where plan is 'team' at the end of the day"
            " · per day · bots out",
        ),
        (
            Metric.average_value("price", per="set", event="Buy"),
            "Average Value for Property: price of Buy per set",
            "sum of 'price' of 'Buy' / number of values · per day · bots out",
        ),
    ],
)  # fmt: skip
def test_the_rule_and_the_label_stand_beside_the_number(metric: Metric, label: str, rule: str) -> None:
    assert (metric.label, metric.rule()) == (label, rule)


@settings(max_examples=200)
@given(metrics().filter(lambda metric: metric.event is not None), site_logs(), calendars(), instants())
def test_every_event_counts_for_exactly_one_person_whatever_was_merged(
    metric: Metric, log: SiteLog, calendar: Calendar, start: int
) -> None:
    within = Range(start, start + 30 * DAY)
    counted = [event.seq for person in log.people().values() for event in occurrences(metric, person, within, calendar)]
    assert sorted(counted) == [
        event.seq
        for event in log.events
        if event.name == metric.event
        and event.time in within
        and (metric.include_bots or not event.bot)
        and matches(metric.where, event.properties, event.time, calendar)
    ]
