"""Reading JSON bodies: quickly where they are strict, patiently where they are not, and alike in both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.errors import PayloadError
from tracktor_nb.ingest.requests import read_json

NUMBERS = st.integers() | st.integers(-(2**80), 2**80) | st.floats()
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(blacklist_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES, st.booleans())
@settings(max_examples=500)
def test_a_body_holds_what_the_standard_library_finds_in_it(value: Any, ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii)
    try:
        body = text.encode()
    except UnicodeEncodeError:  # half a character, which only an escape can write
        body = json.dumps(value).encode()
    assert spelled(read_json(body)) == spelled(json.loads(body))


def spelled(value: Any) -> str:
    """Return a text that tells 1 from 1.0 and from true, and knows NaN; -0 and 0 are the same integer."""
    return json.dumps(value).replace("-0.0", "0.0")


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (b'{"a": \xff}', "bad_encoding", "byte 6"),
        (b'{"a": }', "bad_json", "column 7"),
        (b'{"a": 1} x', "bad_json", "column 10"),
        (b"[" * 100_000, "too_deep", "too deep"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(body: bytes, code: str, said: str) -> None:
    with pytest.raises(PayloadError, match=said) as refused:
        read_json(body)
    assert refused.value.code == code
