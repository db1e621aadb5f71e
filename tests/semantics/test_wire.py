from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.wire import (
    LARGEST_DATA,
    SECOND,
    canonical,
    check_event_name,
    message_key,
    person_values,
    property_flags,
    read_object,
    read_ts,
)

NOW = 1_790_000_000 * SECOND


def code_of(call: Any, *args: Any) -> str:
    with pytest.raises(PayloadError) as caught:
        call(*args)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "value", "flags"),
    [
        ("{billing_plan:'Gold'}", {"billing_plan": "Gold"}, ()),
        ("{n: 9007199254740992}", {"n": 9007199254740992}, ()),
        ("{n: 9007199254740993}", {"n": "9007199254740993"}, ("bigint",)),
        ("{n: -1180591620717411303424}", {"n": "-1180591620717411303424"}, ("bigint",)),
        ("{a: 1.0, b: -0.0, c: 1e3, d: 1.5}", {"a": 1, "b": 0, "c": 1000, "d": 1.5}, ()),
        ("{a: 'x\\u0000y'}", {"a": "x\ufffdy"}, ("sanitized",)),
        ("{'\\ud800': ['\\udfff']}", {"\ufffd": ["\ufffd"]}, ("sanitized",)),
        ("{a: '\\ud83d\\ude00'}", {"a": "😀"}, ()),
        ("{__proto__: 1, constructor: 2}", {"__proto__": 1, "constructor": 2}, ()),
        ("{'a.b': 1, '\"': 2, '$': 3, \"'; DROP\": 4}", {"a.b": 1, '"': 2, "$": 3, "'; DROP": 4}, ()),
    ],
)
def test_objects_become_what_both_stores_hold(text: str, value: dict[str, Any], flags: tuple[str, ...]) -> None:
    assert read_object(text) == (value, flags)
    assert repr(read_object(text)[0]) == repr(value)


@pytest.mark.parametrize("text", ["[1]", "'x'", "5", "null", "true"])
def test_data_must_be_an_object(text: str) -> None:
    assert code_of(read_object, text) == "data_not_object"


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 5000, "9" * 1001, "NaN", "Infinity"])
def test_numbers_without_a_value_are_refused_in_strict_and_relaxed_text(number: str) -> None:
    assert code_of(read_object, f'{{"a": {number}}}') == "bad_number"
    assert code_of(read_object, f"{{a: {number}}}") == "bad_number"


@pytest.mark.parametrize("depth", [33, 200, 100_000])
def test_depth_33_is_refused(depth: int) -> None:
    text = '{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"
    assert code_of(read_object, text) in ("too_deep", "too_large")


def test_depth_32_is_kept() -> None:
    assert read_object('{"a":' + "[" * 31 + "]" * 31 + "}")[0]["a"] != []


def test_keys_are_counted_over_all_levels() -> None:
    assert read_object(json.dumps({str(n): n for n in range(500)}))
    assert code_of(read_object, json.dumps({str(n): n for n in range(501)})) == "too_many_keys"
    assert code_of(read_object, json.dumps({"a": [{str(n): n for n in range(250)}] * 2})) == "too_many_keys"


@pytest.mark.parametrize("key", ["", "x" * 256, "é" * 128])
def test_empty_and_long_keys_are_refused(key: str) -> None:
    assert code_of(read_object, json.dumps({key: 1})) == "bad_key"
    assert code_of(read_object, json.dumps({"deep": [{key: 1}]})) == "bad_key"


def test_large_data_is_refused_with_413() -> None:
    for given_as in (json.dumps({"a": "x" * LARGEST_DATA}), {"a": "x" * LARGEST_DATA}):
        with pytest.raises(PayloadError) as caught:
            read_object(given_as)
        assert (caught.value.code, caught.value.status) == ("too_large", 413)


@pytest.mark.parametrize(
    ("value", "code"), [({"a": b"x"}, "bad_value"), ({1: 2}, "bad_key"), ({"a": float("nan")}, "bad_number")]
)
def test_python_values_that_are_no_json_are_refused(value: dict[Any, Any], code: str) -> None:
    assert code_of(canonical, value) == code


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=20),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=9), inner, max_size=3)
            ),
            max_leaves=10,
        ),
        max_size=5,
    )
)
def test_canonical_is_final_and_storable(value: dict[str, Any]) -> None:
    once, _ = canonical(value)
    text = json.dumps(once, ensure_ascii=False)
    assert canonical(once) == (once, ())
    assert repr(json.loads(text)) == repr(once)
    assert "\x00" not in text
    assert text.encode()


