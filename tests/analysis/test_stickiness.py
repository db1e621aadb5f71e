"""Stickiness of everybody: counted by hand, drawn, and with the people behind each bar."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import StickinessResult
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.stickiness import Stickiness

HAPPENED = [("ann", 0), ("ann", 0.2), ("ann", 1), ("ann", 2), ("bob", 1), ("cid", 2), ("dan", 0), ("dan", 2)]
EVENTS = pd.DataFrame(HAPPENED, columns=["person_id", "day"]).assign(event="Visit")
EVENTS = EVENTS.assign(time=pd.Timestamp("2026-03-02") + pd.to_timedelta(EVENTS.pop("day"), unit="D"))


def ask(**options: Any) -> StickinessResult:
    options = {"now": "2026-03-04T12:00", "period": ("2026-03-02", "2026-03-05"), **options}
    result = evaluate(Stickiness("Visit"), EVENTS, **options)
    assert isinstance(result, StickinessResult)
    return result


def test_people_are_counted_by_the_number_of_their_active_days() -> None:
    table = ask().table
    assert table.index.name == "days"
    assert table["people"].tolist() == [2, 1, 1]
    assert table["at_least"].tolist() == [4, 2, 1]
    assert table["rate"].tolist() == [0.5, 0.25, 0.25]


def test_a_partial_day_is_left_out_of_the_average() -> None:
    result = ask()
    assert (result.periods, result.partial, result.average) == (3, 1, 4 / 3)
    assert result.rule.endswith("3 days, 1 of them partial")
    assert ask(now="2026-04-01").average == 7 / 4


def test_the_people_behind_every_bar_are_listed() -> None:
    result = ask()
    assert set(result.people(1).index) == {"bob", "cid"}
    assert set(result.people(periods=2, at_least=True).index) == {"ann", "dan"}
    assert len(result.people()) == 4
    with pytest.raises(DefinitionError, match="periods=4 is not there"):
        result.people(4)


def test_a_person_is_told_its_days() -> None:
    given = ask().explain("ann")
    assert given.summary == "was active in 3 days of the period"
    assert [row["times"] for row in given.rows] == [2, 1, 1]
    assert given.rows[0]["day"] == "Mon 2026-03-02"


def test_bars_say_how_many_people_and_which_share() -> None:
    (bars,) = ask().figure()["data"]
    assert (bars["x"], bars["y"]) == ([1, 2, 3], [2, 1, 1])
    assert bars["hovertext"][0] == "<b>active in 1 of 3 days</b><br>2 people, 50 %"


def test_nobody_is_an_empty_picture() -> None:
    empty = evaluate(Stickiness(), EVENTS[:0])
    assert "Nobody was active" in empty.figure()["layout"]["annotations"][0]["text"]
    assert empty.table.empty
