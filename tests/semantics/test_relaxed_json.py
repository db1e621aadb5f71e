from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.relaxed_json import parse, parse_relaxed

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def refusal(text: str) -> PayloadError:
    with pytest.raises(PayloadError) as caught:
        parse(text, 32)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{billing_plan:'Gold'}", {"billing_plan": "Gold"}),
        ("{delete_me: null}", {"delete_me": None}),
        ('{"a": [1, 2.5, true, false, null,],}', {"a": [1, 2.5, True, False, None]}),
        ("{a: {b: [{c: 'd'}]}}", {"a": {"b": [{"c": "d"}]}}),
        ("{'it''s': 1}".replace("''", "\\'"), {"it's": 1}),
        ("{$price_1: -0.5e2, Größe: 2, 7: 'seven'}", {"$price_1": -50.0, "Größe": 2, "7": "seven"}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ("{a: '\\u0041\\n\\ud83d\\ude00'}", {"a": "A\n😀"}),
        ("\ufeff{}", {}),
        ("  [ ]  ", []),
        ("'text'", "text"),
    ],
)
def test_what_people_type_is_read(text: str, value: object) -> None:
    assert parse(text, 32) == value
    assert repr(parse(text, 32)) == repr(value)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ('{"a":', 5),
        ("{a 1}", 3),
        ("{a: Gold}", 4),
        ("{a: 1 b: 2}", 6),
        ("{: 1}", 1),
        ("{-a: 1}", 1),
        ("[1, , 2]", 4),
        ("{} {}", 3),
        ("'open", 5),
        ("'\\x'", 1),
        ("'\\u12'", 1),
        ("01", 1),
        ("", 0),
    ],
)
def test_what_is_no_json_is_refused_with_the_place(text: str, offset: int) -> None:
    error = refusal(text)
    assert (error.code, error.param, error.status) == ("bad_json", "data", 400)
    assert str(error).endswith(f"at character {offset}.")


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "{a: NaN}", "[1, -Infinity]", "{a: 1e400}", "9" * 5000]
)
def test_what_is_no_finite_number_is_refused(text: str) -> None:
    assert refusal(text.replace("1e400", "1e400,x:y")).code == "bad_number"


@pytest.mark.parametrize("opening", ["[", "{a:", '{"a":['])
@pytest.mark.parametrize("depth", [33, 200, 100_000])
def test_deep_nesting_is_refused_without_recursion(opening: str, depth: int) -> None:
    assert refusal(opening * depth).code == "too_deep"


def test_the_depth_allowed_is_exact() -> None:
    assert parse_relaxed("[" * 32 + "]" * 32, 32)
    with pytest.raises(PayloadError):
        parse_relaxed("[" * 33 + "]" * 33, 32)


@settings(max_examples=500)
@given(json_values)
def test_our_reader_agrees_with_the_standard_library_on_strict_json(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert repr(parse_relaxed(text, 100)) == repr(json.loads(text))


@settings(max_examples=300)
@given(st.text(alphabet="{}[]:,'\"\\u0 1aeE.-+tn\n", max_size=60))
def test_any_text_gives_a_value_or_a_refusal_and_both_ways_agree(text: str) -> None:
    def outcome(read: object) -> str:
        try:
            return repr(read(text, 32))  # type: ignore[operator]
        except PayloadError as error:
            return error.code

    assert outcome(parse) == outcome(parse_relaxed)


@pytest.mark.parametrize(
    "pattern",
    ["[1,", "{a:1,", "'\\u1234", "\\", "-", "a", "1", " ", '"a",', "{a:[", "[[],", "0.0e", "'", '"\\'],
    ids=repr,
)
def test_hostile_text_costs_linear_time(pattern: str) -> None:
    def cost(size: int) -> float:
        text = (pattern * (size // len(pattern) + 1))[:size]
        best = []
        for _ in range(3):
            started = time.process_time()
            with pytest.raises(PayloadError):
                parse_relaxed(text, 32)
            best.append(time.process_time() - started)
        return min(best)

    assert cost(200_000) < 40 * cost(20_000) + 0.05
