from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracktor_nb.semantics.matching import can_share


@pytest.mark.parametrize(
    ("matches", "expected"),
    [
        ([], True),
        ([0b1], True),
        ([0b0], False),
        ([0b1, 0b1], False),
        ([0b11, 0b1], True),  # the first moves on to its other step
        ([0b11, 0b11, 0b11], False),
        ([0b011, 0b001, 0b110], True),
        ([0b011, 0b011, 0b110, 0b100], False),
    ],
)
def test_events_share_steps_if_each_can_have_its_own(matches: list[int], expected: bool) -> None:
    assert can_share(matches) is expected


@given(st.lists(st.integers(0, 31), max_size=5))
def test_it_says_the_same_as_trying_every_way(matches: list[int]) -> None:
    ways = permutations(range(5), len(matches))
    assert can_share(matches) is any(
        all(event >> step & 1 for event, step in zip(matches, way, strict=True)) for way in ways
    )
