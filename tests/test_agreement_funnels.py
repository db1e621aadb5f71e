"""The law for funnels: analysis says of everybody what semantics says of each person alone, in every mode."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.analysis.answers import answer
from tracktor_nb.analysis.explanations.funnel import explain_funnel
from tracktor_nb.analysis.frames import Log
from tracktor_nb.analysis.funnels import attempts
from tracktor_nb.analysis.results import FunnelComparisonResult, FunnelResult, FunnelRulesResult
from tracktor_nb.semantics.attempt import Chain, attempt
from tracktor_nb.semantics.funnel import Funnel, breakdown_value
from tracktor_nb.semantics.funnel_comparison import FunnelComparison, compared
from tracktor_nb.semantics.funnel_rules import FunnelRules
from tracktor_nb.semantics.period import Calendar, Range, resolve
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.proportions import difference

from .funnel_strategies import busy_funnels as only_busy_funnels
from .logs import busy_funnels, busy_periods, log_of, logs, nows
from .strategies import SiteLog, calendars, conditions

many = settings(max_examples=500, deadline=None)
grown = st.none() | st.integers(0, 14)
"""Read at once, or up to here first and then refreshed."""


@many
@given(st.data(), logs(), grown, calendars())
def test_a_funnel_counts_the_same_attempts(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar
) -> None:
    log, known = log_of(rows, part), rows.people()
    for funnel in data.draw(st.lists(busy_funnels(), min_size=3, max_size=3)):
        period, now = data.draw(busy_periods()), data.draw(nows(rows))
        within = resolve(period, now, calendar)
        chains = {id: attempt(funnel, person, within, now, calendar).chain for id, person in known.items()}
        chains = {id: chain for id, chain in chains.items() if chain}
        found = attempts(funnel, log, within, now, calendar)
        keys = [[_key(log, position) for position in chain if position >= 0] for chain in found.chain.tolist()]
        assert dict(zip(log.identities.ids[found.person].tolist(), keys, strict=True)) == {
            id: [(event.time, event.seq) for event in chain] for id, chain in chains.items()
        }
        result = answer(funnel, log, period, now, calendar)
        assert isinstance(result, FunnelResult)
        _check_steps(result, list(chains.values()))
        _check_lists(result, chains)
        _check_buckets(result, list(chains.values()))
        if funnel.by is not None:
            assert _typed_rows(result.breakdown) == _split(funnel, funnel.by, known, chains)


def _check_steps(result: FunnelResult, chains: list[Chain]) -> None:
    last = len(result.steps)
    for at, step in enumerate(result.steps):
        reached = [chain for chain in chains if len(chain) > at]
        assert step["people"] == len(reached)
        waits = [chain[at].time - chain[at - 1].time for chain in reached] if at else []
        _check_times(step, waits)
        if at:
            _check_histogram(result, at + 1, waits)
    overall = [chain[-1].time - chain[0].time for chain in chains if len(chain) == last > 1]
    assert result.conversion["people"] == len(overall)
    _check_times(result.conversion, overall)
    _check_histogram(result, None, overall)


def _check_times(told: dict[str, Any], waits: list[int]) -> None:
    if not waits:
        assert told["median_time"] is told["mean_time"] is told["p90_time"] is None
        return
    waits = sorted(waits)
    assert told["median_time"] == (waits[(len(waits) - 1) // 2] + waits[len(waits) // 2]) // 2
    assert told["mean_time"] == sum(waits) // len(waits)
    assert sum(wait <= told["p90_time"] for wait in waits) >= 0.9 * len(waits)
    assert sum(wait < told["p90_time"] for wait in waits) < 0.9 * len(waits)


def _check_histogram(result: FunnelResult, step: int | None, waits: list[int]) -> None:
    bins = result.bins(step)
    ends = [each["end"] or max(waits) + 1 for each in bins]
    inside = [sum(each["start"] <= wait < end for wait in waits) for each, end in zip(bins, ends, strict=True)]
    assert [each["people"] for each in bins] == inside
    assert sum(inside) == len(waits)


def _check_lists(result: FunnelResult, chains: dict[int, Chain]) -> None:
    last = len(result.steps)
    for step in range(1, last + 1):
        at = {id for id, chain in chains.items() if len(chain) >= step}
        on = {id for id, chain in chains.items() if len(chain) >= step + 1}
        assert {row["person_id"] for row in result.people_page(step, limit=None).rows} == at
        stopped = {row["person_id"] for row in result.people_page(step, stopped=True, limit=None).rows}
        assert stopped == (at - on if step < last else set())
        assert len(result.segment(step, stopped=True)) == len(stopped)


def _check_buckets(result: FunnelResult, chains: list[Chain]) -> None:
    """Everybody is in the bucket of step 1, so that the buckets add up to the whole."""
    freq = result.definition.freq
    assert bool(result.buckets) <= (freq is not None)
    if freq is not None:
        reached: dict[int, Counter[int]] = defaultdict(Counter)
        for chain in chains:
            reached[result.calendar.floor(chain[0].time, freq)].update(range(len(chain)))
        for row in result.buckets:
            assert row["steps"] == [reached[row["start"]][at] for at in range(len(result.steps))]
        assert [sum(row["steps"][at] for row in result.buckets) for at in range(len(result.steps))] == [
            step["people"] for step in result.steps
        ]


def _split(funnel: Funnel, by: str, people: dict[int, Person], chains: dict[int, Chain]) -> dict[Any, list[int]]:
    counts: dict[Any, list[int]] = defaultdict(lambda: [0] * len(funnel.steps))
    for id, chain in chains.items():
        for at in range(len(chain)):
            counts[_typed(breakdown_value(chain[0], people[id], by))][at] += 1
    return dict(counts)


@many
@given(st.data(), logs(), calendars(), busy_funnels())
def test_every_reason_is_true_and_names_a_step_that_is_missing(
    data: st.DataObject, rows: SiteLog, calendar: Calendar, funnel: Funnel
) -> None:
    period, now = data.draw(busy_periods()), data.draw(nows(rows))
    within = resolve(period, now, calendar)
    for person in rows.people().values():
        reached = attempt(funnel, person, within, now, calendar).reached
        told, events = explain_funnel(funnel, person, within, now, calendar)
        assert len(events) == reached
        if reached == len(funnel.steps):
            assert told.startswith("reached all")
        elif not told.startswith("is not one of the people asked about"):
            assert told.startswith(f"reached step {reached} of" if reached else "did not begin")
            assert any(repr(step.label) in told for step in funnel.steps)


@settings(max_examples=100, deadline=None)
@given(st.data(), logs(), calendars(), busy_funnels())
def test_under_every_rule_the_same_people_get_as_far(
    data: st.DataObject, rows: SiteLog, calendar: Calendar, funnel: Funnel
) -> None:
    rules, period, now = FunnelRules(funnel), data.draw(busy_periods()), data.draw(nows(rows))
    within, known = resolve(period, now, calendar), rows.people()
    result = answer(rules, log_of(rows), period, now, calendar)
    assert isinstance(result, FunnelRulesResult)
    reached = [
        {id: attempt(each, person, within, now, calendar).reached for id, person in known.items()}
        for each in rules.variants
    ]
    for row, of in zip(result.variants, reached, strict=True):
        assert row["people"] == [sum(far > step for far in of.values()) for step in range(len(funnel.steps))]
    assert result.differences == [[sum(a[id] != b[id] for id in known) for b in reached] for a in reached]
    one, other = (data.draw(st.integers(1, len(reached))) for _ in range(2))
    assert {row["person_id"] for row in result.people_page(one, other, limit=None).rows} == {
        id for id in known if reached[one - 1][id] != reached[other - 1][id]
    }


@many
@given(st.data(), logs(), calendars(), only_busy_funnels(), conditions(), conditions())
def test_a_comparison_counts_the_same_people_of_both_groups(
    data: st.DataObject, rows: SiteLog, calendar: Calendar, funnel: Funnel, a: Any, b: Any
) -> None:
    comparison = FunnelComparison(FunnelRules(funnel).funnel, a, b)
    period, now = data.draw(busy_periods()), data.draw(nows(rows))
    result = answer(comparison, log_of(rows), period, now, calendar)
    assert isinstance(result, FunnelComparisonResult)
    found = _compared(comparison, rows, resolve(period, now, calendar), now, calendar)
    sides = {"a": [each for each in found if each[1].in_a], "b": [each for each in found if each[1].in_b]}
    for at, step in enumerate(result.steps):
        for name, side in sides.items():
            people = {id for id, each in side if each.attempt.reached > at}
            assert step[f"people_{name}"] == len(people)
            assert {row["person_id"] for row in result.people_page(name, at + 1, limit=None).rows} == people
        if at:
            counts = [result.steps[each][f"people_{name}"] for name in "ab" for each in (at, 0)]
            interval = difference(*counts)
            assert (step["rate"]["low"], step["rate"]["high"]) == (interval or (None, None))
    assert result.in_both == sum(each.in_a and each.in_b for _, each in found)


def _compared(
    comparison: FunnelComparison, rows: SiteLog, within: Range, now: int, calendar: Calendar
) -> list[tuple[int, Any]]:
    found = [(id, compared(comparison, person, within, now, calendar)) for id, person in rows.people().items()]
    return [(id, each) for id, each in found if each.attempt.reached]


@pytest.mark.parametrize("order", ["loose", "strict", "any"])
def test_a_log_without_events_has_an_answer_in_every_mode(order: Any) -> None:
    for funnel in (Funnel(["A", "B"], order=order, hold="n"), Funnel(["A"], "1d", order=order, freq="day")):
        result = answer(funnel, Log(), "all time", 0, Calendar())
        rules = answer(FunnelRules(funnel), Log(), "all time", 0, Calendar())
        assert isinstance(result, FunnelResult)
        assert isinstance(rules, FunnelRulesResult)
        assert {step["people"] for step in result.steps} == {0}
        assert {count for row in rules.differences for count in row} == {0}


def _key(log: Log, position: int) -> tuple[int, int]:
    return int(log.time[position]), int(log.events.seq[log.order[position]])


def _typed(value: Any) -> Any:
    """True and 1 are two values of a breakdown, 1 and 1.0 are one."""
    return (isinstance(value, bool), value)


def _typed_rows(breakdown: list[dict[str, Any]]) -> dict[Any, Any]:
    found = {_typed(row["value"]): row["steps"] for row in breakdown}
    assert len(found) == len(breakdown)
    return found
