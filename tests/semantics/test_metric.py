from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.strategies import SiteLog, calendars, instants, metrics, site_logs
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.metric import Metric, occurrences, value_of
from tracktor_nb.semantics.period import DAY, Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.truth import matches

VISITS = Person(1, (Event(9, 1, "Visit"), Event(10, 2, "Visit", {"n": 1}), Event(11, 3, "Visit", bot=True)))


def test_events_of_the_range_count_bots_left_out() -> None:
    visits = Metric.times_happened("Visit")
    assert [event.seq for event in occurrences(visits, VISITS, Range(9, 11), Calendar())] == [1, 2]
    assert [event.seq for event in occurrences(visits, VISITS, Range(10, 12), Calendar())] == [2]
    with_bots = Metric.times_happened("Visit", include_bots=True)
    assert [event.seq for event in occurrences(with_bots, VISITS, Range(10, 12), Calendar())] == [2, 3]
    filtered = Metric.times_happened("Visit", where=has("n", "is set"))
    assert [event.seq for event in occurrences(filtered, VISITS, Range(0, 99), Calendar())] == [2]


@pytest.mark.parametrize(
    ("metric", "value", "empty"),
    [
        (Metric.people_who_did("A"), 2, 0),
        (Metric.times_happened("A"), 5, 0),
        (Metric.times_per_person("A"), 2.5, None),
    ],
)
def test_counts_of_nothing_are_zero_and_ratios_of_nothing_are_missing(
    metric: Metric, value: float, empty: float | None
) -> None:
    assert value_of(metric.measure, people=2, times=5) == value
    assert value_of(metric.measure, people=0, times=0) == empty
    assert metric.is_count is (empty is not None)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Metric("revenue", "A"), "'revenue' in .* 'people_who_did', 'times_happened', 'times_per_person'"),
        (lambda: Metric.people_who_did(""), r"Metric.people_who_did\(''\) needs the name of an event"),
        (lambda: Metric.people_who_did("A", freq="year"), "freq='year' .* 'hour', 'day', 'week', 'month'"),
        (lambda: Metric.people_who_did("A", by=""), "by= in .* needs the name of a property"),
        (lambda: Metric.people_who_did("A", where=did("B")), "asks for the event's arguments"),
        (lambda: Metric.people_who_did("A", include_bots=0), "include_bots=0"),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()


def test_the_rule_and_the_label_stand_beside_the_number() -> None:
    metric = Metric.times_per_person("Watch", where=has("free", "is true"), by="plan", freq="week")
    assert metric.rule() == (
        "times 'Watch' happened / people who did it where free is true · per week · bots out · by plan at the event"
    )
    assert metric.label == "Average Number of Times Event Happened Per Person: Watch"


@settings(max_examples=200)
@given(metrics(), site_logs(), calendars(), instants())
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
