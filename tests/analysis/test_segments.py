"""Segments as users see them: their size over time, values they cannot match, overlaps, and the reasons."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import Result, SegmentResult, from_dict
from tracktor_nb.analysis.results.overlap import OverlapResult
from tracktor_nb.errors import DefinitionError, UnknownNameError
from tracktor_nb.semantics.condition import asset, did, did_not, has, in_company, in_segment
from tracktor_nb.semantics.overlap import Overlap
from tracktor_nb.semantics.segment import Segment

EVIL = "<script>alert('&')</script>"
EVENTS = pd.DataFrame(
    [
        ("ann", "Buy", "2026-03-01 10:00", "5", None, None),
        ("ann", "Buy", "2026-03-03 10:00", 50, None, None),
        ("bob", "Buy", "2026-03-04 23:30", 7, None, None),
        (EVIL, "Visit", "2026-03-02 09:00", None, None, None),
        ("ann", "Letter sent", "2026-03-05 09:00", None, "Hello", None),
        ("bob", "Letter sent", "2026-03-05 09:00", None, "Hello", None),
        ("ann", "Letter opened", "2026-03-05 09:01", None, "Hello", "scanner"),
        ("bob", "Letter opened", "2026-03-06 10:00", None, "Hello", "proxy"),
    ],
    columns=["person_id", "event", "time", "price", "letter", "source"],
).assign(time=lambda frame: pd.to_datetime(frame["time"]))
PEOPLE = pd.DataFrame(
    {
        "age": ["31", 40, "old"],
        "company": ["Acme", {"id": 7, "name": "Acme"}, None],
        "address": [{"city": "Wien"}, {"city": "Graz"}, None],
    },
    index=pd.Index(["ann", "bob", EVIL], name="person_id"),
)
VIP: dict[str, Any] = {"vip": ["ann", "zoe"], "buyers": Segment(did("Buy"))}


def ask(definition: Any, **options: Any) -> Any:
    given = {"people": PEOPLE, "now": "2026-03-10T12:00", "tz": "Europe/Vienna", "segments": VIP, **options}
    return evaluate(definition, EVENTS, **given)


def people(definition: Any, *which: Any) -> list[str]:
    return sorted(ask(definition).people(*which).index)


# --- every condition ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (in_company("Acme"), ["ann", "bob"]),
        (~in_company("Acme"), [EVIL]),
        (has("address.city", "is", "Wien"), ["ann"]),
        (asset("Hello", "sent"), ["ann", "bob"]),
        (asset("Hello", "not_sent"), [EVIL]),
        (asset("Hello", "opened"), ["bob"]),
        (asset("Hello", "not_opened"), ["ann"]),
        (asset("Hello", "opened", include_scanners=True), ["ann", "bob"]),
        (asset("Hello", "opened", include_proxies=False), []),
        (asset("Hello", "not_opened", include_proxies=False), ["ann", "bob"]),
        (asset("Hello", "sent", within="2d"), []),
        (asset("Hello", "sent", between=("2026-03-05", "2026-03-06")), ["ann", "bob"]),
        (asset("Hello", "sent", kind="message"), []),
        (asset("Bye", "not_sent"), ["ann", "bob", EVIL]),
        (in_segment("vip"), ["ann"]),
        (in_segment("buyers") & ~in_segment("vip"), ["bob"]),
        (has("age", ">", 30), ["bob"]),
        (has("age", ">", 30, convert=True), ["ann", "bob"]),
        (has("age", "is", "40", convert=True), ["bob"]),
        (did("Buy", where=has("price", "<", 6)), []),
        (did("Buy", where=has("price", "<", 6, convert=True)), ["ann"]),
        (did_not("Buy", known_for="30d"), []),
        (did_not("Buy", known_for="7d"), [EVIL]),
    ],
    ids=repr,
)  # fmt: skip
def test_a_condition_picks_its_people(condition: Any, expected: list[str]) -> None:
    assert people(Segment(condition)) == sorted(expected)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: asset("Hi", "opend"), "activity of a letter='opend' .* must be one of 'sent', 'opened'"),
        (lambda: asset("Hi", "opened", kind="message"), "must be one of 'sent', 'seen', 'replied', 'not_sent'"),
        (lambda: asset("Hi", "sent", include_scanners=True), "go with opened and clicked, not 'sent'"),
        (lambda: asset("", "sent"), "needs the name of a letter"),
        (lambda: asset("Hi", "sent", kind="sms"), "kind='sms'"),  # type: ignore[arg-type]
        (lambda: asset("Hi", "sent", within="1d", between=("2026-01-01", "2026-01-02")), "not both"),
        (lambda: in_company(""), "needs the name of a company"),
        (lambda: did("A", where=in_company("Acme")), r"use has\(...\)"),
        (lambda: did("A", where=in_segment("vip")), "asks for the event's arguments"),
        (lambda: has("x", "is", 1, convert=1), "convert=1"),  # type: ignore[arg-type]
        (lambda: Overlap(did("A"), "x"), "second='x' in Overlap"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_mean_anything_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()


# --- reasons --------------------------------------------------------------------------------------------------------


def reasons(definition: Any, person: str) -> list[tuple[str, str, str]]:
    given = ask(definition).explain(person)
    return [(row["condition"].strip(), row["holds"], row["found"]) for row in given.rows]


def test_the_events_behind_a_letter_are_told() -> None:
    assert reasons(Segment(asset("Hello", "not_opened")), "bob") == [
        ("got letter 'Hello' and did not open it", "no", ""),
        ("did 'Letter sent' where letter is 'Hello'", "yes", "1 time, last on 2026-03-05 09:00:00"),
        ("not", "no", ""),
        (
            "did 'Letter opened' where (letter is 'Hello' and source not in ['scanner'])",
            "yes",
            "1 time, last on 2026-03-06 10:00:00",
        ),
    ]


def test_values_and_inner_segments_are_told() -> None:
    assert reasons(Segment(in_company("Acme") & has("address.city", "is", "Wien")), "bob") == [
        ("all of", "no", ""),
        ("company is 'Acme'", "yes", '{"id": 7, "name": "Acme"}'),
        ("address.city is 'Wien'", "no", '"Graz"'),
    ]
    assert reasons(Segment(in_segment("buyers") & ~in_segment("vip")), "ann") == [
        ("all of", "no", ""),
        ("in segment 'buyers'", "yes", ""),
        ("did 'Buy'", "yes", "2 times, last on 2026-03-03 10:00:00"),
        ("not", "no", ""),
        ("in segment 'vip'", "yes", "listed"),
    ]


def test_an_overlap_tells_both_sides() -> None:
    given = ask(Overlap(in_segment("vip"), did("Visit"))).explain("ann")
    assert given.summary == "is in the first alone"
    assert [(row["segment"], row["holds"]) for row in given.rows] == [("first", "yes"), ("second", "no")]


# --- over time ------------------------------------------------------------------------------------------------------


def test_the_size_of_a_segment_is_that_at_the_end_of_each_day() -> None:
    result = ask(Segment(did("Buy", within="2d")), period=("2026-03-01", "2026-03-08"))
    assert result.over_time["people"].tolist() == [1, 1, 1, 2, 1, 0, 0]
    assert not result.over_time["partial"].any()
    assert str(result.over_time.index[0]) == "2026-03-01 00:00:00+01:00"
    assert [size["people"] for size in ask(Segment(did("Buy")), period="today").sizes] == [2]
    figure = result.figure()
    assert figure["data"][0]["y"] == [1, 1, 1, 2, 1, 0, 0]


def test_a_day_that_is_not_over_is_partial_and_long_ranges_are_cut_wider() -> None:
    result = ask(Segment(did("Buy")), period="all time")
    assert (result.freq, len(result.sizes)) == ("day", 10)
    assert result.over_time["partial"].tolist() == [False] * 9 + [True]
    assert ask(Segment(did("Buy")), period=("2025-01-01", "2026-03-09")).freq == "week"
    assert ask(Segment(did("Buy")), period=("2015-01-01", "2026-03-09")).freq == "month"
    assert ask(Segment(did("Buy")), period=("2027-01-01", "2027-02-01")).sizes == []


# --- values of another type -----------------------------------------------------------------------------------------


def test_values_that_can_never_match_are_counted_and_a_conversion_offered() -> None:
    result = ask(Segment(has("age", ">", 30) & did("Buy", where=has("price", "<", 6))))
    assert result.conversions["would_meet"].tolist() == [2, 1]
    assert result.mistyped == [
        {
            "condition": "has('age', '>', 30)",
            "event": None,
            "wanted": "number",
            "wrong": 2,
            "meets": 1,
            "would_meet": 2,
            "offer": "has('age', '>', 30, convert=True)",
        },
        {
            "condition": "has('price', '<', 6)",
            "event": "Buy",
            "wanted": "number",
            "wrong": 1,
            "meets": 0,
            "would_meet": 1,
            "offer": "has('price', '<', 6, convert=True)",
        },
    ]
    card = result._repr_html_()
    assert "2 people have another type than has(&#x27;age&#x27;, &#x27;&gt;&#x27;, 30) asks for (number)." in card
    assert "Converted, 2 instead of 1 would meet it" in card
    assert ask(Segment(has("age", ">", 30, convert=True))).conversions.empty
    assert ask(Segment(has("age", "is set"))).conversions.empty


# --- beside each other ----------------------------------------------------------------------------------------------


def test_two_segments_overlap_in_some_people() -> None:
    overlap = Overlap(in_segment("vip"), Segment(did("Buy")))
    result = ask(overlap)
    assert isinstance(result, OverlapResult)
    assert result.table["people"].to_dict() == {"first only": 0, "both": 1, "second only": 1}
    assert people(overlap) == people(overlap, "both") == ["ann"]
    assert people(overlap, "second only") == ["bob"]
    assert repr(result) == "<OverlapResult Overlap: 0 first only, 1 both, 1 second only>"
    assert result.rule.startswith(
        "first: people in segment 'vip' · bots out · second: people who did 'Buy' · bots out · on"
    )
    with pytest.raises(UnknownNameError, match="Unknown part of an overlap 'first'"):
        result.people("first")


DEFINITIONS = [
    Overlap(in_segment("vip"), has("age", "is not", EVIL)),
    Overlap(did("Nothing"), did("Nothing")),
    Segment(has("age", "is", EVIL) | in_segment("vip")),
]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=repr)
@pytest.mark.parametrize("period", ["today", "all time"])
def test_an_answer_crosses_a_process_border_whole_and_shows_no_html_of_others(definition: Any, period: str) -> None:
    result = ask(definition, period=period)
    again: Result = from_dict(json.loads(json.dumps(result.to_dict())))
    assert again == result
    assert again.definition == definition
    assert again.figure() == result.figure()
    pd.testing.assert_frame_equal(again.table, result.table)
    for card in (result._repr_html_(), result.explain(EVIL)._repr_html_()):
        assert "<script" not in card
    assert type(result.plot()).__module__.startswith("plotly")
    assert isinstance(again, (SegmentResult, OverlapResult))
