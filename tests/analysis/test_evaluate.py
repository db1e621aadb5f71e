"""Answers about any DataFrames: what they must have, how times are read, and numbers that are known elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import FunnelResult, MetricResult, SegmentResult
from tracktor_nb.errors import DefinitionError, FrameError
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did, did_not, has
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.trigger import Trigger

CDNOW = Path(__file__).parents[1] / "data" / "cdnow_purchases.csv.gz"
EVENTS = pd.DataFrame(
    {
        "person_id": ["p", "p", "q"],
        "event": ["A", "B", "A"],
        "time": pd.to_datetime(["2026-03-01", "2026-03-02", "2026-03-03"]),
        "price": [1.0, 2.0, None],
    }
)


def members(definition: Segment, events: Any = EVENTS, **options: Any) -> set[Any]:
    result = evaluate(definition, events, **options)
    assert isinstance(result, SegmentResult)
    return set(result.people().index)


def test_the_purchases_of_cdnow_give_their_known_numbers() -> None:
    purchases = pd.read_csv(CDNOW).rename(columns={"distinct_id": "person_id"})
    funnel = evaluate(Funnel(["Purchase", "Purchase"]), purchases)
    assert isinstance(funnel, FunnelResult)
    assert [step["people"] for step in funnel.steps] == [23_570, 11_662]
    assert funnel.steps[1]["mean_time"] / 86_400_000_000 == pytest.approx(108.41, abs=0.005)
    times = evaluate(Metric.times_happened("Purchase", freq="month"), purchases)
    assert isinstance(times, MetricResult)
    monthly = purchases.groupby(purchases["time"].str[:7]).size()
    assert (times.total, [bucket["value"] for bucket in times.buckets]) == (69_659, monthly.tolist())
    each = evaluate(Metric.times_per_person("Purchase"), purchases)
    assert isinstance(each, MetricResult)
    assert each.total == pytest.approx(2.955, abs=0.0005)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(FrameError, match=r"events has no column .event., .time.; .* It has: person_id, when\."):
        evaluate(Funnel(["A"]), pd.DataFrame({"person_id": [1], "when": [2]}))


def test_empty_cells_where_they_cannot_be_are_counted() -> None:
    with pytest.raises(FrameError, match="events has 1 rows without person_id"):
        evaluate(Funnel(["A"]), EVENTS.assign(person_id=["p", None, "q"]))


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(FrameError, match="events must be a DataFrame"):
        evaluate(Funnel(["A"]), [("p", "A", 1)])


def test_times_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(FrameError, match="The column time cannot be read as times"):
        evaluate(Funnel(["A"]), EVENTS.assign(time=["soon", "later", "never"]))


def test_no_rows_are_an_answer_too() -> None:
    result = evaluate(Funnel(["A", "B"]), EVENTS.iloc[:0])
    assert isinstance(result, FunnelResult)
    assert [step["people"] for step in result.steps] == [0, 0]


def test_an_arrow_table_will_do() -> None:
    result = evaluate(Funnel(["A", "B"]), pa.Table.from_pandas(EVENTS))
    assert isinstance(result, FunnelResult)
    assert [step["people"] for step in result.steps] == [2, 1]


@pytest.mark.parametrize(
    "times",
    [
        pd.to_datetime(["2026-03-01 00:00", "2026-03-01 12:00", "2026-03-02 00:00"]),
        ["2026-03-01", "2026-03-01T12:00", "2026-03-02"],
        pd.to_datetime(["2026-02-28 23:00", "2026-03-01 11:00", "2026-03-01 23:00"], utc=True),
        [1772319600, 1772362800, 1772406000],
        [1772319600000, 1772362800000, 1772406000000],
    ],
    ids=["naive", "texts", "aware", "seconds", "milliseconds"],
)
def test_times_without_zone_are_of_the_zone_asked_for(times: Any) -> None:
    result = evaluate(Metric.times_happened("A"), EVENTS.assign(time=times, event="A"), tz="Europe/Vienna")
    assert isinstance(result, MetricResult)
    assert [bucket["value"] for bucket in result.buckets] == [2, 1]


def test_an_hour_that_comes_twice_is_the_first_and_one_that_is_left_out_moves_on() -> None:
    times = pd.to_datetime(["2026-10-25 02:30", "2026-03-29 02:30", "2026-03-30 12:00"])
    result = evaluate(Segment(did("A")), EVENTS.assign(time=times, event="A"), tz="Europe/Vienna")
    assert isinstance(result, SegmentResult)
    seen = {row["person_id"]: row["last_seen"] for row in result.examples}
    assert seen["p"] == pd.Timestamp("2026-10-25T00:30Z").value // 1000


def test_people_have_properties_and_may_have_no_events() -> None:
    people = pd.DataFrame({"plan": ["free", "gold"]}, index=pd.Index(["p", "r"], name="person_id"))
    assert members(Segment(has("plan", "is", "free")), people=people) == {"p"}
    assert members(Segment(did_not("A")), people=people) == {"r"}
    assert members(Segment(has("plan", "is not set")), people=people.reset_index()) == {"q"}


def test_people_are_known_since_their_first_event_or_since_the_frame_says() -> None:
    people = pd.DataFrame({"created_at": ["2026-01-01", None]}, index=pd.Index(["p", "q"], name="person_id"))
    recent = Segment(has("created_at", "after", "2026-02-01"))
    assert members(recent) == {"p", "q"}
    assert members(recent, people=people) == {"q"}


def test_a_person_with_two_rows_of_properties_is_refused() -> None:
    with pytest.raises(FrameError, match="several rows for person_id 'p'"):
        evaluate(Funnel(["A"]), EVENTS, pd.DataFrame({"person_id": ["p", "p"]}))


def test_people_without_their_ids_are_refused() -> None:
    with pytest.raises(FrameError, match="people must be indexed by person_id"):
        evaluate(Funnel(["A"]), EVENTS, pd.DataFrame({"plan": ["free"]}))


def test_as_of_a_date_rows_that_were_known_later_are_not_there() -> None:
    late = EVENTS.assign(known_at=pd.to_datetime(["2026-03-01", "2026-03-09", "2026-03-03"]))
    result = evaluate(Funnel(["A", "B"]), late, as_of="2026-03-05")
    assert isinstance(result, FunnelResult)
    assert [step["people"] for step in result.steps] == [2, 0]
    assert "as known on 2026-03-05 00:00 (UTC)" in result.rule


def test_an_instant_that_is_none_is_refused() -> None:
    with pytest.raises(FrameError, match="now='soon' is not an instant"):
        evaluate(Funnel(["A"]), EVENTS, now="soon")


def test_a_campaign_is_no_question() -> None:
    with pytest.raises(DefinitionError, match="A campaign is no question"):
        evaluate(Campaign([Trigger.event("A")]), EVENTS)
