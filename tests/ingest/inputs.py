"""The table of inputs: what may be sent to /track, /set and /alias, what is answered, and what is stored.

The numbers are those of the table that this one was made from, so that none is forgotten.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tracktor_nb.semantics.event import SYSTEM_EVENTS
from tracktor_nb.semantics.identity import RESERVED_IDS

from .conftest import NOW

RECEIVED = NOW // 1000
TRACK = "id=unicorn&action=rate"
ALIAS = "srcid=a-x123124123&destid=unicorn"


@dataclass
class Row:
    """One input. `{sid}` in the query is the site's token; what is not named is not stored."""

    name: str
    route: str
    query: str
    status: int = 200
    code: str = ""
    param: str | None = None
    hint: str = ""
    answer: dict[str, Any] = field(default_factory=dict)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    edges: list[tuple[str, str, str]] = field(default_factory=list)


def taken(name: str, query: str, data: Any = None, notes: Any = None, time: int = RECEIVED, **event: str) -> Row:
    """A /track that is stored."""
    row = (event.get("id", "unicorn"), event.get("action", "rate"), time, data, notes)
    return Row(name, "/track", query, events=[row])


def refused(
    name: str, query: str, code: str, param: str | None, status: int = 400, route: str = "/track", hint: str = ""
) -> Row:
    """A call that is refused and leaves nothing but itself in the list of refused ones."""
    return Row(name, route, query, status, code, param, hint)


def given(name: str, query: str, values: dict[str, Any], notes: Any = None) -> Row:
    """A /set that is stored."""
    return Row(name, "/set", "id=unicorn&" + query, changes=[("unicorn", values, notes)])


def data(text: str) -> str:
    return "data=" + quote(text)


def flags(*names: str, **more: str) -> dict[str, Any]:
    return {"flags": list(names), **more}


