"""Results of metrics: what stands beside the number, who is behind it, why, and how it is drawn."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import FormulaResult, MetricResult, from_dict
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import has
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.metric import Metric

MAYBE = {"price": [5, None, "free", 7.5, None, True]}
EVENTS = pd.DataFrame(
    {
        "person_id": ["p", "p", "q", "r", "r", "q"],
        "event": ["View", "Buy", "View", "Buy", "View", "Buy"],
        "time": [
            *("2026-03-02T10:00", "2026-03-02T16:00", "2026-03-03T09:00"),
            *("2026-02-20T10:00", "2026-03-03T10:00", "2026-03-10T10:00"),
        ],
        **MAYBE,
    }
)
PEOPLE = pd.DataFrame(
    {"seats": [3, "many", 4], "plan": ["team", "free", "team"], "created_at": "2026-02-01"},
    index=pd.Index(["p", "q", "r"], name="person_id"),
)
MARCH = ("2026-03-02", "2026-03-09")
CONVERSION = Metric.conversion_rate("View", "Buy")
TIME = Metric.time_between("View", "Buy", until="now")
PRICE = Metric.total_value("price", event="View")
DEFINITIONS: list[Definition] = [
    CONVERSION,
    Metric.conversion_rate("View", "Buy", repeatable=True, by="plan"),
    TIME,
    PRICE,
    Metric.total_value("seats", by="plan"),
    Metric.average_value("seats", among=has("plan", "is", "team")),
    Metric.average_value("price", per="set", event="Buy", freq="week"),
    Metric.average_value("seats", per="set", freq="month"),
    Metric.average_value("price", per="person who did", event="View", did="Buy"),
    PRICE / Metric.people_who_did("View") * 2,
]


def ask(definition: Definition, **options: Any) -> MetricResult:
    result = evaluate(definition, EVENTS, PEOPLE, **{"period": MARCH, "now": "2026-03-20T12:00", **options})
    assert isinstance(result, MetricResult)
    return result


@pytest.mark.parametrize("definition", DEFINITIONS, ids=str)
@pytest.mark.parametrize("period", ["all time", "last 7 days", MARCH])
def test_a_result_crosses_a_process_border_whole(definition: Definition, period: Any) -> None:
    result = ask(definition, period=period)
    again = from_dict(json.loads(json.dumps(result.to_dict(), allow_nan=False)))
    assert (again, again.rule) == (result, result.rule)
    pd.testing.assert_frame_equal(again.table, result.table)
    assert (again.figure(), again._repr_html_()) == (result.figure(), result._repr_html_())  # type: ignore[attr-defined]
    assert result.plot().layout.height
    for step in range(1, len(result.definition.lists) + 1):
        assert set(result.people(step, stopped=True).index) <= set(result.people(step).index)
    assert result.explain("p").summary


def test_behind_a_conversion_are_those_who_began_those_who_went_on_and_those_who_did_not() -> None:
    result = ask(CONVERSION)
    assert (result.total, result.amount, result.base) == (0.5, 1, 2)
    assert [set(people.index) for people in (result.people(1), result.people(2), result.people(1, stopped=True))] == [
        {"p", "q"},
        {"p"},
        {"q"},
    ]
    with pytest.raises(DefinitionError, match="from 1 to 2"):
        result.people(3)


@pytest.mark.parametrize(
    ("definition", "person", "summary", "events"),
    [
        (CONVERSION, "p", "went on from 'View' to 'Buy' after 6 h", ["View", "Buy"]),
        (CONVERSION, "q", "did 'View', and not 'Buy' after it until the end of the period", ["View"]),
        (CONVERSION, "r", "is not counted: had done 'Buy' before", ["Buy", "View"]),
        (TIME, "q", "went on from 'View' to 'Buy' after 7 d 1 h", ["View", "Buy"]),
        (TIME, "r", "did 'View', and not 'Buy' after it until now", ["View"]),
        (DEFINITIONS[1], "p", "did 'View' 1 time and 'Buy' 1 time in the period", ["View", "Buy"]),
        (PRICE, "p", "adds 5: 1 number in 'price' in the period", ["View"]),
        (PRICE, "q", "adds 0: 0 numbers in 'price' in the period", ["View"]),
        (Metric.total_value("seats"), "q", "'seats' is \"many\" at the end of the period", ["set"]),
        (Metric.time_between("Buy", "Buy"), "r", "is not counted: did not do 'Buy' in the period", []),
        (DEFINITIONS[5], "q", "is not one of the people asked about: plan is 'team'", []),
        (
            DEFINITIONS[-1],
            "p",
            "a: adds 5: 1 number in 'price' in the period; b: did 'View' 1 time in the period",
            ["View", "View"],
        ),
    ],
    ids=str,
)
def test_a_metric_tells_why_a_person_counts(
    definition: Definition, person: str, summary: str, events: list[str]
) -> None:
    told = ask(definition).explain(person)
    assert (told.summary, [row["event"] for row in told.rows]) == (summary, events)


def test_a_mean_time_comes_with_the_median_the_people_and_the_share_not_finished() -> None:
    result = ask(TIME)
    hour = 3_600_000_000
    assert (result.total, result.median, result.base) == ((6 + 169) / 2 * hour, (6 + 169) // 2 * hour + hour // 2, 2)
    assert result.unfinished == pytest.approx(1 / 3)
    assert result.table["value"].tolist()[:2] == [pd.Timedelta(hours=6), pd.Timedelta(hours=169)]
    for text in ("overall", "3 d 15 h", "median", "not finished", "33.3 %"):
        assert text in result._repr_html_()
    assert (result.figure()["data"][0]["y"][1], result.figure()["layout"]["yaxis"]["title"]["text"]) == (
        169 / 24,
        "days",
    )


def test_values_that_are_no_numbers_are_left_out_counted_and_shown() -> None:
    assert ask(PRICE).left_out == [{"type": "text", "count": 1, "example": "'free'"}]
    everything = ask(Metric.average_value("price", per="set", event="Buy"), period="all time")
    assert everything.left_out == [{"type": "boolean", "count": 1, "example": "True"}]
    assert "values left out that are no numbers: 1 boolean such as True" in everything.rule
    assert "values left out that are no numbers: 1 text such as &#x27;many&#x27;" in (
        ask(Metric.total_value("seats"))._repr_html_()
    )


def test_the_same_elapsed_part_of_the_previous_period_stands_beside_the_number() -> None:
    views = Metric.times_happened("View")
    result = ask(views, period="this month", now="2026-04-03T09:00")
    assert result.previous is not None
    assert (result.total, result.previous["total"], result.change) == (0, 2, -1.0)  # of the two on the 3rd one
    assert "compared with 2026-03-01 00:00 to 2026-03-03 09:00" in result.rule
    assert "previous period" in result._repr_html_()
    whole = ask(views, period="last month", now="2026-05-03T09:00")
    assert "compared with 2026-03-01 to 2026-03-31" in whole.rule
    assert (whole.previous or {})["total"] == 3
    assert whole.change == -1.0
    assert ask(views, period="all time").previous is None
    assert "compared" not in ask(views, period="all time").rule


def test_a_formula_adds_from_the_totals_and_lists_the_people_of_each_part() -> None:
    result = ask(DEFINITIONS[-1])
    assert isinstance(result, FormulaResult)
    assert [(part["name"], part["total"]) for part in result.parts] == [("a", 5), ("b", 3)]
    assert result.total == pytest.approx(10 / 3)
    assert [bucket["value"] for bucket in result.buckets[:3]] == [10, 0, None]
    assert (set(result.people(1).index), set(result.people(2).index)) == ({"p"}, {"p", "q", "r"})
    assert result.previous == {**(result.previous or {}), "total": None}


def test_a_share_is_drawn_in_percent_and_a_repeatable_rate_never() -> None:
    axis = ask(CONVERSION).figure()["layout"]["yaxis"]
    assert (axis["tickformat"], axis["title"]["text"]) == (",.1~%", "share of people")
    axis = ask(DEFINITIONS[1]).figure()["layout"]["yaxis"]
    assert (axis["tickformat"], axis["title"]["text"]) == (",~r", "Buy per View")
    assert "%" not in ask(Metric.conversion_rate("View", "Buy", repeatable=True))._repr_html_().split("previous")[0]


def test_what_has_nothing_to_show_says_so() -> None:
    for definition in (
        Metric.total_value("plan"),
        Metric.conversion_rate("Sell", "Buy"),
        Metric.time_between("Buy", "X"),
    ):
        assert ask(definition).figure()["data"] == []
        assert "Nothing to count" in ask(definition)._repr_html_()


@pytest.mark.parametrize("among", [None, has("seats", "is set")])
def test_what_is_set_in_the_last_instant_of_a_day_stands_at_its_end(among: Any) -> None:
    people = PEOPLE.assign(created_at=["2026-03-01T23:59:59.999999", "2026-03-02T00:00", "2026-03-02T00:00"])
    late = EVENTS.assign(time="2026-03-05")
    period = ("2026-03-01", "2026-03-03")
    result = evaluate(Metric.total_value("seats", among=among), late, people, period=period, now="2026-03-20")
    assert isinstance(result, MetricResult)
    assert [bucket["value"] for bucket in result.buckets] == [3, 7]


@pytest.mark.parametrize(("until", "went_on"), [("range end", 0), ("now", 1)])
def test_who_goes_on_after_the_range_counts_until_now_only(until: Any, went_on: int) -> None:
    result = ask(Metric.conversion_rate("View", "Buy", until=until), period=("2026-03-03", "2026-03-04"))
    assert (result.amount, result.base) == (went_on, 1)
