"""Metrics: totals, buckets of the calendar, and what is said about the unfinished ones."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import MetricResult
from tracktor_nb.semantics.condition import has
from tracktor_nb.semantics.metric import Metric


def frame(*rows: tuple[str, str], **more: list[Any]) -> pd.DataFrame:
    """Rows of (person, time), all of the event Buy."""
    return pd.DataFrame(rows, columns=["person_id", "time"]).assign(event="Buy", **more)


SALES = frame(
    ("p", "2026-03-01T10:00"), ("p", "2026-03-01T11:00"), ("q", "2026-03-01T12:00"), ("p", "2026-03-03T09:00")
)
DAYS = ("2026-03-01", "2026-03-05")


def ask(metric: Metric, events: pd.DataFrame, **options: Any) -> MetricResult:
    result = evaluate(metric, events, **options)
    assert isinstance(result, MetricResult)
    return result


def values(result: MetricResult) -> list[float | None]:
    return [bucket["value"] for bucket in result.buckets]


@pytest.mark.parametrize(
    ("metric", "total", "daily", "spread"),
    [
        (Metric.people_who_did("Buy"), 2, [2, 0, 1, 0], (2, 0, 0.75)),
        (Metric.times_happened("Buy"), 4, [3, 0, 1, 0], (3, 0, 1.0)),
        (Metric.times_per_person("Buy"), 2.0, [1.5, None, 1.0, None], (1.5, 1.0, 1.25)),
    ],
    ids=["people", "times", "per person"],
)
def test_counts_fill_empty_days_with_nothing_and_ratios_leave_them_out(
    metric: Metric, total: float, daily: list[float | None], spread: tuple[float, float, float]
) -> None:
    result = ask(metric, SALES, period=DAYS)
    assert (result.total, values(result)) == (total, daily)
    assert (result.maximum, result.minimum, result.average) == spread


def test_the_unfinished_day_is_partial_and_left_out_and_named() -> None:
    result = ask(Metric.times_happened("Buy"), SALES, period=DAYS, now="2026-03-03T10:00")
    assert values(result) == [3, 0, 1]
    assert [bucket["partial"] for bucket in result.buckets] == [False, False, True]
    assert (result.maximum, result.minimum, result.average) == (3, 0, 1.5)
    assert "1 partial day left out of maximum, minimum and average" in result.rule


def test_a_bucket_that_the_range_cuts_is_partial() -> None:
    result = ask(Metric.times_happened("Buy"), SALES, period=("2026-03-01T10:30", "2026-03-03"))
    assert (values(result), [bucket["partial"] for bucket in result.buckets]) == ([2, 0], [True, False])


def test_all_time_reaches_from_the_first_event_of_the_log_to_the_last() -> None:
    result = ask(Metric.times_happened("Buy"), SALES)
    assert values(result) == [3, 0, 1]
    assert [bucket["partial"] for bucket in result.buckets] == [True, False, False]
    assert "all time (2026-03-01 to 2026-03-03, UTC)" in result.rule


def test_nothing_behind_now_is_counted() -> None:
    result = ask(Metric.times_happened("Buy"), SALES, now="2026-03-02T00:00")
    assert (result.total, values(result)) == (3, [3, 0])


def test_days_are_cut_at_midnight_of_the_zone_also_when_they_have_23_or_25_hours() -> None:
    events = frame(*(("p", f"2026-03-{day}T{hour}:30:00+00:00") for day in (28, 29) for hour in ("00", "22", "23")))
    result = ask(Metric.times_happened("Buy"), events, period=("2026-03-28", "2026-03-31"), tz="Europe/Vienna")
    assert values(result) == [2, 2, 2]
    starts = result.table.index
    assert [str(start) for start in starts[1:]] == ["2026-03-29 00:00:00+01:00", "2026-03-30 00:00:00+02:00"]


@pytest.mark.parametrize(("freq", "buckets"), [("hour", 96), ("day", 4), ("week", 2), ("month", 1)])
def test_a_bucket_is_an_hour_a_day_a_week_or_a_month(freq: str, buckets: int) -> None:
    result = ask(Metric.times_happened("Buy", freq=freq), SALES, period=DAYS)
    assert (len(result.buckets), sum(value or 0 for value in values(result))) == (buckets, 4)


def test_a_person_counts_once_a_bucket_and_once_in_all() -> None:
    result = ask(Metric.people_who_did("Buy", freq="month"), pd.concat([SALES, SALES]), period=DAYS)
    assert (result.total, values(result)) == (2, [2])


def test_a_breakdown_adds_up_and_keeps_values_of_other_types_apart() -> None:
    events = frame(*((each, "2026-03-01T10:00") for each in "pqrst"), kind=[1, True, 1.0, "1", None])
    result = ask(Metric.times_happened("Buy", by="kind"), events, period=DAYS)
    assert [(repr(row["value"]), row["total"]) for row in result.breakdown] == [
        ("1", 2),
        ("None", 1),
        ("True", 1),
        ("'1'", 1),
    ]
    assert result.breakdown[0]["buckets"] == [2, 0, 0, 0]


def test_only_events_whose_arguments_meet_where_count() -> None:
    events = SALES.assign(price=[1, 20, 30, 40])
    assert ask(Metric.times_happened("Buy", where=has("price", ">", 10)), events).total == 3


def test_an_event_that_never_happened_has_empty_buckets() -> None:
    result = ask(Metric.times_per_person("Sell"), SALES, period=DAYS)
    assert (result.total, values(result), result.average) == (None, [None] * 4, None)


def test_the_people_behind_a_metric_are_those_who_did_it() -> None:
    assert set(ask(Metric.times_happened("Buy"), SALES).people().index) == {"p", "q"}
