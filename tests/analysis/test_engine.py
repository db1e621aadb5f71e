"""The engine: takes in what is new with every question, computes nothing twice, and forgets nothing that moves on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.logs import Rows
from tracktor_nb.analysis.engine import SLIDING, Engine
from tracktor_nb.analysis.results import FunnelResult, MetricResult, SegmentResult
from tracktor_nb.errors import DefinitionError, UnknownNameError
from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.condition import did, has, in_segment
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import DAY, HOUR, MINUTE, Calendar
from tracktor_nb.semantics.references import lookup_in
from tracktor_nb.semantics.segment import Segment

NOON = Calendar().parse("2026-03-01T12:00")
ROWS = Rows(
    (Event(NOON, 1, "A", {"n": 1}, 7), Event(NOON, 2, "B", {}, 7)), (PropertyChange(NOON, 3, {"plan": "x"}, 7),)
)


class Clock:
    now = NOON

    def __call__(self) -> int:
        return self.now


class House:
    """One site of rows that can grow, an engine, and its clock."""

    def __init__(self) -> None:
        self.rows, self.clock = replace(ROWS), Clock()
        self.saved: dict[str, Definition] = {}
        self.engine = Engine(
            self._source, lambda site: Calendar(), self.clock, lambda site, name: lookup_in(self.saved)(name)
        )

    def _source(self, site: str) -> Rows:
        if site != "shop":
            raise UnknownNameError("site", site, ["shop"])
        return self.rows

    def happen(self, name: str, time: int, identity: int = 8) -> None:
        seq = 1 + self.rows.watermark().seq
        self.rows.events_ += (Event(time, seq, name, {}, identity),)

    def ask(self, definition: Any, period: Any = "all time", as_of: int | None = None) -> Any:
        return self.engine.evaluate("shop", definition, period, as_of)


@pytest.fixture
def house() -> House:
    return House()


def test_a_question_takes_in_what_is_new(house: House) -> None:
    assert house.ask(Funnel(["A", "B"])).steps[0]["people"] == 1
    house.happen("A", NOON)
    assert house.ask(Funnel(["A", "B"])).steps[0]["people"] == 2
    assert house.rows.reads == 2


def test_the_same_question_is_computed_once(house: House) -> None:
    first = house.ask(Funnel(["A", "B"]))
    house.clock.now += 60_000_000
    again = house.ask(Funnel(["A", "B"]))
    assert again.asked is first.asked
    assert again.computed_at > first.computed_at
    assert house.ask(Funnel(["A"])).asked is not first.asked


def test_groups_of_a_comparison_move_on_with_now(house: House) -> None:
    recent = FunnelComparison(Funnel(["A"]), did("A", within="1h"), did("B"))
    assert house.ask(recent).steps[0]["people_a"] == 1
    house.clock.now += HOUR + SLIDING
    assert house.ask(recent).steps[0]["people_a"] == 0


def test_a_bucket_ripens_when_its_window_closes(house: House) -> None:
    funnel = Funnel(["A", "B"], window="30m", freq="hour")
    house.clock.now += HOUR + 20 * MINUTE
    assert house.ask(funnel).buckets[0]["ripe"] is False
    house.clock.now += 10 * MINUTE
    assert house.ask(funnel).buckets[0]["ripe"] is True


def test_a_named_range_moves_on_at_midnight(house: House) -> None:
    today = Metric.times_happened("A")
    assert house.ask(today, "today").total == 1
    house.clock.now += 12 * HOUR
    assert house.ask(today, "today").total == 0
    assert house.ask(today, "yesterday").total == 1


def test_the_part_of_the_previous_period_grows_with_this_one(house: House) -> None:
    today = Metric.times_happened("A")
    before = house.ask(today, "today").previous
    house.clock.now += SLIDING
    assert before is not None
    assert house.ask(today, "today").previous == {**before, "end": before["end"] + SLIDING}


def test_an_unfinished_bucket_is_finished_when_its_hour_is_over(house: House) -> None:
    hourly = Metric.times_happened("A", freq="hour")
    assert [bucket["partial"] for bucket in house.ask(hourly, "today").buckets][-1] is True
    house.clock.now += HOUR
    assert house.ask(hourly, "today").buckets[12] == {"start": NOON, "value": 1, "partial": False}


def test_windows_that_end_now_slide(house: House) -> None:
    recent = Segment(did("A", within="1d"))
    assert house.ask(recent).count == 1
    assert house.ask(Metric.times_happened("A"), "1d").total == 1
    house.clock.now += DAY + SLIDING
    assert house.ask(recent).count == 0
    assert house.ask(Metric.times_happened("A"), "1d").total == 0


def test_rows_of_later_times_count_when_their_time_comes(house: House) -> None:
    house.happen("A", NOON + HOUR // 2)
    assert house.ask(Metric.times_happened("A")).total == 1
    house.clock.now += HOUR // 2
    assert house.ask(Metric.times_happened("A")).total == 2


def test_a_question_as_of_a_date_is_not_answered_with_the_present(house: House) -> None:
    house.happen("A", NOON + 5)
    house.clock.now += DAY
    assert house.ask(Funnel(["A"])).steps[0]["people"] == 2
    assert house.ask(Funnel(["A"]), as_of=NOON).steps[0]["people"] == 1


def test_every_kind_is_answered(house: House) -> None:
    kinds = [type(house.ask(each)) for each in (Funnel(["A"]), Metric.people_who_did("A"), Segment(did("A")))]
    assert kinds == [FunnelResult, MetricResult, SegmentResult]


def test_many_may_ask_at_once(house: House) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: house.ask(Funnel(["A", "B"])).steps[1]["people"], range(40)))
    assert found == [1] * 40
    assert house.rows.reads == 1


def test_an_unknown_site_is_named(house: House) -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown site 'shoppe'\. Did you mean 'shop'"):
        house.engine.evaluate("shoppe", Funnel(["A"]))


def test_pickers_learn_the_names_and_values_that_occur(house: House) -> None:
    assert [(each["name"], each["count"]) for each in house.engine.events("shop")] == [("A", 1), ("B", 1)]
    (argument,) = house.engine.properties("shop", "A")
    assert (argument["name"], argument["type"], argument["values"]) == ("n", "number", [1])
    assert [each["name"] for each in house.engine.properties("shop")] == ["plan", "created_at", "last_seen"]


def test_an_answer_follows_the_latest_revision_of_the_segments_it_names(house: House) -> None:
    asked = Segment(in_segment("fans") & did("A"))
    house.saved["fans"] = Segment(did("A"))
    before = house.ask(asked)
    assert (before.count, before.definition) == (1, asked)
    house.saved["fans"] = Segment(did("C"))
    assert house.ask(asked).count == 0
    house.saved["fans"] = Segment(in_segment("gold"))
    house.saved["gold"] = Segment(has("plan", "is", "x"))
    assert house.ask(asked).count == 1
    house.saved["gold"] = Segment(in_segment("fans"))
    with pytest.raises(DefinitionError, match="fans → gold → fans"):
        house.ask(asked)
    with pytest.raises(UnknownNameError, match="Unknown segment 'fanz'"):
        house.ask(Segment(in_segment("fanz")))


def test_a_funnel_among_the_members_of_a_saved_segment_moves_with_it(house: House) -> None:
    house.saved["fans"] = Segment(did("C"))
    asked = Funnel(["A", "B"], among=in_segment("fans"))
    assert [step["people"] for step in house.ask(asked).steps] == [0, 0]
    house.happen("C", NOON, identity=7)
    assert [step["people"] for step in house.ask(asked).steps] == [1, 1]


def test_new_lists_are_taken_in_without_reading_the_log_again(house: House) -> None:
    house.saved["list"] = Cohort(9)
    asked = Segment(in_segment("list"))
    assert house.ask(asked).count == 0
    house.rows.cohorts_ = {9: [7]}
    assert house.ask(asked).count == 1
    assert house.engine.identities("shop", asked) == [7]
    assert house.engine.identities("shop", asked, as_of=NOON - 1) == []


def test_the_size_on_days_that_are_over_is_counted_once(house: House) -> None:
    fans = Segment(did("A"))
    house.clock.now = NOON + 3 * DAY
    sizes = house.ask(fans, "last 7 days").sizes
    assert [size["people"] for size in sizes] == [0, 0, 0, 1, 1, 1, 1]
    house.clock.now += HOUR
    assert house.ask(fans, "last 7 days").sizes == sizes
    assert len(house.engine.log("shop").sizes) == 6
