"""Values of another type than the one asked for: which they are, and what they are read as."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.strategies import has_conditions, json_values
from tracktor_nb.semantics.condition import Condition, Has, has
from tracktor_nb.semantics.conversion import any_wrong_typed, converted, wanted_types
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.truth import holds

UTC = Calendar()


@pytest.mark.parametrize(
    ("condition", "types"),
    [
        (has("x", ">", 1), {"number"}),
        (has("x", "<=", "m"), {"text"}),
        (has("x", "between", ("a", "b")), {"text"}),
        (has("x", "in", ["a", 1, True]), {"text", "number", "boolean"}),
        (has("x", "is not", {"a": 1}), {"object"}),
        (has("x", "is", [1]), {"list"}),
        (has("x", "contains", "a"), {"text"}),
        (has("x", "includes", 1), {"list"}),
        (has("x", "is false"), {"boolean"}),
        (has("x", "after", "2026-01-01"), {"date"}),
        (has("x", "in the last", "1d"), {"date"}),
        (has("x", "is set"), set()),
    ],
    ids=repr,
)
def test_an_operator_asks_for_types(condition: Condition, types: set[str]) -> None:
    assert isinstance(condition, Has)
    assert wanted_types(condition.op, condition.value) == types


@pytest.mark.parametrize(
    ("value", "wanted", "read"),
    [
        ("5", "number", 5),
        (" -2.50 ", "number", -2.5),
        ("1e3", "number", 1000),
        ("5 €", "number", "5 €"),
        ("1,5", "number", "1,5"),
        ("0x10", "number", "0x10"),
        ("٣", "number", "٣"),
        ("nan", "number", "nan"),
        ("12345678901234567890", "number", "12345678901234567890"),
        (True, "number", True),
        (5, "text", "5"),
        (5.0, "text", "5"),
        (2.5, "text", "2.5"),
        (True, "text", "true"),
        (["a"], "text", ["a"]),
        ("Yes", "boolean", True),
        ("false", "boolean", False),
        (0, "boolean", False),
        (2, "boolean", 2),
        ("", "boolean", ""),
        ("1790000000", "date", 1_790_000_000),
        ("2026-01-01", "date", "2026-01-01"),
        ("soon", "date", "soon"),
        ({"a": 1}, "list", {"a": 1}),
    ],
)
def test_a_value_is_read_as_the_type_if_it_can_be(value: Any, wanted: str, read: Any) -> None:
    found = converted(value, frozenset([wanted]), UTC)
    assert (type(found), found) == (type(read), read)


@settings(max_examples=500)
@given(has_conditions(), json_values(nothing=False))
def test_only_values_of_a_wrong_type_are_read_differently(condition: Condition, value: Any) -> None:
    assert isinstance(condition, Has)
    plain, reading = (
        Has(condition.property, condition.op, condition.value, condition.ignore_case, convert)
        for convert in (False, True)
    )
    if not any_wrong_typed(condition.op, condition.value, [value], UTC):
        assert holds(plain, [value], 0, UTC) is holds(reading, [value], 0, UTC)
    elif condition.op not in ("is not", "not in", "does not contain"):
        assert not holds(plain, [value], 0, UTC)
