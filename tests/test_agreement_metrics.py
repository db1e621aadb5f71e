"""The law that holds the two together, for metrics and formulas: the columns say what each person alone does."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.analysis.answers import answer
from tracktor_nb.analysis.results import FormulaResult, MetricResult
from tracktor_nb.semantics.comparison import previous
from tracktor_nb.semantics.formula import Formula
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Period, Range, resolve
from tracktor_nb.semantics.person import known_at

from .logs import busy_logs, busy_metrics, busy_periods, log_of, logs, nows
from .metric_truth import Answers, set_times, typed
from .strategies import SiteLog, calendars, formulas, instants_near

many = settings(max_examples=500, deadline=None)
grown = st.none() | st.integers(0, 14)
"""Read at once, or up to here first and then refreshed."""


over = st.sampled_from(["yesterday", "last week", "last month"])
"""Ranges that end before now: what comes after them may count."""


@many
@given(st.data(), logs() | busy_logs("EEECCCCCM"), grown, calendars(), busy_periods() | over)
def test_a_metric_has_the_same_total_buckets_groups_and_people(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, period: Period
) -> None:
    now, log, known = data.draw(nows(rows)), log_of(rows, part), rows.people()
    for metric in data.draw(st.lists(busy_metrics(), min_size=2, max_size=2)):
        result = answer(metric, log, period, now, calendar)
        assert isinstance(result, MetricResult)
        asked = resolve(period, now, calendar)
        truth = Answers(metric, known, asked, now, calendar)
        same = near(truth)
        assert result.total == same(truth.value(None, truth.read))
        spans = buckets(rows, asked, now, metric, calendar)
        reads = [min(span.end - 1, truth.read) for span in spans]
        assert [bucket["start"] for bucket in result.buckets] == [span.start for span in spans]
        expected = [truth.value(*each) for each in zip(spans, reads, strict=True)]
        assert [bucket["value"] for bucket in result.buckets] == [same(value) for value in expected]
        assert [bucket["partial"] for bucket in result.buckets] == partial(rows, spans, asked, now, metric)
        _check_spread(result)
        _check_people(result, truth)
        _check_beside(result, truth)
        if metric.by is not None:
            _check_groups(result, truth, spans, reads)


def near(truth: Answers) -> Any:
    """Sums of floats may differ in their last digits, by the size of what was added up."""
    margin = 1e-9 * truth.scale()
    return lambda value: None if value is None else pytest.approx(value, rel=1e-9, abs=margin)


def _check_spread(result: MetricResult) -> None:
    whole = [each["value"] for each in result.buckets if not each["partial"] and each["value"] is not None]
    if whole:
        assert (result.maximum, result.minimum) == (max(whole), min(whole))
        assert result.average == sum(whole) / len(whole)
    else:
        assert result.maximum is result.minimum is result.average is None


def _check_people(result: MetricResult, truth: Answers) -> None:
    lists = truth.lists()
    assert len(result.definition.lists) == len(lists)
    for step, (people, following) in enumerate(zip(lists, [*lists[1:], None], strict=True), start=1):
        page = result.people_page(step, limit=None)
        assert ({row["person_id"] for row in page.rows}, page.total) == (people, len(people))
        stopped = {row["person_id"] for row in result.people_page(step, stopped=True, limit=None).rows}
        assert stopped == (set() if following is None else people - following)


def _check_beside(result: MetricResult, truth: Answers) -> None:
    assert sum(row["count"] for row in result.left_out) == truth.strange()
    compared = previous(result.period, result.now, result.calendar)
    if compared is None:
        assert result.previous is None
    else:
        earlier = Answers(truth.metric, truth.people, *compared, result.calendar)
        assert result.previous is not None
        assert result.previous["total"] == near(earlier)(earlier.value(None, earlier.read))
    if truth.metric.measure == "time_between":
        times = sorted(way.time for way in truth.passages.values() if way.time is not None)
        middle = (times[(len(times) - 1) // 2] + times[len(times) // 2]) // 2 if times else None
        assert (result.median, result.base) == (middle, len(times))
        began = len(truth.passages)
        assert result.unfinished == (pytest.approx(1 - len(times) / began) if began else None)


def _check_groups(result: MetricResult, truth: Answers, spans: list[Range], reads: list[int]) -> None:
    same = near(truth)
    found = {typed(row["value"]): row for row in result.breakdown}
    assert len(found) == len(result.breakdown)
    assert set(found) == truth.groups([*reads, truth.read])
    for group, row in found.items():
        assert row["total"] == same(truth.value(None, truth.read, group))
        expected = [truth.value(span, read, group) for span, read in zip(spans, reads, strict=True)]
        assert row["buckets"] == [same(value) for value in expected]


def extent(rows: SiteLog, metric: Metric) -> list[int]:
    return [event.time for event in rows.events] + set_times(metric, rows.people().values())


def buckets(rows: SiteLog, asked: Range, now: int, metric: Metric, calendar: Calendar) -> list[Range]:
    start, end = asked.start, min(asked.end, now + 1)
    if asked.end == LAST_INSTANT:
        times = extent(rows, metric)
        start, end = max(start, min(times, default=end)), min(end, max(times, default=start) + 1)
    if start >= end:
        return []
    return [Range(*pair) for pair in itertools.pairwise(calendar.edges(start, end, metric.freq))]


def partial(rows: SiteLog, spans: list[Range], asked: Range, now: int, metric: Metric) -> list[bool]:
    began = min(extent(rows, metric), default=now) if asked.end == LAST_INSTANT else asked.start
    return [span.start < began or span.end > asked.end or span.end > now + 1 for span in spans]


@many
@given(st.data(), logs(), grown, calendars(), busy_periods())
def test_a_formula_is_made_of_the_values_of_its_metrics(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, period: Period
) -> None:
    now, log = data.draw(nows(rows)), log_of(rows, part)
    formula: Formula = data.draw(formulas())
    result = answer(formula, log, period, now, calendar)
    assert isinstance(result, FormulaResult)
    each = {name: answer(metric, log, period, now, calendar) for name, metric in formula.metrics.items()}
    parts = {name: part for name, part in each.items() if isinstance(part, MetricResult)}
    assert len(parts) == len(each)
    assert result.total == formula.value({name: part.total for name, part in parts.items()})
    of = {name: {bucket["start"]: bucket["value"] for bucket in part.buckets} for name, part in parts.items()}
    for bucket in result.buckets:
        if all(bucket["start"] in values for values in of.values()):
            values = {name: values[bucket["start"]] for name, values in of.items()}
            assert bucket["value"] == formula.value(values)
    _check_spread(result)
    for step, shown in enumerate(parts.values(), start=1):
        people = {row["person_id"] for row in result.people_page(step, limit=None).rows}
        assert people == {row["person_id"] for row in shown.people_page(limit=None).rows}


@many
@given(st.data(), logs(), grown, calendars(), busy_metrics())
def test_as_of_a_date_both_know_the_same(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, metric: Metric
) -> None:
    as_of = data.draw(instants_near(tuple(known_at(row) for row in (*rows.events, *rows.changes)), rows.anchor))
    now = data.draw(nows(rows))
    result = answer(metric, log_of(rows, part), "all time", now, calendar, as_of)
    assert isinstance(result, MetricResult)
    at = min(now, as_of)
    truth = Answers(metric, rows.people(as_of), resolve("all time", at, calendar), at, calendar)
    assert result.total == near(truth)(truth.value(None, truth.read))
