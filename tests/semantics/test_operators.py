from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.strategies import calendars, has_conditions, instants, json_values
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import Condition, Has, has
from tracktor_nb.semantics.operators import OPERATORS
from tracktor_nb.semantics.period import DAY, Calendar
from tracktor_nb.semantics.truth import matches

VIENNA = Calendar("Europe/Vienna")
NOW = VIENNA.parse("2026-11-18T12:00:00")
DAYS_AGO_30 = NOW - 30 * DAY


def holds(op: str, operand: Any, value: Any, **options: Any) -> bool:
    return matches(has("x", op, operand, **options), {"x": value}, NOW, VIENNA)


# operator, operand, values that meet it, values that do not
TABLE: list[tuple[str, Any, list[Any], list[Any]]] = [
    ("is", "gold", ["gold"], ["Gold", "gold ", "", 1, True, ["gold"]]),
    ("is", 1, [1, 1.0], [True, "1", 2, [1]]),
    ("is", True, [True], [1, "true", False]),
    ("is", "", [""], [" ", 0, False, []]),
    ("is", [1, "a"], [[1, "a"], [1.0, "a"]], [["a", 1], [1], 1, [True, "a"]]),
    ("is", {"a": [1]}, [{"a": [1]}], [{"a": [True]}, {"a": 1}, {}]),
    ("is not", "gold", ["Gold", 1, True, [], {}], ["gold"]),
    ("is not", 1, [True, "1", 2], [1, 1.0]),
    (">", 1, [2, 1.5, 2**60], [1, 1.0, 0, True, "2", None]),
    (">=", 1, [1, 1.0, 2], [0.999, True, "1"]),
    ("<", 1, [0, -1, 0.5], [1, False, "0", ""]),
    ("<=", 1, [1, 0], [1.01, False, "0"]),
    (">", "b", ["c", "ba", "ü"], ["b", "a", "B", 3]),
    (">=", "b", ["b", "c"], ["a", 3]),
    ("<", "b", ["a", "B", ""], ["b", 1]),
    ("<=", "b", ["b", "a"], ["c", 1]),
    ("between", (1, 3), [1, 2.5, 3], [0, 3.01, True, "2", [2]]),
    ("between", ("b", "d"), ["b", "c", "d", "cz"], ["a", "da", 2]),
    ("contains", "old", ["gold", "old"], ["Old", "g", 1, ["old"], True]),
    ("does not contain", "old", ["Old", 1, ["old"], ""], ["gold", "old"]),
    ("starts with", "go", ["gold", "go"], ["Gold", " go", 1, ["go"]]),
    ("ends with", "ld", ["gold", "ld"], ["golD", "ld ", 1]),
    ("matches", "^go+ld$", ["gold", "goooold"], ["gld", "gold!", 1, ["gold"]]),
    ("matches", "o", ["gold", "o"], ["x", ""]),
    ("matches", r"\d+", ["a1"], ["a", 1]),
    ("matches", "ü.", ["süß"], ["su"]),
    ("in", ["a", 1], ["a", 1, 1.0], ["A", True, "1", "b", ["a"]]),
    ("in", [[1]], [[1]], [1, [True]]),
    ("not in", ["a", 1], ["A", True, "1", []], ["a", 1.0]),
    ("is set", None, ["", 0, False, [], {}, "x"], [None]),
    ("is not set", None, [None], ["", 0, False, [], {}]),
    ("is true", None, [True], [False, 1, "true", "True", None]),
    ("is false", None, [False], [True, 0, "", "false", None, []]),
    ("before", "2026-11-18", ["2026-11-17", "2026-11-17T23:59:59", 1_700_000_000], ["2026-11-18", "2027-01-01", "x"]),
    ("after", "2026-11-18", ["2026-11-18T00:00:01", "2027-01-01", 1_800_000_000], ["2026-11-18", "2026-11-17", True]),
    ("after", 1_790_000_000, [1_790_000_001, 1_790_000_001_000, "2026-11-18"], [1_790_000_000, "2026-01-01"]),
    ("in the last", "30d", [NOW / 1e6, DAYS_AGO_30 / 1e6, "2026-11-18"], [DAYS_AGO_30 / 1e6 - 1, NOW / 1e6 + 1, "x"]),
    ("more than ago", "30d", [DAYS_AGO_30 / 1e6 - 1, "2026-01-01", 0], [DAYS_AGO_30 / 1e6, "2026-11-18", "x", False]),
    ("includes", "a", [["a"], ["b", "a"]], ["a", ["A"], [], [["a"]], {"a": 1}]),
    ("includes", 1, [[1.0], [2, 1]], [[True], ["1"], 1]),
    ("includes", [1], [[[1]]], [[1], [[True]]]),
]  # fmt: skip


@pytest.mark.parametrize(("op", "operand", "met", "unmet"), TABLE, ids=[f"{op} {value!r}" for op, value, *_ in TABLE])
def test_operators(op: str, operand: Any, met: list[Any], unmet: list[Any]) -> None:
    assert [value for value in met if not holds(op, operand, value)] == []
    assert [value for value in unmet if holds(op, operand, value)] == []


def test_every_operator_stands_in_the_table() -> None:
    assert {op for op, *_ in TABLE} == set(OPERATORS)


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("properties", [{}, {"x": None}, {"y": 1}], ids=repr)
def test_a_missing_value_fails_every_positive_operator_and_meets_every_negative_one(
    op: str, properties: dict[str, Any]
) -> None:
    operand = next(value for name, value, *_ in TABLE if name == op)
    negative = op in ("is not", "does not contain", "not in", "is not set")
    assert matches(has("x", op, operand), properties, NOW, VIENNA) is negative
    assert (OPERATORS[op].negates is not None) is negative