@pytest.mark.parametrize(
    ("text", "time", "flags"),
    [
        (None, NOW, ()),
        ("1429186474", 1_429_186_474 * SECOND, ()),
        ("1429186474.5", 1_429_186_474_500_000, ()),
        ("1429186474.1234567", 1_429_186_474_123_456, ()),
        ("1429186474123", 1_429_186_474_123_000, ("ts_unit",)),
        ("1429186474123.456", 1_429_186_474_123_456, ("ts_unit",)),
        ("1429186474123456", 1_429_186_474_123_456, ("ts_unit",)),
        ("1429186474123456789", 1_429_186_474_123_456, ("ts_unit",)),
        ("0", NOW, ("ts_invalid",)),
        ("-5", NOW, ("ts_invalid",)),
        ("946684799.9", NOW, ("ts_invalid",)),
        ("946684800", 946_684_800 * SECOND, ()),
        ("1790000000", NOW, ()),
        ("1790000000.1", NOW, ("ts_ahead",)),
        ("1790003600", NOW, ("ts_ahead",)),
        ("1790003601", NOW, ("ts_future",)),
        ("1790003601000", NOW, ("ts_future", "ts_unit")),
    ],
)
def test_timestamps_mean_what_clients_meant(text: str | None, time: int, flags: tuple[str, ...]) -> None:
    assert read_ts(text, NOW) == (time, flags)


@pytest.mark.parametrize(
    "text", ["", "abc", "1e9", " 1 ", "0x5", "1" + "0" * 30, "1,5", "1.", ".5", "+5", "١٢٣", "5\n", "--5"]
)
def test_what_is_no_timestamp_is_refused(text: str) -> None:
    assert code_of(read_ts, text, NOW) == "bad_ts"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "missing_param"),
        ("  ", "missing_param"),
        ("x" * 201, "bad_action"),
        ("a\x00b", "bad_char"),
        ("a\nb", "bad_char"),
        ("a\ud800", "bad_char"),
        ("Visited Site", "reserved_action"),
        ("Cart abandoned", "reserved_action"),
        ("tio:anything", "reserved_action"),
    ],
)
def test_event_names_that_cannot_be_taken(name: str, code: str) -> None:
    assert code_of(check_event_name, name) == code


@pytest.mark.parametrize("name", ["rated item", "x" * 200, "<script>alert(1)</script>", "купил", "a\u00a0b", "👩‍👩‍👧"])
def test_event_names_are_kept_as_sent(name: str) -> None:
    assert check_event_name(name) == name


def test_a_message_id_has_one_key_of_16_bytes() -> None:
    assert message_key("node-next-1-2") == message_key("node-next-1-2") != message_key("node-next-1-3")
    assert len(message_key("x" * 100)) == 16
    assert code_of(message_key, "x" * 101) == "bad_message_id"


@pytest.mark.parametrize(
    ("email", "flags"),
    [
        ("a@b.c", ()),
        (None, ()),
        ("nobody", ("email_invalid",)),
        (5, ("email_invalid",)),
        ("a@b\r\nc", ("email_invalid",)),
    ],
)
def test_an_email_that_is_none_is_flagged(email: Any, flags: tuple[str, ...]) -> None:
    assert property_flags({"email": email}) == flags


@pytest.mark.parametrize(
    ("name", "sent", "stored", "flags"),
    [
        ("facebook_id", 100001234567890, "100001234567890", ()),
        ("facebook_id", "100001234567890", "100001234567890", ()),
        ("facebook_id", "zuck", "zuck", ("facebook_id_invalid",)),
        ("facebook_id", True, True, ("facebook_id_invalid",)),
        ("facebook_id", None, None, ()),
        ("twitter_id", 12, "12", ()),
        ("twitter_id", "@jack", "@jack", ()),
        ("twitter_id", "jack_99", "jack_99", ()),
        ("twitter_id", "https://twitter.com/jack", "https://twitter.com/jack", ("twitter_id_invalid",)),
        ("twitter_id", 1.5, 1.5, ("twitter_id_invalid",)),
        ("age", 12, 12, ()),
    ],
)
def test_ids_of_accounts_are_texts(name: str, sent: object, stored: object, flags: tuple[str, ...]) -> None:
    assert person_values({name: sent, "plan": "free"}) == ({name: stored, "plan": "free"}, flags)
