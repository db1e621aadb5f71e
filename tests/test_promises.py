"""The table of promises names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_, _, JAVASCRIPT = (ROOT / "docs" / "javascript.md").read_text().partition("## The seed's chapter 4")
TABLE = (ROOT / "docs" / "promises.md").read_text() + JAVASCRIPT
TESTS = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)
PLACES = re.findall(r"`([\w/]+\.(?:py|ts))`", TABLE)


@pytest.mark.parametrize(("file", "test"), TESTS)
def test_every_test_that_holds_a_promise_is_there(file: str, test: str) -> None:
    assert f"def {test}(" in (ROOT / file).read_text()


@pytest.mark.parametrize("place", sorted({place for place in PLACES if not place.startswith("tests/")}))
def test_every_place_where_a_promise_lives_is_there(place: str) -> None:
    assert (ROOT / "tracktor_nb" / place).exists() or (ROOT / place).exists()


def test_every_promise_has_a_test() -> None:
    rows = [row for row in TABLE.splitlines() if row.startswith("| ") and not row.startswith("| promise")]
    assert [row for row in rows if "::test_" not in row] == []
