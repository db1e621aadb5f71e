"""What the public door says to whatever is sent to it, and what is stored afterwards.

Three things hold for each row of the table, on both databases: the status and one JSON shape; no fault of ours in the
log (the `door` fixture looks); and exactly the stored rows that the table names.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tracktor_nb.semantics.identity import signature

from .conftest import Door
from .inputs import ALIAS_ROWS, JSON_ROWS, PARAMETER_ROWS, RECEIVED, SIGN_ROWS, TRACK, TS_ROWS, Row


@pytest.mark.parametrize(
    "row",
    JSON_ROWS + PARAMETER_ROWS + TS_ROWS + SIGN_ROWS + ALIAS_ROWS,
    ids=lambda row: f"{row.route[1:]} {row.name}"[:60],
)
def test_input(door: Door, row: Row) -> None:
    upper, other = signature(door.site.secret, "unicorn"), signature(door.site.secret, "other")
    query = row.query.replace("{upper}", upper).replace("{lower}", upper.lower()).replace("{other}", other)
    answer = door.get(row.route, query)
    assert (answer.status, answer.headers["content-type"]) == (row.status, "application/json; charset=utf-8")
    if row.status == 200:
        assert answer.json == {"ok": True, **row.answer}
    else:
        error = answer.json["error"]
        assert (answer.json["ok"], error["code"], error["param"]) == (False, row.code, row.param)
        assert row.hint in error["message"]
        assert answer.json["request_id"]
    assert (door.events(), door.changes(), door.edges()) == (row.events, row.changes, row.edges)
    assert door.refused() == ([row.code] if row.status != 200 else [])


@pytest.mark.parametrize(
    "row", JSON_ROWS + TS_ROWS + PARAMETER_ROWS, ids=lambda row: f"{row.route[1:]} {row.name}"[:60]
)
def test_a_form_means_the_same_as_a_query(door: Door, row: Row) -> None:
    body = f"sid={door.site.sid}&{row.query}"
    answer = door.ask("POST", row.route, body, Content_Type="application/x-www-form-urlencoded; charset=UTF-8")
    assert answer.status == row.status
    if row.status != 200:
        assert (answer.json["error"]["code"], answer.json["error"]["param"]) == (row.code, row.param)
    assert (door.events(), door.changes()) == (row.events, row.changes)


@pytest.mark.parametrize(
    "content_type", ["text/plain;charset=UTF-8", "application/json", "application/vnd.x+json", None]
)
def test_a_json_body_means_the_same_as_a_query(door: Door, content_type: str | None) -> None:
    body = {"sid": door.site.sid, "id": "unicorn", "ts": 1429186474.5, "message_id": None, "extra": [1]}
    headers = {"Content_Type": content_type} if content_type else {}
    tracked = door.ask("POST", "/track", json.dumps(body | {"action": "rate", "data": {"stars": 5}}), **headers)
    set_as_text = door.ask("POST", "/set", json.dumps(body | {"data": "{plan: 'Gold'}"}), **headers)
    assert (tracked.json, set_as_text.json) == ({"ok": True}, {"ok": True})
    assert door.events() == [("unicorn", "rate", 1_429_186_474_500_000, {"stars": 5}, None)]
    assert door.changes() == [("unicorn", {"plan": "Gold"}, None)]


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        (b"[1]", "bad_body", None),
        (b'{"sid": ', "bad_json", "body"),
        (b'\xff\xfe{"a": 1}', "bad_encoding", None),
        (b'{"sid": "SID", "id": ["a"], "action": "x"}', "bad_value", "id"),
        (b'{"sid": "SID", "id": true, "action": "x"}', "bad_value", "id"),
        (b'{"sid": "SID", "id": "a\\u0000b", "action": "x"}', "bad_char", "id"),
        (b'{"sid": "SID", "id": "a\\ud800", "action": "x"}', "bad_char", "id"),
        (b'{"sid": "SID", "id": "unicorn", "action": "x", "data": [1]}', "data_not_object", "data"),
        (b'{"sid": "SID", "id": "unicorn", "action": "x", "data": {"a": NaN}}', "bad_number", "body"),
        (b'{"sid": "SID", "id": "unicorn", "action": "x", "data": {"a": 1e999}}', "bad_number", "data"),
        (b'{"sid": "SID", "id": "unicorn", "action": "x", "ts": "soon"}', "bad_ts", "ts"),
        (b"[" * 100_000, "too_deep", "body"),
    ],
)
def test_a_json_body_that_cannot_be_taken(door: Door, body: bytes, code: str, param: str | None) -> None:
    answer = door.ask("POST", "/track", body.replace(b"SID", door.site.sid.encode()), Content_Type="text/plain")
    assert answer.status == 400
    assert (answer.json["error"]["code"], answer.json["error"]["param"]) == (code, param)
    assert door.events() == []


def test_an_empty_object_is_data_and_other_empty_values_are_not(door: Door) -> None:
    assert door.post("/set", id="unicorn", data={}).json == {"ok": True}
    assert door.post("/track", id="unicorn", action="rate", data={}).json == {"ok": True}
    for nothing in (0, False, []):
        assert door.post("/track", id="unicorn", action="x", data=nothing).json["error"]["code"] == "data_not_object"
        assert door.post("/set", id="unicorn", data=nothing).json["error"]["code"] == "data_not_object"
    assert (len(door.changes()), len(door.events())) == (1, 1)


def test_45_query_and_body_may_agree_but_not_differ(door: Door) -> None:
    query = f"/track?sid={door.site.sid}&id=unicorn"
    same = door.ask("POST", query, "id=unicorn&action=rate", Content_Type="application/x-www-form-urlencoded")
    other = door.ask("POST", query, '{"id": "other", "action": "rate"}', Content_Type="text/plain")
    assert (same.status, other.json["error"]["code"]) == (200, "duplicate_param")


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("multipart/form-data", b"x", 400, "bad_body"),
        ("multipart/form-data; boundary=AB", b"--AB\r\nnonsense", 400, "bad_body"),
        ("application/x-www-form-urlencoded", b"id=%FF&action=x", 400, "bad_encoding"),
        ("image/png", b"\x89PNG", 415, "unsupported_media_type"),
        ("text/html", b"<p>", 415, "unsupported_media_type"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(5000)), 400, "bad_body"),
    ],
)
def test_83_to_85_bodies_that_cannot_be_read(
    door: Door, content_type: str, body: bytes, status: int, code: str
) -> None:
    answer = door.ask("POST", f"/track?sid={door.site.sid}", body, Content_Type=content_type)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)


def test_multipart_with_a_boundary_is_a_form(door: Door) -> None:
    fields = {"sid": door.site.sid, "id": "unicorn", "action": "rate"}
    parts = [
        f'--AB\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()
    ]
    answer = door.ask("POST", "/track", "".join(parts) + "--AB--\r\n", Content_Type="multipart/form-data; boundary=AB")
    assert (answer.status, len(door.events())) == (200, 1)


def test_38_39_sites_nobody_knows(door: Door) -> None:
    for query, status, code, hint in [
        ("", 400, "missing_param", ""),
        ("sid=&", 400, "missing_param", ""),
        ("sid=nobody&", 401, "unknown_sid", ""),
        ("sid=000000000000kts=1429186474&", 401, "unknown_sid", "separate the parameters with &"),
        ("sid=a%00b&", 401, "unknown_sid", ""),
        ("Sid=" + door.site.sid + "&", 400, "missing_param", "'Sid'"),
    ]:
        answer = door.ask("GET", f"/track?{query}{TRACK}")
        assert (answer.status, answer.json["error"]["code"], answer.json["error"]["param"]) == (status, code, "sid")
        assert hint in answer.json["error"]["message"]
    assert (door.events(), door.refused()) == ([], [])


def test_77_a_message_is_stored_once(door: Door) -> None:
    first = door.post("/track", id="unicorn", action="rate", data={"n": 1}, message_id="m-1")
    again = door.post("/track", id="unicorn", action="rate", data={"n": 2}, message_id="m-1")
    assert first.json == {"ok": True, "message_id": "m-1"}
    assert again.json == {"ok": True, "message_id": "m-1", "duplicate": True}
    assert [event[3] for event in door.events()] == [{"n": 1}]
    assert door.post("/set", id="unicorn", data={"n": 1}, message_id="m-1").json == {"ok": True, "message_id": "m-1"}
    assert door.post("/set", id="unicorn", data={"n": 2}, message_id="m-1").json["duplicate"] is True
    assert [change[1] for change in door.changes()] == [{"n": 1}]


def test_33_ids_are_compared_byte_by_byte(door: Door) -> None:
    for id in ("caf\u00e9", "cafe\u0301"):
        assert door.get("/track", f"id={quote(id)}&action=rate").status == 200
    assert len(set(door.people().values())) == 2


def test_60_an_address_of_somebody_else_joins_nobody(door: Door) -> None:
    for who in ("unicorn", "impostor"):
        assert door.get("/set", id=who, data='{"email": "unicorn@example.com"}').status == 200
    people = door.people()
    assert people["unicorn"] != people["impostor"]
    assert door.edges() == []


def test_68_69_75_aliases_bind_for_good(door: Door) -> None:
    assert door.get("/alias", srcid="a-1", destid="unicorn").json == {"ok": True, "merged": True}
    assert door.get("/alias", srcid="a-1", destid="unicorn").json == {"ok": True, "merged": True, "unchanged": True}
    assert door.get("/alias", srcid="one", destid="two").json["merged"] is True
    assert door.get("/alias", srcid="two", destid="one").json["merged"] is True
    assert door.get("/track", id="a-1", action="late").status == 200
    people = door.people()
    assert people["a-1"] == people["unicorn"] != people["one"] == people["two"]
    assert door.events()[0][0] == "a-1"


def test_identify_merges_a_visitor_only_once(door: Door) -> None:
    def identify(visitor: str, id: str) -> dict[str, Any]:
        return door.post("/alias", srcid=visitor, destid=id, reason="identify").json

    assert identify("a-1", "ann") == {"ok": True, "merged": True}
    assert identify("a-1", "bob") == {"ok": True, "merged": False, "unchanged": True}
    assert identify("a-1", "ann") == {"ok": True, "merged": True, "unchanged": True}
    assert door.edges() == [("a-1", "ann", "identify")]


def test_59_bots_are_flagged_and_kept(door: Door) -> None:
    path = f"/track?sid={door.site.sid}&{TRACK}"
    for agent in (
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (X11; Linux) Chrome/150",
        "CUBOT X19 Build/x",
    ):
        assert door.ask("GET", path, User_Agent=agent).status == 200
    assert [bool(row[0]) for row in door.rows("SELECT bot FROM event WHERE site_id = {site} ORDER BY seq")] == [
        True,
        False,
        False,
    ]


def test_rows_know_when_they_came(door: Door) -> None:
    door.get("/track", id="unicorn", action="rate", ts="1600000000")
    known = door.rows("SELECT received_at, known_at, imported FROM event WHERE site_id = {site}")
    assert [(*row[:2], bool(row[2])) for row in known] == [(RECEIVED, RECEIVED, False)]
