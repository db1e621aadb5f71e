from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracktor_nb.semantics.proportions import difference, wilson

groups = st.integers(1, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)]
)
def test_one_proportion_has_wilsons_interval(part: int, whole: int, low: float, high: float) -> None:
    """The examples of Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17 (1998)."""
    found = wilson(part, whole)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_a_difference_has_the_interval_of_newcombes_table(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe, "Interval estimation for the difference …", Stat. Med. 17 (1998) 873-890, table II, method 10."""
    found = difference(*one, *other)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(groups, groups)
def test_an_interval_holds_what_was_seen_and_turns_around_with_the_groups(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    found, turned = difference(*one, *other), difference(*other, *one)
    assert found is not None
    assert turned is not None
    assert -1 <= found.low <= one[0] / one[1] - other[0] / other[1] + 1e-12
    assert one[0] / one[1] - other[0] / other[1] - 1e-12 <= found.high <= 1
    assert found.low == pytest.approx(-turned.high)


def test_more_people_make_an_interval_narrower() -> None:
    few, many = difference(6, 10, 4, 10), difference(600, 1000, 400, 1000)
    assert few is not None
    assert many is not None
    assert many.high - many.low < (few.high - few.low) / 5


def test_a_group_of_nobody_has_no_interval() -> None:
    assert wilson(0, 0) is None
    assert difference(1, 2, 0, 0) is difference(0, 0, 1, 2) is None