JSON_ROWS = [
    given("1 relaxed data of the seed", "data=%7Bbilling_plan%3A%27Gold%27%7D", {"billing_plan": "Gold"}),
    given("1 trailing comma, bare keys", data("{a: 1, 'b': [2,],}"), {"a": 1, "b": [2]}),
    given("2 null removes", data("{delete_me: null}"), {"delete_me": None}),
    refused("5 truncated", TRACK + "&" + data('{"a":'), "bad_json", "data", hint="character 5"),
    taken("6 empty data of an event is none", TRACK + "&data="),
    refused("7 empty data of a person", "id=unicorn&data=", "missing_param", "data", route="/set"),
    refused("7 no data of a person", "id=unicorn", "missing_param", "data", route="/set"),
    *[
        refused(f"8 {text}", TRACK + "&" + data(text), "data_not_object", "data")
        for text in ("[1]", '"x"', "5", "null", "true")
    ],
    *[
        refused(f"9 {text}", TRACK + "&" + data(f"{{a: {text}}}"), "bad_number", "data")
        for text in ("NaN", "Infinity", "-Infinity", "1e400", "-1e400")
    ],
    refused("9 strict NaN", TRACK + "&" + data('{"a":NaN}'), "bad_number", "data"),
    given("10 repeated key", data('{"a":1,"a":2}'), {"a": 2}),
    given("11 beyond 2^53", data('{"n":9007199254740993}'), {"n": "9007199254740993"}, flags("bigint")),
    given("11 2^70", data('{"n":1180591620717411303424}'), {"n": str(2**70)}, flags("bigint")),
    refused("12 5000 digits", TRACK + "&" + data('{"n":' + "9" * 5000 + "}"), "bad_number", "data"),
    given("13 -0 and 1.0", data("{a: -0, b: 1.0, c: -0.0}"), {"a": 0, "b": 1, "c": 0}),
    *[
        refused(
            f"14 depth {depth}",
            TRACK + "&" + data('{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"),
            "too_deep",
            "data",
        )
        for depth in (33, 200)
    ],
    refused(
        "15 501 keys", TRACK + "&" + data(json.dumps(dict.fromkeys(map(str, range(501))))), "too_many_keys", "data"
    ),
    refused("16 empty key", TRACK + "&" + data('{"":1}'), "bad_key", "data"),
    refused("16 long key", TRACK + "&" + data(json.dumps({"é" * 128: 1})), "bad_key", "data"),
    given(
        "17 names of JavaScript's own",
        data("{__proto__: {a: 1}, constructor: 2}"),
        {"__proto__": {"a": 1}, "constructor": 2},
    ),
    given("18 awkward keys", data("""{"a.b":1,'"':2,"$":3,"'; DROP":4}"""), {"a.b": 1, '"': 2, "$": 3, "'; DROP": 4}),
    refused("19 33 KB of data", TRACK + "&" + data(json.dumps({"a": "x" * 33_000})), "too_large", "data", 413),
    given("22 30 KB of data", data(json.dumps({"a": "x" * 30_000})), {"a": "x" * 30_000}),
    given("26 NUL in a value", data('{"a":"x\\u0000y"}'), {"a": "x\ufffdy"}, flags("sanitized")),
    given("27 lone surrogate", data('{"a":"\\ud800"}'), {"a": "\ufffd"}, flags("sanitized")),
    given("27 a pair is one character", data('{"a":"\\ud83d\\ude00"}'), {"a": "😀"}),
    *[
        given(f"59 email {text}", data(json.dumps({"email": text})), {"email": text}, flags("email_invalid"))
        for text in ("nobody", 5, "a@b.c\r\nBcc: d@e.f")
    ],
    given("61 unsafe image", data("{profile_image: 'javascript:alert(1)'}"), {"profile_image": "javascript:alert(1)"}),
    given("62 template as a name", data("{first_name: '{{7*7}}'}"), {"first_name": "{{7*7}}"}),
]

PARAMETER_ROWS = [
    refused(
        "3 the seed's /set example under /track",
        "id=unicorn&data=%7Bbilling_plan%3A%27Gold%27%7D",
        "missing_param",
        "action",
        hint="/set",
    ),
    refused("3 the seed's /alias example under /track", ALIAS, "missing_param", "action", hint="/alias"),
    refused("25 NUL in the id", "id=a%00b&action=rate", "bad_char", "id"),
    refused("25 NUL in the action", "id=unicorn&action=a%00b", "bad_char", "action"),
    refused("28 no UTF-8", "id=%FF%FE&action=rate", "bad_encoding", "id"),
    refused("28 surrogates in UTF-8", "id=%ED%A0%80&action=rate", "bad_encoding", "id"),
    taken("29 a lone percent is itself", "id=unicorn&action=%zz", action="%zz"),
    taken("30 plus and %20 are blanks, %2B is plus", "id=unicorn&action=a+b%20c%2Bd", action="a b c+d"),
    refused("31 blank in front", "id=%20unicorn&action=rate", "bad_id", "id"),
    refused("31 blank behind", "id=unicorn+&action=rate", "bad_id", "id"),
    *[
        refused(f"32 control character {char!r}", f"id=a{quote(char)}b&action=rate", "bad_char", "id")
        for char in ("\r\n", "\t", "\x1b", "\u202e", "\u2066")
    ],
    refused("34 256 bytes", f"id={'x' * 256}&action=rate", "bad_id", "id"),
    taken("34 255 bytes", f"id={'x' * 255}&action=rate", id="x" * 255),
    refused("35 no id", "action=rate", "missing_param", "id"),
    refused("35 empty id", "id=&action=rate", "missing_param", "id"),
    *[
        refused(f"36 reserved {id!r}", f"id={quote(id)}&action=rate", "reserved_id", "id")
        for id in (*sorted(RESERVED_IDS - {""}), "NULL", "Undefined", "[object Object]")
    ],
    taken("37 digits are a text", "id=0005115&action=rate", id="0005115"),
    refused("41 two different ids", "id=unicorn&id=other&action=rate", "duplicate_param", "id"),
    taken("41 the same id twice", "id=unicorn&id=unicorn&action=rate"),
    refused("42 a semicolon separates nothing", "id=unicorn;action=rate", "missing_param", "action"),
    refused("43 wrong case", "ID=unicorn&action=rate", "missing_param", "id", hint="'ID'"),
    taken("44 unknown parameters", TRACK + "&_=1&cb=x&jsonp=y&%FF=%FF"),
    refused("55 no action", "id=unicorn", "missing_param", "action"),
    refused("55 blank action", "id=unicorn&action=%20", "missing_param", "action"),
    refused("56 long action", "id=unicorn&action=" + "x" * 201, "bad_action", "action"),
    taken(
        "57 markup is kept",
        "id=unicorn&action=" + quote("<script>alert(1)</script>"),
        action="<script>alert(1)</script>",
    ),
    refused("58 the system's prefix", "id=unicorn&action=tio:x", "reserved_action", "action"),
    *[
        refused(f"58 {name}", f"id=unicorn&action={quote(name)}", "reserved_action", "action")
        for name in sorted(SYSTEM_EVENTS)
    ],
    refused("78 long message id", TRACK + "&message_id=" + "x" * 101, "bad_message_id", "message_id"),
    taken("78 empty message id", TRACK + "&message_id="),
]

TS_ROWS = [
    taken("46 no ts", TRACK),
    *[
        refused(f"47 {ts!r}", f"{TRACK}&ts={quote(ts)}", "bad_ts", "ts")
        for ts in ("", "abc", "1e9", " 1 ", "0x5", "1" + "0" * 30)
    ],
    taken("48 fractions", TRACK + "&ts=1429186474.5", time=1_429_186_474_500_000),
    *[
        taken(f"49 {ts}", f"{TRACK}&ts={ts}", time=1_429_186_474_123_000, notes=flags("ts_unit", ts=ts))
        for ts in ("1429186474123", "1429186474123000", "1429186474123000000")
    ],
    *[taken(f"50 {ts}", f"{TRACK}&ts={ts}", notes=flags("ts_invalid", ts=ts)) for ts in ("0", "-1", "946684799")],
    taken("51 a clock that is ahead", TRACK + "&ts=1790003599", notes=flags("ts_ahead", ts="1790003599")),
    taken("52 the future", TRACK + "&ts=1790003601", notes=flags("ts_future", ts="1790003601")),
    taken("53 years ago", TRACK + "&ts=1600000000", time=1_600_000_000_000_000),
    taken("54 a calendar nobody has", TRACK + "&ts=" + "9" * 20, notes=flags("ts_future", "ts_unit", ts="9" * 20)),
]

SIGN_ROWS = [
    taken("63 lower-case signature", TRACK + "&sign={lower}"),
    taken("65 a right signature nobody asked for", TRACK + "&sign={upper}"),
    refused("65 a wrong signature nobody asked for", TRACK + "&sign=00", "bad_signature", "sign", 403),
    refused("66 the signature of somebody else", TRACK + "&sign={other}", "bad_signature", "sign", 403),
    *[
        refused(f"T2 {sign[:9]}", TRACK + "&sign=" + quote(sign), "bad_signature", "sign", 403)
        for sign in ("é" * 64, "0" * 63, "0" * 65, "0" * 10_000, "zz" * 32, "0 " * 64)
    ],
]

ALIAS_ROWS = [
    Row("merge of a visitor", "/alias", ALIAS, answer={"merged": True}, edges=[("a-x123124123", "unicorn", "alias")]),
    Row("67 an id with itself", "/alias", "srcid=unicorn&destid=unicorn", answer={"merged": True, "unchanged": True}),
    Row(
        "70 71 ids nobody knows",
        "/alias",
        "srcid=one&destid=two",
        answer={"merged": True},
        edges=[("one", "two", "alias")],
    ),
    refused("73 known to anonymous", "srcid=unicorn&destid=a-1", "bad_direction", "destid", route="/alias"),
    refused(
        "identify with an anonymous id",
        "srcid=a-1&destid=a-2&reason=identify",
        "bad_direction",
        "destid",
        route="/alias",
    ),
    refused("unknown reason", ALIAS + "&reason=magic", "bad_value", "reason", route="/alias"),
    refused("36 reserved source", "srcid=null&destid=unicorn", "reserved_id", "srcid", route="/alias"),
    refused("36 reserved destination", "srcid=a-1&destid=undefined", "reserved_id", "destid", route="/alias"),
    refused("no source", "destid=unicorn", "missing_param", "srcid", route="/alias"),
    refused("no destination", "srcid=a-1", "missing_param", "destid", route="/alias"),
    Row(
        "an identified id only switches",
        "/alias",
        "srcid=one&destid=two&reason=identify",
        answer={"merged": False, "unchanged": True},
    ),
]
