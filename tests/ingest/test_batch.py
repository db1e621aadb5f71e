"""/batch: many calls at once, the good ones stored, the others named one by one."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracktor_nb.ingest import batch
from tracktor_nb.ingest.batch import MOST_ITEMS
from tracktor_nb.ingest.rate import Limits
from tracktor_nb.semantics.event import SYSTEM_EVENTS
from tracktor_nb.semantics.identity import signature
from tracktor_nb.store import writer
from tracktor_nb.store.database import open_database
from tracktor_nb.store.sites import add_site

from .conftest import Answer, Door, running
from .inputs import ALIAS_ROWS, JSON_ROWS, PARAMETER_ROWS, RECEIVED, TS_ROWS, Row

SECOND = 1_000_000
_numbers = count()


def event(action: str = "rate", **params: Any) -> dict[str, Any]:
    return {"type": "track", "id": "unicorn", "action": action, **params}


def basic(user: str, password: str = "") -> str:
    """Return an Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def as_server(door: Door, path: str, body: dict[str, Any]) -> Answer:
    """Send with the server key."""
    key = basic(door.site.sid, door.site.server_key)
    return door.ask("POST", path, json.dumps(body), Authorization=key)


def error_of(answer: Answer) -> tuple[int, str, str | None]:
    error = answer.json["error"]
    return answer.status, error["code"], error["param"]


