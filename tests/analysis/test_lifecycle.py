"""The lifecycle of everybody: counted by hand, drawn, and with the people behind each bar."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import LifecycleResult
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.lifecycle import STATES, Lifecycle

HAPPENED = [("ann", 0), ("ann", 1), ("bob", 0), ("cid", 1), ("bob", 2), ("cid", 3)]
EVENTS = pd.DataFrame(HAPPENED, columns=["person_id", "day"]).assign(event="Visit")
EVENTS = EVENTS.assign(time=pd.Timestamp("2026-03-02") + pd.to_timedelta(EVENTS.pop("day"), unit="D"))


def ask(**options: Any) -> LifecycleResult:
    result = evaluate(Lifecycle("Visit", freq="day"), EVENTS, **{"now": "2026-03-05T12:00", **options})
    assert isinstance(result, LifecycleResult)
    return result


def test_every_period_has_its_new_returning_resurrected_and_dormant_people() -> None:
    table = ask().table
    assert table[list(STATES)].values.tolist() == [[2, 0, 0, 0], [1, 1, 0, 1], [0, 0, 1, 2], [0, 0, 1, 1]]
    assert table["active"].tolist() == [2, 2, 1, 1]
    assert table["partial"].tolist() == [False, False, False, True]


def test_who_was_active_before_and_is_not_returning_is_dormant() -> None:
    table = ask(period=("2026-03-03", "2026-03-06")).table
    assert table[list(STATES)].values.tolist() == [[1, 1, 0, 1], [0, 0, 1, 2], [0, 0, 1, 1]]
    before, after = table.iloc[:-1], table.iloc[1:]
    assert (before["active"].to_numpy() - after["returning"].to_numpy()).tolist() == after["dormant"].tolist()


def test_a_period_that_is_not_over_is_left_out_of_the_averages() -> None:
    result = ask()
    assert result.average == {"new": 1, "returning": 1 / 3, "resurrected": 1 / 3, "dormant": 1}
    assert "left out of averages" in result.rule


def test_the_people_behind_every_bar_are_listed() -> None:
    result = ask()
    assert set(result.people("dormant", "2026-03-04").index) == {"ann", "cid"}
    assert list(result.people("resurrected", period=result.table.index[2]).index) == ["bob"]
    assert set(result.people().index) == {"ann", "bob", "cid"}
    for bucket in result.buckets:
        for state in STATES:
            assert result.people_page(state, bucket["start"]).total == bucket[state]
    with pytest.raises(DefinitionError, match="state='gone'"):
        result.people("gone")


def test_a_person_is_told_what_it_was_when() -> None:
    given = ask().explain("bob")
    assert given.summary == "first active 2026-03-02 00:00:00; new in 1, resurrected in 1, dormant in 2"
    assert [row["state"] for row in given.rows] == ["new", "dormant", "resurrected", "dormant"]


def test_dormant_people_are_drawn_below_zero_and_partial_periods_hatched() -> None:
    figure = ask().figure()
    assert figure["layout"]["barmode"] == "relative"
    assert [bars["name"] for bars in figure["data"]] == list(STATES)
    assert figure["data"][3]["y"] == [0, -1, -2, -1]
    assert figure["data"][0]["marker"]["pattern"]["shape"] == ["", "", "", "/"]
    assert figure["data"][3]["hovertext"][3].endswith("1 dormant · partial day")


def test_nobody_is_an_empty_picture() -> None:
    empty = evaluate(Lifecycle("Nothing"), EVENTS[:0])
    assert "Nobody was active" in empty.figure()["layout"]["annotations"][0]["text"]
    assert empty.table.empty