@pytest.mark.parametrize(
    ("op", "operand", "met", "unmet"),
    [
        ("is", "GOLD", ["gold", "Gold"], ["silver", 1]),
        ("is", "STRASSE", ["straße"], ["strase"]),
        ("is", ["A"], [["a"]], [["b"]]),
        ("is not", "GOLD", ["silver"], ["gold"]),
        ("contains", "OL", ["gold"], ["silver"]),
        ("starts with", "GO", ["gold"], ["og"]),
        ("ends with", "LD", ["gold"], ["dl"]),
        ("in", ["GOLD", 1], ["gold", 1], ["silver", True]),
        ("includes", "A", [["a"]], [["b"]]),
        ("matches", "^GO", ["gold"], ["og"]),
        ("between", ("A", "C"), ["b", "B", "c"], ["d"]),
    ],
)
def test_case_may_be_ignored(op: str, operand: Any, met: list[Any], unmet: list[Any]) -> None:
    assert [value for value in met if not holds(op, operand, value, ignore_case=True)] == []
    assert [value for value in unmet if holds(op, operand, value, ignore_case=True)] == []


def test_along_a_path_one_value_is_enough_and_a_negative_operator_wants_none() -> None:
    properties = {"products": [{"name": "x"}, {"name": "y"}]}
    for op, expected in (("is", True), ("is not", False), ("is set", True), ("is not set", False)):
        operand = "x" if op in ("is", "is not") else None
        assert matches(has("products[].name", op, operand), properties, NOW, VIENNA) is expected
    assert matches(has("products[].name", "is not", "z"), properties, NOW, VIENNA)


def test_a_date_without_time_is_midnight_in_the_zone_of_the_site() -> None:
    midnight_in_vienna = Calendar().parse("2026-11-17T23:00:00") / 1e6
    condition = has("x", "before", "2026-11-18")
    assert matches(condition, {"x": midnight_in_vienna - 1}, NOW, VIENNA)
    assert not matches(condition, {"x": midnight_in_vienna}, NOW, VIENNA)
    assert matches(condition, {"x": midnight_in_vienna}, NOW, Calendar())


def test_patterns_take_linear_time() -> None:
    assert not holds("matches", "(a+)+$", "a" * 100_000 + "!")  # with `re` the sun would go out first


@settings(max_examples=300)
@given(has_conditions(), json_values(), instants(), calendars())
def test_a_negative_operator_is_the_opposite_of_what_it_negates(
    condition: Condition, value: Any, at: int, calendar: Calendar
) -> None:
    assert isinstance(condition, Has)
    positive = OPERATORS[condition.op].negates
    properties = {condition.property.split(".")[0].removesuffix("[]"): value}
    if positive is not None:
        opposite = Has(condition.property, positive, condition.value, condition.ignore_case)
        assert matches(condition, properties, at, calendar) is not matches(opposite, properties, at, calendar)
    assert matches(~condition, properties, at, calendar) is not matches(condition, properties, at, calendar)


# --- operands -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "operand", "said"),
    [
        ("=", 1, "Unknown operator '='"),
        ("is nt", 1, "Did you mean 'is not'"),
        (None, 1, "Unknown operator None"),
        ("is", None, "for missing ones there is 'is not set'"),
        ("is set", 1, "takes no value, not 1"),
        ("is true", True, "takes no value"),
        ("in", "gold", "takes a list of values"),
        ("in", [], "takes a list of values"),
        ("not in", [None], "for missing ones there is 'is not set'"),
        (">", True, "takes a number or a text, not True"),
        (">", [1], r"takes a number or a text, not \[1\]"),
        ("between", 1, r"takes \(low, high\)"),
        ("between", (1, "2"), "both numbers or both texts"),
        ("between", (1, 2, 3), r"takes \(low, high\)"),
        ("between", (True, 2), "both numbers or both texts"),
        ("between", (2, 1), "low first"),
        ("contains", "", "a text that is not empty"),
        ("contains", 1, "a text that is not empty"),
        ("matches", "(", "not a pattern that RE2 knows"),
        ("matches", r"(a)\1", "not a pattern that RE2 knows"),
        ("matches", "a(?=b)", "not a pattern that RE2 knows"),
        ("matches", "((a{1000}){1000}){1000}", "not a pattern that RE2 knows"),
        ("before", "soon", "takes a date such as '2026-11-23'"),
        ("before", True, "takes a date"),
        ("before", 1e300, "takes a date"),
        ("before", -9e16, "takes a date"),
        ("after", "0001-01-01", "takes a date"),
        ("after", "9999-12-31", "takes a date"),
        ("in the last", 30, "takes a duration such as '30d'"),
        ("in the last", "30", "takes a duration"),
        ("in the last", "today", "takes a duration"),
        ("is", float("nan"), "no JSON value"),
        ("in", [float("inf")], "no JSON value"),
        ("is", {"a": {1}}, "no JSON value"),
    ],
)  # fmt: skip
def test_an_operand_that_does_not_fit_is_refused_with_place_and_cure(op: Any, operand: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said) as caught:
        has("plan", op, operand)
    assert "has('plan', …)" in str(caught.value)


@pytest.mark.parametrize("operand", ["0002-01-01", "9998-12-31", "9998-12-31T11:00:00-12:00", -62_000_000_000])
def test_any_accepted_date_is_one_in_every_zone(operand: Any) -> None:
    for zone in ("UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Europe/Vienna"):
        for op in ("before", "after"):
            assert not matches(has("x", op, operand), {"x": "never"}, NOW, Calendar(zone))
