"""Retention over everybody: cohorts counted by hand, who is behind each cell, what is not over, and why."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import RetentionResult
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.retention import Retention

# Monday the 2nd of March 2026 is day 0; ann and bob begin in the first week, cid in the second.
HAPPENED = [
    ("ann", "Sign up", 0),
    ("ann", "Visit", 1),
    ("ann", "Visit", 8),
    ("bob", "Sign up", 2),
    ("bob", "Visit", 15),
    ("cid", "Sign up", 9),
    ("cid", "Visit", 16),
    ("dan", "Visit", 3),
]
EVENTS = pd.DataFrame(HAPPENED, columns=["person_id", "event", "day"])
EVENTS = EVENTS.assign(
    time=pd.Timestamp("2026-03-02 12:00") + pd.to_timedelta(EVENTS.pop("day"), unit="D"),
    source=["ad", None, None, "news", None, "ad", None, None],
)
WEEKLY = Retention("Sign up", "Visit", freq="week", periods=2)


def ask(retention: Retention = WEEKLY, **options: Any) -> RetentionResult:
    result = evaluate(retention, EVENTS, **{"now": "2026-03-20T12:00", **options})
    assert isinstance(result, RetentionResult)
    return result


def test_cohorts_have_their_people_and_the_share_that_came_back() -> None:
    table = ask().table
    assert [f"{start:%m-%d}" for start in table.index] == ["03-02", "03-09", "03-16"]
    assert table["people"].tolist() == [2, 1, 0]
    assert table[0].fillna(-1).tolist() == [0.5, 0, -1]
    assert table[1].fillna(-1).tolist() == [0.5, 1, -1]
    assert table[2].fillna(-1).tolist() == [0.5, -1, -1]
    assert ask().counts[1].fillna(-1).tolist() == [1, 1, -1]


def test_what_is_not_over_is_partial_and_left_out_of_the_average() -> None:
    result = ask()
    assert [row["whole"] for row in result.cohorts] == [[True, True, False], [True, False, False], [False] * 3]
    assert [(row["returned"], row["of"]) for row in result.average] == [(1, 3), (1, 2), (0, 0)]
    later = ask(period=("2026-03-02", "2026-04-06"), now="2026-04-06")
    assert [(row["returned"], row["of"]) for row in later.average] == [(1, 3), (2, 3), (1, 3)]
    assert "left out of averages" in result.rule


def test_on_or_after_keeps_who_comes_later() -> None:
    result = ask(Retention("Sign up", "Visit", "on or after", "week", 2))
    assert result.counts[1].fillna(-1).tolist() == [2, 1, -1]


def test_the_people_behind_every_cell_are_listed() -> None:
    result = ask()
    assert set(result.people().index) == {"ann", "bob", "cid"}
    assert set(result.people(cohort="2026-03-04").index) == {"ann", "bob"}
    assert list(result.people(cohort="2026-03-02", period=2).index) == ["bob"]
    assert list(result.people(cohort="2026-03-02", period=2, returned=False).index) == ["ann"]
    assert list(result.people(cohort=result.table.index[1], period=1).index) == ["cid"]
    assert list(result.people(period=1).index) == ["ann"], "the average leaves out what is not over"
    assert list(result.people(period=1, returned=False).index) == ["bob"]
    for row in result.cohorts:
        for at, count in enumerate(row["returned"]):
            assert result.people_page(cohort=row["start"], period=at).total == (count or 0)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ({"cohort": "2026-05-01"}, "'2026-05-01' lies in none of the 3 periods"),
        ({"value": "ad"}, "has no breakdown"),
        ({"period": 3}, "period=3 is not there: it is numbered from 0 to 2"),
        ({"step": 1}, "asked for by cohort, period, returned, value"),
    ],
)
def test_a_cell_that_is_not_there_is_refused(number: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        ask().people(**number)


def test_a_breakdown_has_a_row_a_value_at_the_start() -> None:
    result = ask(Retention("Sign up", "Visit", freq="week", periods=1, by="source"))
    assert result.table["people"].to_dict() == {"ad": 2, "news": 1}
    assert [(row["returned"], row["of"]) for row in result.breakdown[0]["average"]] == [(1, 2), (1, 1)]
    assert set(result.people(value="ad").index) == {"ann", "cid"}
    for row in result.breakdown:
        for period, each in enumerate(row["average"]):
            assert result.people_page(period=period, value=row["value"]).total == each["returned"]
    with pytest.raises(DefinitionError, match="'radio' is none of the 2 values"):
        result.people(value="radio")


def test_a_person_is_told_its_cohort_and_its_returns() -> None:
    result = ask()
    given = result.explain("bob")
    assert given.summary == "is of the cohort week of 2026-03-02; counts in week 2"
    assert [row["week"] for row in given.rows] == ["start", 2]
    assert result.explain("dan").summary == "did not begin; 'Sign up' never happened"
    cut = ask(period=("2026-03-09", "2026-03-16"))
    assert cut.explain("bob").summary == "did not begin; 'Sign up' happened outside the period only"
    few = ask(Retention("Sign up", among=did("Visit", at_least=9)))
    assert few.explain("ann").summary == "is not one of the people asked about: did 'Visit' at least 9 times"


def test_the_triangle_shows_sizes_and_marks_what_is_not_over() -> None:
    (heat,) = ask().figure()["data"]
    layout = ask().figure()["layout"]
    assert heat["text"] == [["50 %", "50 %", "50 %*"], ["0 %", "100 %*", ""]]
    assert "not over yet" in heat["hovertext"][0][2]
    assert "1 of 2 came back in week 1" in heat["hovertext"][0][1]
    assert layout["yaxis"]["ticktext"][1].endswith("<b>1</b>")
    assert layout["annotations"][0]["text"] == "* not over yet"


def test_a_cohort_that_the_range_cuts_says_so() -> None:
    cut = ask(period=("2026-03-03", "2026-03-20"))
    assert cut.figure()["layout"]["yaxis"]["ticktext"][0].startswith("week of 2026-03-02 (part)")
    assert cut.cohorts[0]["partial"]
    assert cut.cohorts[0]["people"] == 1


def test_nobody_is_an_empty_picture_and_an_empty_table() -> None:
    empty = ask(Retention("Nothing", by="source"))
    assert "Nobody began with" in empty.figure()["layout"]["annotations"][0]["text"]
    assert empty.table.empty
    assert "Nobody began" in empty._repr_html_()
    assert evaluate(WEEKLY, EVENTS[:0]).table.empty