def an_item(row: Row) -> dict[str, str] | None:
    """The call of the table as an item; None for what only a URL can say."""
    try:
        pairs = parse_qsl(row.query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        return None
    item = dict(pairs)
    is_mine = len(item) == len(pairs) and "\0" not in row.query and "%00" not in row.query
    return {"type": row.route[1:], **item} if is_mine else None


ROWS = [row for row in JSON_ROWS + PARAMETER_ROWS + TS_ROWS + ALIAS_ROWS if an_item(row)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.route[1:]} {row.name}"[:60])
def test_an_item_means_the_same_as_the_call_it_names(door: Door, row: Row) -> None:
    answer = door.post("/batch", batch=[an_item(row)])
    assert (answer.status, answer.json["accepted"]) == (200, int(row.status == 200))
    if row.status == 200:
        assert answer.json["results"] == ([{"index": 0, **row.answer}] if row.answer else [])
    else:
        [rejected] = answer.json["rejected"]
        assert (rejected["index"], rejected["code"], rejected["param"]) == (0, row.code, row.param)
        assert row.hint in rejected["message"]
    assert (door.events(), door.changes(), door.edges()) == (row.events, row.changes, row.edges)
    assert door.refused() == ([row.code] if row.status != 200 else [])


def test_89_one_bad_item_of_a_hundred_leaves_the_others_stored(door: Door) -> None:
    items = [event(data={"n": number}) for number in range(100)]
    del items[57]["action"]
    answer = door.post("/batch", batch=items)
    assert (answer.status, answer.json["ok"], answer.json["accepted"]) == (200, True, 99)
    assert [(each["index"], each["code"]) for each in answer.json["rejected"]] == [(57, "missing_param")]
    assert [row[3]["n"] for row in door.events()] == [number for number in range(100) if number != 57]
    assert door.refused() == ["missing_param"]


@pytest.mark.parametrize("batch", [[], None, {}, "x", 5])
def test_89_no_items_are_refused(door: Door, batch: Any) -> None:
    assert error_of(door.post("/batch", batch=batch)) == (400, "missing_param", "batch")


def test_89_a_thousand_items_are_taken_and_one_more_is_not(door: Door) -> None:
    items = [event(data={"n": number}) for number in range(MOST_ITEMS + 1)]
    assert error_of(door.post("/batch", batch=items)) == (413, "too_many_items", "batch")
    assert door.events() == []
    assert door.post("/batch", batch=items[:-1]).json["accepted"] == MOST_ITEMS
    assert [row[3]["n"] for row in door.events()] == list(range(MOST_ITEMS))


@pytest.mark.parametrize(
    ("item", "code", "param"),
    [
        (5, "bad_item", None),
        (None, "bad_item", None),
        ([event()], "bad_item", None),
        ({"id": "unicorn", "action": "rate"}, "missing_param", "type"),
        (event(type="batch"), "bad_value", "type"),
        (event(type=5), "bad_value", "type"),
        (event(type=["track"]), "bad_value", "type"),
        (event(id=["unicorn"]), "bad_value", "id"),
        (event(id="a\0b"), "bad_char", "id"),
        (event(id="a\ud800"), "bad_char", "id"),
        (event(data=[1]), "data_not_object", "data"),
        (event(data={"a": float("nan")}), "bad_number", "data"),
        (event(data={"a": float("inf")}), "bad_number", "data"),
        (event(data={"a": "x" * 33_000}), "too_large", "data"),
        (event(message_id="x" * 101), "bad_message_id", "message_id"),
    ],
    ids=str,
)
def test_an_item_that_means_nothing_is_named_and_its_neighbours_are_stored(
    door: Door, item: Any, code: str, param: str | None
) -> None:
    answer = door.post("/batch", batch=[event("before"), item, event("after")])
    assert (answer.status, answer.json["accepted"]) == (200, 2)
    assert [(each["index"], each["code"], each["param"]) for each in answer.json["rejected"]] == [(1, code, param)]
    assert [row[1] for row in door.events()] == ["before", "after"]
    assert door.refused() == [code]


def test_what_was_refused_is_kept_as_it_was_sent(door: Door) -> None:
    bad = {"type": "set", "id": "unicorn", "data": "é\ud800"}
    door.post("/batch", batch=[event(), bad])
    [(route, raw)] = door.rows("SELECT route, raw FROM rejected WHERE site_id = {site}")
    assert (route, json.loads(bytes(raw))) == ("batch", {"batch": [bad]})


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        (b"[1]", "bad_body", None),
        (b"", "bad_json", None),
        (b'{"batch": [', "bad_json", None),
        (b"\xff", "bad_encoding", None),
        (b"[" * 100_000, "too_deep", None),
        (b'{"batch": [{"n": ' + b"9" * 5000 + b"}]}", "bad_json", None),
        (b'{"batch": [1], "sid": ["x"]}', "bad_value", "sid"),
        (b'{"batch": [1], "sent_at": "soon"}', "bad_ts", "sent_at"),
        (b'{"batch": [1], "sid": "other"}', "duplicate_param", "sid"),
        (b'{"batch": [1], "imported": true}', "not_allowed", "imported"),
        (b'{"batch": [1], "imported": "yes"}', "bad_value", "imported"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_is_no_batch_is_refused_and_kept(door: Door, body: bytes, code: str, param: str | None) -> None:
    answer = door.ask("POST", f"/batch?sid={door.site.sid}", body)
    status = 403 if code == "not_allowed" else 400
    assert error_of(answer) == (status, code, param)
    assert door.refused() == [code]


def test_a_batch_of_nobody_is_refused(door: Door) -> None:
    assert error_of(door.ask("POST", "/batch", json.dumps({"batch": [event()]}))) == (400, "missing_param", "sid")
    assert error_of(door.post("/batch", sid="nobody", batch=[event()])) == (401, "unknown_sid", "sid")
    assert door.ask("GET", "/batch").headers["allow"] == "POST, OPTIONS"


def test_calls_of_all_kinds_are_numbered_in_their_order(door: Door) -> None:
    answer = door.post(
        "/batch",
        batch=[
            event("one"),
            {"type": "set", "id": "unicorn", "data": {"n": 2}},
            event("three"),
            {"type": "alias", "srcid": "a-4", "destid": "unicorn"},
            {"type": "alias", "srcid": "a-4", "destid": "other", "reason": "identify"},
            event("six", id="a-4"),
        ],
    )
    merged = [{"index": 3, "merged": True}, {"index": 4, "merged": False, "unchanged": True}]
    assert (answer.json["accepted"], answer.json["results"]) == (6, merged)
    orders = "SELECT seq, 'event' FROM event WHERE site_id = {site} UNION SELECT seq, 'set' FROM property_change"
    orders += " WHERE site_id = {site} UNION SELECT seq, 'alias' FROM identity_edge WHERE site_id = {site} ORDER BY 1"
    assert [row[1] for row in door.rows(orders)] == ["event", "set", "event", "alias", "event"]


def test_a_refusal_of_the_store_is_told_for_its_item_alone(signed_door: Door) -> None:
    sign = signature(signed_door.site.secret, "unicorn")
    answer = signed_door.post(
        "/batch",
        batch=[
            event(id="a-1"),
            {"type": "alias", "srcid": "a-2", "destid": "unicorn", "destsign": sign},
            {"type": "alias", "srcid": "known", "destid": "unicorn", "destsign": sign},
            event(),
            event(sign=sign),
        ],
    )
    rejected = [(each["index"], each["code"]) for each in answer.json["rejected"]]
    assert rejected == [(2, "merge_not_allowed"), (3, "missing_signature")]
    assert signed_door.edges() == [("a-2", "unicorn", "identify")]


CHUNK = 100


@pytest.fixture
def chunked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that take several transactions."""
    monkeypatch.setattr(batch, "CHUNK", CHUNK)


@pytest.mark.usefixtures("chunked")
def test_77_a_message_is_stored_once_whatever_it_comes_with(door: Door) -> None:
    items = [event(message_id=f"message {number}", data={"n": number}) for number in range(CHUNK + 10)]
    items.append({"type": "set", "id": "unicorn", "data": {"n": 1}, "message_id": "s"})
    items.append({"type": "alias", "srcid": "a-1", "destid": "unicorn", "message_id": "a"})
    first = door.post("/batch", batch=[*items, items[3]])
    assert first.json["results"] == [{"index": CHUNK + 11, "merged": True}, {"index": CHUNK + 12, "duplicate": True}]
    again = door.post("/batch", batch=[event(), *items])
    assert [each["index"] for each in again.json["results"] if each.get("duplicate")] == list(range(1, CHUNK + 12))
    assert (len(door.events()), len(door.changes()), len(door.edges())) == (CHUNK + 11, 1, 1)
    assert door.post("/track", id="unicorn", action="rate", message_id="message 7").json["duplicate"] is True


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "application/jsonl; charset=utf-8"])
def test_one_item_a_line(door: Door, content_type: str) -> None:
    lines = [
        json.dumps(event("one")),
        "",
        json.dumps(event("two")) + "\r",
        '{"type": "track',
        "\xff",
        json.dumps(event("three")),
    ]
    body = "\n".join(lines).encode("latin1")
    answer = door.ask("POST", f"/batch?sid={door.site.sid}", body, Content_Type=content_type)
    rejected = [(each["index"], each["code"]) for each in answer.json["rejected"]]
    assert (answer.json["accepted"], rejected) == (3, [(2, "bad_json"), (3, "bad_encoding")])
    assert [row[1] for row in door.events()] == ["one", "two", "three"]
    [(raw,), _] = door.rows("SELECT raw FROM rejected WHERE site_id = {site} ORDER BY id")
    assert bytes(raw) == b'{"type": "track'


def test_a_batch_may_come_packed(door: Door) -> None:
    body = gzip.compress(json.dumps({"sid": door.site.sid, "batch": [event()] * 3}).encode())
    answer = door.ask("POST", "/batch", body, Content_Type="application/json", Content_Encoding="gzip")
    assert answer.json["accepted"] == 3


def test_the_senders_clock_is_set_right_for_the_whole_batch(door: Door) -> None:
    slow = RECEIVED / SECOND - 600
    door.post("/batch", sent_at=slow, batch=[event(ts=slow - 30), event(ts=slow - 20), event()])
    notes = {"flags": ["ts_skew"], "ts": str(slow - 30)}
    expected = [(RECEIVED - 30 * SECOND, notes), (RECEIVED - 20 * SECOND, {**notes, "ts": str(slow - 20)})]
    assert [(row[2], row[4]) for row in door.events()] == [*expected, (RECEIVED, None)]


@pytest.mark.parametrize("sent_at", [RECEIVED / SECOND - 86_400, 0, -5, RECEIVED / SECOND + 86_400])
def test_a_clock_that_is_a_day_off_is_not_believed(door: Door, sent_at: float) -> None:
    door.post("/batch", sent_at=sent_at, batch=[event(ts=1_600_000_000)])
    assert [row[2] for row in door.events()] == [1_600_000_000 * SECOND]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ago=st.lists(st.integers(0, 10_000), min_size=1, max_size=8),
    off=st.one_of(st.integers(-100, 100), st.integers(-80_000, 80_000)),
)
def test_setting_a_clock_right_never_reorders(door: Door, ago: list[int], off: int) -> None:
    person = f"person {next(_numbers)}"
    sent_at = RECEIVED // SECOND + off
    items = [event(str(index), id=person, ts=sent_at - seconds) for index, seconds in enumerate(ago)]
    door.post("/batch", sent_at=sent_at, batch=items)
    stored = [row[:3] for row in door.events() if row[0] == person]
    in_order = sorted(range(len(ago)), key=lambda index: (-ago[index], index))
    assert [int(row[1]) for row in sorted(stored, key=lambda row: row[2])] == in_order
    late = -off if -60 < off <= 0 else 0
    assert [row[2] for row in stored] == [RECEIVED - (seconds + late) * SECOND for seconds in ago]


def test_the_server_key_sends_history_and_reserved_events(door: Door) -> None:
    items = [event("Cart abandoned", ts=1.5), event("tio:x", ts=RECEIVED / SECOND - 3600), event(ts=-1)]
    assert [each["code"] for each in door.post("/batch", batch=items).json["rejected"]] == ["reserved_action"] * 2
    answer = as_server(door, "/batch", {"batch": items})
    assert answer.json["accepted"] == 3
    rows = door.rows("SELECT time, known_at, imported FROM event WHERE site_id = {site} ORDER BY seq")
    assert rows[1:] == [
        (1_500_000, 1_500_000, True),
        (RECEIVED - 3600 * SECOND, RECEIVED, False),
        (RECEIVED, RECEIVED, False),
    ]


def test_an_import_is_history_whatever_its_time(door: Door) -> None:
    items = [event(ts=RECEIVED / SECOND - 60), {"type": "alias", "srcid": "a-1", "destid": "unicorn", "ts": 5}]
    body = {"sid": door.site.sid, "imported": True, "sent_at": RECEIVED / SECOND - 600, "batch": items}
    assert as_server(door, "/batch", body).json["accepted"] == 2
    for table, time in (("event", RECEIVED - 60 * SECOND), ("identity_edge", 5 * SECOND)):
        rows = door.rows(f"SELECT time, known_at, imported FROM {table} WHERE site_id = {{site}}")
        assert rows == [(time, time, True)]


def test_an_import_of_lines_says_so_in_the_url(door: Door) -> None:
    key = basic(door.site.sid, door.site.server_key)
    body = json.dumps(event(ts=RECEIVED / SECOND - 60))
    door.ask("POST", "/batch?imported=true", body, Content_Type="application/x-ndjson", Authorization=key)
    assert door.rows("SELECT imported FROM event WHERE site_id = {site}") == [(True,)]


def test_the_server_key_stands_for_every_signature(signed_door: Door) -> None:
    door = signed_door
    assert error_of(door.post("/track", id="unicorn", action="rate")) == (403, "missing_signature", "sign")
    items = [event(), {"type": "alias", "srcid": "known", "destid": "unicorn"}]
    assert as_server(door, "/batch", {"batch": items}).json["accepted"] == 2
    for route, params in (
        ("/track", {"id": "unicorn", "action": "Visited Site"}),
        ("/set", {"id": "unicorn", "data": {"a": 1}}),
        ("/alias", {"srcid": "other", "destid": "unicorn"}),
    ):
        assert as_server(door, route, params).json["ok"] is True
    assert {row[1] for row in door.events()} & SYSTEM_EVENTS == {"Visited Site"}


@pytest.mark.parametrize("route", ["/batch", "/track", "/v1/track"])
def test_a_wrong_server_key_is_refused_and_stores_nothing(door: Door, route: str) -> None:
    body = json.dumps({"id": "unicorn", "userId": "unicorn", "action": "rate", "event": "rate", "batch": [event()]})
    for key in (
        basic(door.site.sid, "wrong"),
        basic(door.site.sid, door.site.secret),
        basic(door.site.sid, "é"),
    ):
        answer = door.ask("POST", route, body, Authorization=key, Content_Type="text/plain")
        assert error_of(answer) == (401, "bad_server_key", None)
    nobody = door.ask("POST", route, body, Authorization=basic("nobody", door.site.server_key))
    assert error_of(nobody)[:2] == (401, "unknown_sid")
    assert door.events() == []


@pytest.mark.parametrize("header", ["Basic", "Basic ???", "Bearer x", "Basic /w==", "Basic Og=="])
def test_an_authorization_that_cannot_be_read_is_none(door: Door, header: str) -> None:
    query = urlencode({"sid": door.site.sid, "id": "unicorn", "action": "rate"})
    assert door.ask("GET", f"/track?{query}", Authorization=header).json == {"ok": True}
    without = door.ask("GET", "/track?id=unicorn&action=rate", Authorization=header)
    assert error_of(without) == (400, "missing_param", "sid")


def test_a_batch_counts_as_its_items(door: Door) -> None:
    with running(door.database, limits=Limits(of_site=2)) as port:
        limited = Door(door.database, port, door.site)
        assert limited.post("/batch", batch=[event()] * 20).status == 200
        refused = limited.post("/batch", batch=[event()] * 20)
    assert error_of(refused) == (429, "rate_limited", None)
    assert int(refused.headers["retry-after"]) >= 1
    assert len(door.events()) == 20
    assert door.refused() == []


@pytest.mark.usefixtures("chunked")
def test_92_a_batch_that_could_not_be_stored_can_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LONGEST_WAIT", 0.2)
    path = tmp_path / "shop.db"
    items = [event(message_id=str(number)) for number in range(CHUNK + 1)]
    with open_database(f"sqlite:///{path}") as database, running(database) as port:
        door = Door(database, port, database.writer.run(lambda tx: add_site(tx, "shop")))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        locked = door.post("/batch", batch=items)
        assert (*error_of(locked), locked.headers["retry-after"]) == (503, "busy", None, "2")
        other.rollback()
        other.close()
        assert door.post("/batch", batch=items).json["accepted"] == CHUNK + 1
        assert len(door.events()) == CHUNK + 1
