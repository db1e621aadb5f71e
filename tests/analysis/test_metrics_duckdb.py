"""Metrics against plain SQL: every measure on generated logs, in all, a day, and a group."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import MetricResult
from tracktor_nb.semantics.condition import has
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.metric import Metric

RANGE = ("2026-03-20", "2026-04-10")  # Vienna's clocks go forward on the 29th
ZONE = "Europe/Vienna"


def shop(seed: int, rows: int = 4000, people: int = 300) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Events and people of a shop; no two events of one person at one time, since SQL has no order of arrival."""
    random = np.random.default_rng(seed)
    times = random.choice(60 * 86_400, rows, replace=False)
    events = pd.DataFrame(
        {
            "person_id": random.integers(0, people, rows),
            "event": random.choice(["A", "B", "C"], rows),
            "time": pd.Timestamp("2026-02-20", tz="UTC") + pd.to_timedelta(times, unit="s"),
            "price": np.where(random.random(rows) < 0.2, np.nan, random.integers(1, 9000, rows) / 100),
            "source": random.choice(["ad", "mail", "search"], rows),
        }
    )
    known = pd.DataFrame({"seats": random.integers(1, 50, people)}, index=pd.RangeIndex(people, name="person_id"))
    return events, known


WITH = """
with e as (select person_id p, event, price, source, epoch_us(time) t, cast(timezone('Europe/Vienna', time) as date) d
           from events),
     r as (select * from e where d >= '2026-03-20' and d < '2026-04-10'),
     a as (select p, min(t) t, min_by(d, t) d, min_by(source, t) source from r where event = 'A' group by p),
     b as (select p, min(t) t from e where event = 'B' group by p),
     second as (select p, list_sort(list(t))[2] t from e where event = 'A' group by p),
     began as (select a.*, b.t as b from a left join b using (p) where b.t is null or b.t >= a.t),
     again as (select a.*, s.t as b from a left join second s using (p) where s.t is null or s.t >= a.t),
     following as (select a.*, (select min(t) from r where r.p = a.p and event = 'B' and r.t > a.t) as b from a),
     repeated as (select a.*, (select min(t) from r where r.p = a.p and event = 'A' and r.t > a.t) as b from a),
     bounds as (select epoch_us(timezone('Europe/Vienna', timestamp '2026-04-10')) last)
"""
"""`a` holds each person's first A in the range, `b` the first ever B."""

CONVERTED = "count(*) filter (where b > t and b < (select last from bounds)) / count(*)"

CASES: dict[str, tuple[Metric, str, str]] = {
    "people": (Metric.people_who_did("A"), "count(distinct p)", "r where event = 'A'"),
    "times": (Metric.times_happened("A"), "count(*)", "r where event = 'A'"),
    "filtered": (
        Metric.times_happened("A", where=has("price", ">", 40)),
        "count(*)",
        "r where event='A' and price > 40",
    ),
    "per person": (Metric.times_per_person("A"), "count(*) / count(distinct p)", "r where event = 'A'"),
    "conversion": (Metric.conversion_rate("A", "B"), CONVERTED, "began"),
    "same event": (Metric.conversion_rate("A", "A"), CONVERTED, "again"),
    "repeatable": (
        Metric.conversion_rate("A", "B", repeatable=True),
        "count(*) filter (where event = 'B') / nullif(count(*) filter (where event = 'A'), 0)",
        "r",
    ),
    "time": (Metric.time_between("A", "B"), "avg(b - t)", "following where b is not null"),
    "time again": (Metric.time_between("A", "A"), "avg(b - t)", "repeated where b is not null"),
    "total": (Metric.total_value("price", event="A"), "coalesce(sum(price), 0)", "r where event = 'A'"),
    "per set": (Metric.average_value("price", per="set", event="A"), "avg(price)", "r where event = 'A'"),
    "per buyer": (
        Metric.average_value("price", per="person who did", event="A"),
        "coalesce(sum(price), 0) / count(distinct p)",
        "r where event = 'A'",
    ),
    "per visitor": (
        Metric.average_value("price", per="person who did", event="A", did=Step("B")),
        "coalesce(sum(price) filter (where event = 'A'), 0) / nullif(count(distinct p) filter (where event = 'B'), 0)",
        "r",
    ),
}


@pytest.fixture(scope="module", params=[1, 2, 3])
def tables(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, pd.DataFrame, Any]:
    events, people = shop(request.param)
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("events", events)
    connection.register("people", people.reset_index())
    return events, people, connection


def ask(metric: Metric, tables: tuple[pd.DataFrame, pd.DataFrame, Any]) -> MetricResult:
    result = evaluate(metric, *tables[:2], period=RANGE, tz=ZONE, now="2026-06-01")
    assert isinstance(result, MetricResult)
    return result


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_a_metric_is_what_plain_sql_says(name: str, tables: tuple[pd.DataFrame, pd.DataFrame, Any]) -> None:
    metric, number, rows = CASES[name]
    result, connection = ask(metric, tables), tables[2]
    assert result.total == near(connection.sql(f"{WITH} select {number} from {rows}").fetchall()[0][0])
    daily = dict(connection.sql(f"{WITH} select cast(d as text), {number} from {rows} group by 1").fetchall())
    empty = 0 if metric.is_count else None
    assert len(result.buckets) == 21
    for bucket in result.buckets:
        day = f"{result.calendar.local(bucket['start']):%Y-%m-%d}"
        assert bucket["value"] == near(daily.get(day, empty)), day


@pytest.mark.parametrize("name", ["people", "times", "conversion", "repeatable", "time", "total", "per buyer"])
def test_a_breakdown_is_what_plain_sql_groups(name: str, tables: tuple[pd.DataFrame, pd.DataFrame, Any]) -> None:
    metric, number, rows = CASES[name]
    result = ask(replace(metric, by="source"), tables)
    grouped = dict(tables[2].sql(f"{WITH} select source, {number} from {rows} group by 1").fetchall())
    assert {row["value"]: row["total"] for row in result.breakdown} == {
        key: near(each) for key, each in grouped.items()
    }


def test_the_median_and_the_share_not_finished_are_what_sql_says(
    tables: tuple[pd.DataFrame, pd.DataFrame, Any],
) -> None:
    result = ask(Metric.time_between("A", "B"), tables)
    (found,) = (
        tables[2].sql(f"{WITH} select median(b - t), count(b), 1 - count(b) / count(*) from following").fetchall()
    )
    assert (result.median, result.base, result.unfinished) == (int(found[0]), found[1], near(found[2]))


@pytest.mark.parametrize(
    ("metric", "number"),
    [
        (Metric.total_value("seats"), "sum(seats)"),
        (Metric.average_value("seats"), "avg(seats)"),
        (Metric.total_value("seats", among=has("seats", ">", 20)), "sum(seats) filter (where seats > 20)"),
    ],
)
def test_properties_stand_from_the_day_a_person_is_first_known(
    metric: Metric, number: str, tables: tuple[pd.DataFrame, pd.DataFrame, Any]
) -> None:
    result = ask(metric, tables)
    for bucket in result.buckets:
        day = f"{result.calendar.local(bucket['start']):%Y-%m-%d}"
        known = f"(select p from e group by p having min(d) <= '{day}')"
        ((expected,),) = tables[2].sql(f"{WITH} select {number} from people where person_id in {known}").fetchall()
        assert bucket["value"] == near(expected), day
