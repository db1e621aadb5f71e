"""Results: plain data that crosses process borders, tables, people, rules, and cards that show no foreign HTML."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import FunnelResult, MetricResult, Result, SegmentResult, from_dict
from tracktor_nb.analysis.results.base import Explanation
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.funnel import Funnel, Step
from tracktor_nb.semantics.lifecycle import Lifecycle
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.path import Paths
from tracktor_nb.semantics.retention import Retention
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.stickiness import Stickiness

EVIL = "<script>alert('&')</script>"
EVENTS = pd.DataFrame(
    {
        "person_id": ["p", "p", "q", EVIL],
        "event": ["A", EVIL, "A", "A"],
        "time": pd.to_datetime(["2026-03-01 10:00", "2026-03-02 11:00", "2026-03-01 12:00", "2026-03-03 00:00"]),
        "source": ["ad", None, EVIL, True],
    }
)
PEOPLE = pd.DataFrame({"email": ["p@example.com", "Quinn@example.com"]}, index=pd.Index(["p", "q"], name="person_id"))
DEFINITIONS = [
    Funnel(["A", EVIL], by="source", window="30d"),
    Metric.people_who_did("A", by="source"),
    Metric.times_per_person("A", freq="week"),
    Segment(did("A") & has("email", "is not", EVIL)),
    Retention("A", freq="week", periods=2),
    Retention("A", by="source", until="now"),
    Paths("A", group={EVIL: [EVIL]}),
    Paths(EVIL, direction="before"),
    Lifecycle("A", freq="day"),
    Stickiness(),
]


def ask(definition: Any, **options: Any) -> Result:
    given = {"people": PEOPLE, "now": "2026-03-10T12:00", "tz": "Europe/Vienna", **options}
    return evaluate(definition, EVENTS, **given)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("period", ["all time", "30d", ("2026-03-01", "2026-03-03")])
def test_a_result_crosses_a_process_border_whole(definition: Any, period: Any) -> None:
    result = ask(definition, period=period)
    again = from_dict(json.loads(json.dumps(result.to_dict())))
    assert again == result
    assert (again.rule, again.computed_at, again.figure()) == (result.rule, result.computed_at, result.figure())
    pd.testing.assert_frame_equal(again.table, result.table)
    assert again._repr_html_() == result._repr_html_()  # type: ignore[attr-defined]


def test_a_result_without_its_log_says_so() -> None:
    alone = from_dict(ask(DEFINITIONS[0]).to_dict())
    with pytest.raises(DefinitionError, match="Evaluate its definition again"):
        alone.people()


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: type(each).__name__)
def test_a_card_holds_no_html_of_others_and_every_tag_is_closed(definition: Any) -> None:
    result = ask(definition)
    for card in (result._repr_html_(), result.explain(EVIL)._repr_html_()):  # type: ignore[attr-defined]
        assert "<script" not in card
        for tag in ("div", "table", "tr", "td", "th", "span", "b"):
            assert card.count(f"<{tag}>") + card.count(f"<{tag} ") == card.count(f"</{tag}>")


def test_the_table_of_a_funnel_has_a_row_a_step() -> None:
    table = ask(Funnel(["A", EVIL], window="30d")).table
    assert table.index.tolist() == [1, 2]
    assert table["people"].tolist() == [3, 1]
    assert table["median_time"].tolist()[1] == pd.Timedelta(days=1, hours=1)


def test_the_table_of_a_metric_has_a_row_a_bucket_in_the_zone() -> None:
    table = ask(Metric.times_happened("A"), period=("2026-03-01", "2026-03-04")).table
    assert table["value"].tolist() == [2, 0, 1]
    assert str(table.index[0]) == "2026-03-01 00:00:00+01:00"


def test_the_table_of_a_segment_shows_ten_of_its_people() -> None:
    result = ask(Segment(did("A")))
    assert isinstance(result, SegmentResult)
    assert (result.count, result.known) == (3, 3)
    assert result.table.columns.tolist() == ["distinct_id", "email", "last_action", "last_seen"]


def test_people_come_with_their_email_and_last_action_the_latest_first() -> None:
    people = ask(DEFINITIONS[0]).people(1)
    assert people.index.tolist() == [EVIL, "p", "q"]
    assert people.loc["p"].tolist() == [
        "p",
        "p@example.com",
        EVIL,
        pd.Timestamp("2026-03-02 11:00", tz="Europe/Vienna"),
    ]


def test_a_number_that_a_kind_does_not_have_is_refused() -> None:
    result = ask(DEFINITIONS[0])
    for given, named in (((1, True, 3), {}), ((), {"cohort": 1}), ((1,), {"step": 1})):
        with pytest.raises(DefinitionError, match="asked for by step, stopped"):
            result.people(*given, **named)


def test_a_page_of_people_can_be_searched_and_turned() -> None:
    result = ask(DEFINITIONS[0])
    found = result.people_page(search="quinn@")
    assert ([row["person_id"] for row in found.rows], found.total) == (["q"], 1)
    second = result.people_page(offset=1, limit=1)
    assert ([row["person_id"] for row in second.rows], second.total) == (["p"], 3)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("last 7 days", "last 7 days (2026-03-04 to 2026-03-10, Europe/Vienna)"),
        ("today", "today (2026-03-10, Europe/Vienna)"),
        ("2d", "2d (2026-03-08 12:00 to 2026-03-10 12:00, Europe/Vienna)"),
        (("2026-03-01", "2026-03-03"), "custom range (2026-03-01 to 2026-03-02, Europe/Vienna)"),
        ("all time", "all time (2026-03-01 to 2026-03-03, Europe/Vienna)"),
    ],
)
def test_the_rule_names_the_dates_that_the_period_meant(period: Any, words: str) -> None:
    rule = ask(Funnel(["A"]), period=period).rule
    assert rule.endswith(words)
    assert rule.startswith("steps in order")


def test_a_result_says_when_and_from_what_it_was_computed() -> None:
    result = ask(Funnel(["A"]))
    assert result.computed_at.isoformat() == "2026-03-10T12:00:00+01:00"
    assert result.watermark == 4
    assert repr(result) == "<FunnelResult A: 3>"


def test_a_segment_is_asked_of_an_instant_not_of_a_period() -> None:
    assert ask(Segment(did("A"))).rule.endswith("on 2026-03-10 12:00 (Europe/Vienna)")


def test_a_funnel_explains_its_chain_and_why_it_ended() -> None:
    result = ask(Funnel(["A", EVIL]))
    given = result.explain("p")
    assert given.summary == "reached all 2 steps"
    assert given.frame()["time"].tolist() == ["2026-03-01 10:00:00", "2026-03-02 11:00:00"]
    assert given.rows[1]["after"] == "1 d 1 h"
    assert "never happened" in result.explain("q").summary


@pytest.mark.parametrize(
    ("funnel", "reason"),
    [
        (Funnel([EVIL, "A"]), "never happened"),
        (Funnel(["A", "A"]), "reached step 1 of 2; 'A' did not happen again after that"),
        (Funnel([Step("A", has("source", "is", "ad")), "A"]), "did not begin; "),
        (Funnel(["B"]), "did not begin; 'B' never happened"),
    ],
    ids=repr,
)
def test_a_person_who_stopped_is_told_why(funnel: Funnel, reason: str) -> None:
    assert reason in ask(funnel).explain("q").summary


def test_a_step_that_came_too_late_is_told_with_its_lateness() -> None:
    assert (
        ask(Funnel(["A", EVIL], window="1d"))
        .explain("p")
        .summary.endswith("came 1 d 1 h after step 1, later than 1 day")
    )
    cut = ask(Funnel(["A", EVIL]), period=("2026-03-01", "2026-03-02")).explain("p").summary
    assert cut.endswith("came after the end of the period")


def test_a_metric_explains_the_events_it_counted() -> None:
    given = ask(Metric.times_happened("A")).explain("q")
    assert given.summary == "did 'A' 1 time in the period"
    assert "source" in given.rows[0]["properties"]


def test_a_segment_explains_each_part_of_its_condition() -> None:
    result = ask(Segment(did("A", at_least=2) | ~has("email", "is set")))
    given = result.explain("p")
    assert given.summary.startswith("is not a member")
    assert [(row["condition"].strip(), row["holds"], row["found"]) for row in given.rows] == [
        ("one of", "no", ""),
        ("did 'A' at least 2 times", "no", "1 time, last on 2026-03-01 10:00:00"),
        ("not", "no", ""),
        ("email is set", "yes", '"p@example.com"'),
    ]
    assert str(given).startswith("p: is not a member")


def test_a_plot_is_a_plotly_figure() -> None:
    for definition in DEFINITIONS:
        assert type(ask(definition).plot()).__module__.startswith("plotly")


def test_kinds_come_back_as_themselves() -> None:
    results = [ask(definition) for definition in DEFINITIONS]
    kinds = [type(from_dict(result.to_dict())) for result in results]
    assert kinds == [type(result) for result in results]
    assert {FunnelResult, MetricResult, SegmentResult} < set(kinds)


def test_a_breakdown_is_a_table_by_value_and_step_with_the_missing_value_among_them() -> None:
    events = pd.DataFrame(
        {
            "person_id": [1, 1, 2, 2, 3, 4],
            "event": ["Visit", "Buy", "Visit", "Buy", "Visit", "Visit"],
            "time": pd.to_datetime([1, 2, 3, 4, 5, 6], unit="s", utc=True),
            "source": ["news", None, "search", None, "news", None],
        }
    )
    table = evaluate(Funnel(["Visit", "Buy"], by="source"), events).table
    assert table.index.names == ["source", "step"]
    assert table.loc["news", "people"].tolist() == [2, 1]
    assert table.loc[("news", 2), ["step_rate", "rate"]].tolist() == [0.5, 0.5]
    assert table["people"].sum() == 6
    assert evaluate(Funnel(["Never", "Buy"], by="source"), events).table.empty


def test_a_long_explanation_is_cut_and_says_so() -> None:
    long = Explanation(1, "p", "did 'A' 1,070 times", [{"event": "A"}] * 1_070)
    assert str(long).endswith("and 1,020 more, see frame()")
    assert "and 1,020 more rows" in long._repr_html_()
    assert len(long.frame()) == 1_070
