from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.strategies import json_values
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.values import frozen, group_key, instant_of, same, thawed, unix_instant, values_at

PROPERTIES: dict[str, Any] = {
    "plan": "gold",
    "none": None,
    "no": False,
    "zero": 0,
    "address": {"city": "Wien", "zip": None, "geo": {"lat": 48.2}},
    "products": [{"name": "x", "tags": ["a", "b"]}, {"name": None}, {"price": 2}, "loose", {"name": "y", "tags": []}],
    "list": [1, [2, 3], None],
    "a.b": "spelled with a dot",
    "a": {"b": "nested", "c": 1},
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("plan", ("gold",)),
        ("missing", ()),
        ("none", ()),
        ("no", (False,)),
        ("zero", (0,)),
        ("address.city", ("Wien",)),
        ("address.zip", ()),
        ("address.geo.lat", (48.2,)),
        ("address.city.deeper", ()),
        ("plan.x", ()),
        ("plan[]", ()),
        ("products[].name", ("x", "y")),
        ("products[].tags[]", ("a", "b")),
        ("products.name", ()),
        ("list[]", (1, [2, 3])),
        ("list", ([1, [2, 3], None],)),
        ("address[]", ()),
        ("a.b", ("spelled with a dot",)),
        ("a.c", (1,)),
        ("", ()),
        (".", ()),
        ("[]", ()),
    ],
)
def test_a_path_reaches_every_value_that_is_there(path: str, values: tuple[Any, ...]) -> None:
    assert values_at(PROPERTIES, path) == values


DISTINCT = [
    True,
    False,
    1,
    0,
    "1",
    "0",
    "true",
    "",
    [],
    [1],
    [True],
    ["1"],
    [1, 1],
    {},
    {"a": 1},
    {"a": True},
    {"b": 1},
]


@pytest.mark.parametrize("left", DISTINCT, ids=repr)
@pytest.mark.parametrize("right", DISTINCT, ids=repr)
def test_booleans_numbers_and_texts_never_equal_each_other(left: Any, right: Any) -> None:
    assert same(left, right) is (repr(left) == repr(right))


def test_numbers_are_equal_as_numbers() -> None:
    assert same(1, 1.0)
    assert same([1, {"a": 0.0}], [1.0, {"a": -0.0}])
    assert not same(2**53, 2.0**53 + 2)
    assert not same(2**53 + 1, 2.0**53)


def test_objects_are_equal_in_any_order_of_keys() -> None:
    assert same({"a": 1, "b": [True]}, {"b": [True], "a": 1})


@pytest.mark.parametrize("number", [1_790_000_000, 1_790_000_000_000, 1_790_000_000_000_000, 1_790_000_000_000_000_000])
def test_unix_times_are_recognised_by_their_size(number: int) -> None:
    assert unix_instant(number) == unix_instant(float(number)) == 1_790_000_000_000_000


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        (0, 0),
        (1.5, 1_500_000),
        (-1, -1_000_000),
        (1_790_000_000.000001, 1_790_000_000_000_001),
        ("1970-01-01", -3_600_000_000),
        ("1970-01-01T00:00:00Z", 0),
        *((value, None) for value in ("gold", "", "1790000000", True, None, [], {}, 1e308, 10**400, float("nan"))),
    ],
    ids=repr,
)
def test_dates_are_iso_texts_and_unix_numbers(value: Any, instant: int | None) -> None:
    assert instant_of(value, Calendar("Europe/Vienna")) == instant


@settings(max_examples=300)
@given(json_values())
def test_a_frozen_value_is_the_same_value(value: Any) -> None:
    assert same(thawed(frozen(value, "a test")), value)
    assert repr(frozen(thawed(frozen(value, "a test")), "a test")) == repr(frozen(value, "a test"))


def test_a_frozen_value_does_not_follow_its_origin() -> None:
    origin = {"b": [1], "a": 2}
    kept = frozen(origin, "a test")
    origin["b"].append(2)
    assert list(kept.items()) == [("a", 2), ("b", (1,))]


@pytest.mark.parametrize(
    "value",
    [b"x", {1, 2}, {1: 2}, object(), 1 + 2j, float("inf"), float("nan"), 2**63, "\0", "\ud800", [["\0"]], {"\0": 1}],
    ids=repr,
)
def test_only_json_values_are_frozen(value: Any) -> None:
    with pytest.raises(DefinitionError, match=r"in has\('x', …\) is no JSON value"):
        frozen(value, "has('x', …)")


def test_values_nested_deeper_than_the_door_lets_in_are_refused() -> None:
    value: Any = 1
    for _ in range(40):
        value = [value]
    with pytest.raises(DefinitionError, match="deeper than 32 levels"):
        frozen(value, "a test")


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("x", "x"),
        (1, 1),
        (True, True),
        (None, None),
        ({"b": "ü", "a": 1}, '{"a": 1, "b": "ü"}'),
        ([1, "1"], '[1, "1"]'),
    ],
)
def test_a_breakdown_shows_scalars_as_they_are_and_the_rest_as_json(value: Any, key: Any) -> None:
    assert same(group_key(value), key)
