"""Paths of everybody: streams counted by hand, drawn, and with the people behind each of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import PathsResult
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.path import Paths

WALKS = {"ann": "xAbc", "bob": "yAbd", "cid": "xAc", "dan": "A", "eve": "zx"}


def frame(walks: dict[str, str]) -> pd.DataFrame:
    """Events of one letter, one a minute."""
    rows = [(person, name, minute) for person, names in walks.items() for minute, name in enumerate(names)]
    made = pd.DataFrame(rows, columns=["person_id", "event", "minute"])
    return made.assign(time=pd.Timestamp("2026-03-01") + pd.to_timedelta(made.pop("minute"), unit="min"))


def ask(paths: Paths, walks: dict[str, str] | None = None, **options: Any) -> PathsResult:
    result = evaluate(paths, frame(WALKS if walks is None else walks), **options)
    assert isinstance(result, PathsResult)
    return result


def nodes(result: PathsResult) -> list[list[tuple[str, int]]]:
    return [[(node["label"], node["people"]) for node in its] for its in result.steps]


def test_each_step_has_its_events_and_those_who_did_nothing_more() -> None:
    result = ask(Paths("A", depth=2))
    assert result.people_count == 4
    assert nodes(result) == [
        [("A", 4)],
        [("b", 2), ("c", 1), ("nothing more", 1)],
        [("c", 1), ("d", 1), ("nothing more", 1)],
    ]


def test_paths_before_an_event_lead_to_it() -> None:
    result = ask(Paths("A", direction="before", depth=1))
    assert nodes(result) == [[("A", 4)], [("x", 2), ("y", 1), ("nothing before", 1)]]


def test_a_window_holds_its_last_instant_in_both_directions() -> None:
    walks = {"p": "xyAbc"}
    assert nodes(ask(Paths("A", window="1m", depth=2), walks)) == [[("A", 1)], [("b", 1)], [("nothing more", 1)]]
    before = ask(Paths("A", direction="before", window="1m", depth=2), walks)
    assert nodes(before) == [[("A", 1)], [("y", 1)], [("nothing before", 1)]]


def test_the_rest_stands_together() -> None:
    result = ask(Paths("A", depth=1, most=1), {"p": "Ab", "q": "Ab", "r": "Ac", "s": "Ad"})
    assert result.steps[1][1] == {"label": "others", "kind": "others", "people": 2, "events": 2}


def test_streams_add_up() -> None:
    table = ask(Paths("A", depth=2)).table
    assert table[table["step"] == 0][["event", "to", "people", "rate"]].values.tolist() == [
        ["A", "b", 2, 0.5],
        ["A", "c", 1, 0.25],
        ["A", "nothing more", 1, 0.25],
    ]
    assert table[table["step"] == 1]["people"].sum() == 3


def test_the_people_behind_every_node_and_every_stream_are_listed() -> None:
    result = ask(Paths("A", depth=2))
    assert len(result.people()) == 4
    assert set(result.people(1, "b").index) == {"ann", "bob"}
    assert list(result.people(step=1, event="b", to="d").index) == ["bob"]
    assert list(result.people(step=1, event=2).index) == ["dan"], "nothing more"
    for link in result.links:
        page = result.people_page(link["step"], link["source"], link["target"])
        assert page.total == link["people"]
    for step, its in enumerate(result.steps):
        for at, node in enumerate(its):
            assert result.people_page(step, at).total == node["people"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ((3,), "step=3 is not there: it is numbered from 0 to 2"),
        ((1, "z"), r"'z' is not at step 1. There: 0 \(b\), 1 \(c\), 2 \(nothing more\)"),
        ((1, "nothing more"), "'nothing more' is not at step 1"),
        ((2, "c", "b"), "step=2 is not there: it is numbered from 0 to 1"),
    ],
)
def test_a_place_that_is_not_there_is_refused(number: tuple[Any, ...], said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        ask(Paths("A", depth=2)).people(*number)


def test_a_person_is_told_its_way() -> None:
    result = ask(Paths("A", group={"bc": ["b", "c"]}))
    given = result.explain("bob")
    assert given.summary == "took 2 steps after 'A'"
    assert [(row["event"], row["after"]) for row in given.rows] == [("0. A", ""), ("1. bc", "1 min"), ("2. d", "2 min")]
    assert result.explain("eve").summary == "has no path; did not do 'A' in the period"


def test_streams_are_drawn_in_the_direction_of_time() -> None:
    (after,) = ask(Paths("A", depth=1)).figure()["data"]
    (before,) = ask(Paths("A", direction="before", depth=1)).figure()["data"]
    assert set(after["link"]["source"]) == set(before["link"]["target"]) == {0}
    assert after["node"]["label"][0] == "A · 4"
    assert after["node"]["label"][3] == "(nothing more) · 1"
    assert "2 people, 50 % of “A”" in after["link"]["customdata"][0]


def test_nobody_is_an_empty_picture() -> None:
    empty = ask(Paths("Nothing"))
    assert "Nobody did “Nothing”" in empty.figure()["layout"]["annotations"][0]["text"]
    assert empty.table.empty
