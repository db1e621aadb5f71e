"""Funnels over everybody: the golden vectors of SEMANTICS 4, breakdowns, times, and who is at a step."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import FunnelResult
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import has
from tracktor_nb.semantics.funnel import Funnel, Step

ABCD = ["A", "B", "C", "D"]


def frame(*rows: tuple[Any, ...], **more: list[Any]) -> pd.DataFrame:
    """Rows of (person, event, minute)."""
    made = pd.DataFrame(rows, columns=["person_id", "event", "minute"])
    return made.assign(time=pd.Timestamp("2026-03-01") + pd.to_timedelta(made.pop("minute"), unit="min"), **more)


def walk(events: str) -> pd.DataFrame:
    return frame(*(("p", name, minute) for minute, name in enumerate(events)))


def ask(funnel: Funnel, events: pd.DataFrame, **options: Any) -> FunnelResult:
    result = evaluate(funnel, events, **options)
    assert isinstance(result, FunnelResult)
    return result


def counts(funnel: Funnel, events: pd.DataFrame, **options: Any) -> list[int]:
    return [step["people"] for step in ask(funnel, events, **options).steps]


@pytest.mark.parametrize(
    ("events", "furthest"), [("ABCD", 4), ("ABCED", 4), ("ABD", 2), ("ABDCD", 4), ("BACD", 1), ("ABCAD", 4)]
)
def test_other_events_may_stand_between_the_steps(events: str, furthest: int) -> None:
    assert sum(counts(Funnel(ABCD), walk(events))) == furthest


@pytest.mark.parametrize(
    ("rule", "furthest"),
    [
        ({"entry": "first", "window": "1h"}, 2),
        ({"entry": "any", "window": "1h"}, 3),
        ({"window_scope": "per step", "window": "1h"}, 3),
        ({}, 3),
    ],
)
def test_each_window_rule_gives_its_own_answer(rule: dict[str, Any], furthest: int) -> None:
    events = frame(("p", "A", 0), ("p", "A", 30), ("p", "B", 45), ("p", "C", 75))
    assert sum(counts(Funnel(["A", "B", "C"], **rule), events)) == furthest


def test_a_window_holds_its_last_instant() -> None:
    events = frame(("p", "A", 0), ("p", "B", 60))
    assert counts(Funnel(["A", "B"], window="1h"), events) == [1, 1]
    assert counts(Funnel(["A", "B"], window="59m"), events) == [1, 0]


def test_step_by_step_the_earliest_next_event_may_be_a_dead_end() -> None:
    events = frame(("p", "A", 0), ("p", "B", 10), ("p", "B", 60), ("p", "C", 115))
    result = ask(Funnel(["A", "B", "C"], window="1h", window_scope="per step"), events)
    assert [step["people"] for step in result.steps] == [1, 1, 1]
    assert result.steps[1]["median_time"] == 60 * 60_000_000


def test_a_repeated_step_needs_another_event() -> None:
    assert counts(Funnel(["A", "A"]), walk("A")) == [1, 0]
    assert counts(Funnel(["A", "A"]), walk("AXA")) == [1, 1]


def test_events_of_one_instant_count_in_their_order_of_arrival() -> None:
    assert counts(Funnel(["A", "B"]), frame(("p", "A", 0), ("p", "B", 0))) == [1, 1]
    assert counts(Funnel(["A", "B"]), frame(("p", "B", 0), ("p", "A", 0))) == [1, 0]
    assert counts(Funnel(["A", "A"]), frame(("p", "A", 0), ("p", "A", 0))) == [1, 1]


def test_people_never_share_a_chain() -> None:
    assert counts(Funnel(["A", "B"]), frame(("p", "A", 0), ("q", "B", 1), ("r", "A", 2), ("r", "B", 3))) == [2, 1]


def test_later_steps_end_with_the_range_or_with_now() -> None:
    events = frame(("p", "A", 0), ("p", "B", 60 * 24))
    day = ("2026-03-01", "2026-03-02")
    assert counts(Funnel(["A", "B"]), events, period=day) == [1, 0]
    assert counts(Funnel(["A", "B"], until="now"), events, period=day) == [1, 1]


def test_a_step_may_ask_for_arguments() -> None:
    events = frame(("p", "A", 0), ("p", "B", 1), ("q", "A", 0), ("q", "B", 1), price=[None, 5, None, 50])
    assert counts(Funnel(["A", Step("B", has("price", ">", 10))]), events) == [2, 1]


def test_rates_are_of_the_step_before_and_of_step_one() -> None:
    events = pd.concat([walk("ABC"), walk("AB").assign(person_id="q"), walk("A").assign(person_id="r")])
    steps = ask(Funnel(["A", "B", "C"]), events).steps
    assert [step["rate"] for step in steps] == [1.0, 2 / 3, 1 / 3]
    assert [step["step_rate"] for step in steps] == [None, 2 / 3, 1 / 2]


def test_times_are_of_the_counted_attempt() -> None:
    minutes = [1, 2, 3, 10]
    events = pd.concat([frame((f"p{m}", "A", 0), (f"p{m}", "B", m), (f"p{m}", "B", 99)) for m in minutes])
    step = ask(Funnel(["A", "B"]), events).steps[1]
    assert (step["median_time"], step["mean_time"], step["p90_time"]) == (150_000_000, 240_000_000, 600_000_000)


def test_a_breakdown_takes_the_value_at_step_one_of_the_event_or_of_the_person() -> None:
    events = frame(("p", "A", 0), ("p", "B", 1), ("q", "A", 0), ("r", "A", 0), source=["ad", "mail", None, None])
    people = pd.DataFrame({"source": ["x", "ad"]}, index=pd.Index(["p", "q"], name="person_id"))
    assert ask(Funnel(["A", "B"], by="source"), events, people=people).breakdown == [
        {"value": "ad", "steps": [2, 1]},
        {"value": None, "steps": [1, 0]},
    ]


def test_a_breakdown_shows_the_hundred_largest_values_and_counts_the_rest() -> None:
    events = frame(*((f"p{n}", "A", 0) for n in range(130)), source=[f"s{min(n, 120)}" for n in range(130)])
    result = ask(Funnel(["A"], by="source"), events)
    assert result.breakdown[0] == {"value": "s120", "steps": [10]}
    assert (len(result.breakdown), result.more_values) == (100, 21)


def test_everybody_at_a_step_went_on_or_stopped() -> None:
    events = pd.concat([walk("AB").assign(person_id="on"), walk("A").assign(person_id="off")])
    result = ask(Funnel(["A", "B"]), events)
    assert set(result.people(1).index) == {"on", "off"}
    assert list(result.people(1, stopped=True).index) == ["off"]
    assert list(result.people(2).index) == ["on"]
    assert result.people(2, stopped=True).empty
    with pytest.raises(DefinitionError, match="numbered from 1 to 2"):
        result.people(3)


def test_nobody_in_the_range_is_no_error() -> None:
    result = ask(Funnel(["A", "B"], by="source", window="1d", window_scope="per step"), walk("B").assign(source=None))
    assert [step["people"] for step in result.steps] == [0, 0]
    assert result.breakdown == []
    assert result.steps[1]["rate"] is None
