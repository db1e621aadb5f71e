"""/v1: what Segment's clients send, in all the ways they send it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tracktor_nb.ingest.segment import SHORT
from tracktor_nb.semantics.identity import signature

from .conftest import NOW, Answer, Door
from .inputs import RECEIVED
from .test_batch import as_server, basic, error_of

SECOND = 1_000_000
VISITOR = "8f9e1d2c-aaaa-4bbb-8ccc-0123456789ab"
SENT = "2026-09-21T14:13:20.000Z"  # the server's clock in these tests
TRACK = {"type": "track", "userId": "ada", "event": "rate", "properties": {"stars": 5}}


def send(door: Door, path: str, body: Any, key: str | None = None, **headers: str) -> Answer:
    """POST a message, with the token of the site as the key."""
    authorization = {"Authorization": basic(door.site.sid)} if key is None else {}
    return door.ask("POST", f"/v1/{path}", json.dumps(body), **authorization, **headers)


def test_the_clock_of_these_tests_is_the_servers() -> None:
    assert NOW == 1_790_000_000 * 1_000_000_000


@pytest.mark.parametrize(
    ("path", "message", "stored"),
    [
        ("track", TRACK, ["rate"]),
        ("page", {"userId": "ada", "name": "Home"}, ["Page view"]),
        ("screen", {"userId": "ada", "name": "Home"}, ["Screen view"]),
        ("identify", {"userId": "ada", "traits": {"plan": "Gold"}}, [{"plan": "Gold"}]),
        ("group", {"userId": "ada", "groupId": "acme"}, [{"company": {"id": "acme"}}]),
        ("alias", {"userId": "ada", "previousId": "old"}, [("old", "ada", "alias")]),
        ("batch", {"batch": [TRACK]}, ["rate"]),
        ("import", {"batch": [TRACK]}, ["rate"]),
    ],
)
def test_each_path_takes_its_messages_long_and_short(door: Door, path: str, message: Any, stored: list[Any]) -> None:
    paths = [path, *[short for short, long in SHORT.items() if long == path]]
    for each in paths:
        answer = send(door, each, message)
        assert (answer.status, answer.json["success"], answer.json["accepted"]) == (200, True, 1)
    found = [*[row[1] for row in door.events()], *[row[1] for row in door.changes()], *door.edges()]
    assert found == stored * (1 if path == "alias" else len(paths))


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", "image/png", None]
)
@pytest.mark.parametrize("packed", [False, True])
def test_json_comes_under_any_content_type_packed_or_not(door: Door, content_type: str | None, packed: bool) -> None:
    body = json.dumps({"writeKey": door.site.sid, "batch": [TRACK]}).encode()
    headers = {"Content_Type": content_type} if content_type else {}
    headers |= {"Content_Encoding": "gzip"} if packed else {}
    answer = door.ask("POST", "/v1/batch", gzip.compress(body) if packed else body, **headers)
    assert answer.json["accepted"] == 1
    assert door.events() == [("ada", "rate", RECEIVED, {"stars": 5}, None)]


def test_the_key_stands_in_the_header_or_in_the_body(door: Door) -> None:
    assert send(door, "track", {**TRACK, "writeKey": door.site.sid}, key="in the body").status == 200
    assert send(door, "track", {**TRACK, "writeKey": door.site.sid}).status == 200
    assert send(door, "track", {**TRACK, "writeKey": None}).status == 200
    assert error_of(send(door, "track", TRACK, key="none")) == (400, "missing_param", "writeKey")
    wrong = send(door, "track", {**TRACK, "writeKey": "nobody"}, key="in the body")
    assert error_of(wrong) == (401, "unknown_sid", "writeKey")
    assert len(door.events()) == 3


@pytest.mark.parametrize("path", ["batch", "t", "import"])
def test_browsers_may_ask_from_any_page(door: Door, path: str) -> None:
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization,content-type"}
    answer = door.ask("OPTIONS", f"/v1/{path}", Origin="https://shop.example", **asked)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert answer.headers["access-control-allow-headers"] == "authorization, content-type"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/t", 405), ("POST", "/v1/x", 404), ("POST", "/v1", 404)]
)
def test_other_paths_and_methods_are_refused(door: Door, method: str, path: str, status: int) -> None:
    assert door.ask(method, path, "{}").status == status


def test_message_ids_need_not_be_uuids_and_count_once(door: Door) -> None:
    message_id = f"node-next-1790000000000-{VISITOR}"
    for duplicate in (False, True):
        answer = send(door, "batch", {"batch": [{**TRACK, "messageId": message_id}]})
        assert answer.json["results"] == ([{"index": 0, "duplicate": True}] if duplicate else [])
    for message_id in (None, ""):
        assert send(door, "track", {**TRACK, "messageId": message_id}).status == 200
    assert error_of(send(door, "track", {**TRACK, "messageId": "x" * 101})) == (400, "bad_message_id", "messageId")
    assert len(door.events()) == 3


def test_a_visitor_who_says_who_he_is_becomes_that_person(door: Door) -> None:
    send(door, "page", {"userId": None, "anonymousId": VISITOR, "name": "Home"})
    identify = {"userId": "ada", "anonymousId": VISITOR, "traits": {"email": "ada@example.com"}, "messageId": "i"}
    assert send(door, "identify", identify).json["results"] == [{"index": 0, "merged": True}]
    assert send(door, "identify", identify).json["results"][0]["duplicate"] is True
    second = send(door, "identify", {"userId": "bob", "anonymousId": VISITOR})
    assert second.json["results"] == [{"index": 0, "merged": False, "unchanged": True}]
    people = door.people()
    assert people[f"a-{VISITOR}"] == people["ada"] != people["bob"]
    assert door.changes() == [("ada", {"email": "ada@example.com"}, None)]


def test_alias_finds_the_visitor_that_the_client_does_not_name_as_one(door: Door) -> None:
    send(door, "page", {"anonymousId": VISITOR})
    send(door, "alias", {"previousId": VISITOR, "userId": "ada"})
    send(door, "alias", {"previousId": "old", "userId": "ada"})
    assert door.edges() == [(f"a-{VISITOR}", "ada", "alias"), ("old", "ada", "alias")]


def test_social_traits_fill_in_what_is_missing_and_nothing_else(door: Door) -> None:
    door.post("/set", id="ada", data={"first_name": "Augusta", "profile_image": "https://x.example/own.png"})
    send(door, "identify", {"userId": "ada", "traits": {"name": "Ada King", "avatar": "https://x.example/a.png"}})
    social = {"name": "Ada King", "avatar": "https://x.example/a.png"}
    assert door.changes()[1][1] == {**social, "last_name": "King"}
    door.post("/set", id="ada", data={"last_name": None})
    batch = [
        {"type": "identify", "userId": "ada", "traits": {"last_name": "Lovelace"}},
        {"type": "identify", "userId": "ada", "traits": {"name": "Ada Byron"}},
    ]
    send(door, "batch", {"batch": batch})
    assert [row[1] for row in door.changes()[3:]] == [{"last_name": "Lovelace"}, {"name": "Ada Byron"}]


def test_social_traits_look_at_the_whole_person(door: Door) -> None:
    door.post("/set", id="a-1", data={"first_name": "Augusta"})
    door.post("/alias", srcid="a-1", destid="ada")
    send(door, "identify", {"userId": "ada", "traits": {"name": "Ada King"}})
    assert door.changes()[1][1] == {"name": "Ada King", "last_name": "King"}


def test_of_the_context_nothing_is_stored_but_whether_a_program_sent_it(door: Door) -> None:
    context = {"ip": "192.0.2.77", "userAgent": "Googlebot/2.1", "page": {"url": "https://secret.example"}}
    send(door, "track", {**TRACK, "context": context})
    send(door, "track", {**TRACK, "context": {"userAgent": "Mozilla/5.0"}})
    send(door, "track", TRACK, User_Agent="analytics-python/2.4.0")
    rows = door.rows("SELECT bot, data, notes FROM event WHERE site_id = {site} ORDER BY seq")
    assert [bool(row[0]) for row in rows] == [True, False, False]
    assert {row[1:] for row in rows} == {('{"stars":5}', None)}


def test_the_clock_of_the_client_is_set_right(door: Door) -> None:
    times = {"sentAt": "2026-09-21T14:03:20Z", "batch": [{**TRACK, "timestamp": "2026-09-21T14:03:00Z"}]}
    send(door, "batch", times)
    send(door, "track", {**TRACK, "originalTimestamp": "2026-09-21T14:13:00.500Z", "sentAt": SENT})
    send(door, "track", {**TRACK, "timestamp": "2026-09-21T14:13:00.250Z", "sentAt": "soon"})
    assert [row[2] for row in door.events()] == [RECEIVED - 20 * SECOND, RECEIVED - 19_500_000, RECEIVED - 19_750_000]


def test_an_import_with_the_server_key_keeps_any_time(door: Door) -> None:
    batch = [{**TRACK, "timestamp": when} for when in ("1971-01-01T00:00:00Z", "2026-09-21T14:13:00Z")]
    body = {"sentAt": "2026-09-21T14:03:20Z", "batch": batch}
    assert as_server(door, "/v1/import", body).json["accepted"] == 2
    rows = door.rows("SELECT time, known_at, imported FROM event WHERE site_id = {site} ORDER BY seq")
    times = (31_536_000 * SECOND, RECEIVED - 20 * SECOND)
    assert rows == [(time, time, True) for time in times]


def test_an_import_without_it_is_a_batch(door: Door) -> None:
    send(door, "import", {"batch": [{**TRACK, "timestamp": "1971-01-01T00:00:00Z"}]})
    assert door.events() == [
        ("ada", "rate", RECEIVED, {"stars": 5}, {"flags": ["ts_invalid"], "ts": "31536000.000000"})
    ]
    assert door.rows("SELECT imported FROM event WHERE site_id = {site}") == [(False,)]


def test_good_messages_are_stored_and_the_others_named_in_their_words(door: Door) -> None:
    batch = [
        TRACK,
        {**TRACK, "event": None},
        {**TRACK, "event": "x" * 201},
        {**TRACK, "userId": "null"},
        {**TRACK, "properties": {"price": float("nan")}},
        {"type": "alias", "userId": "a-1", "previousId": "old"},
        {"type": "dance", "userId": "ada"},
        7,
        {"type": "identify", "userId": "ada", "traits": {"": 1}},
        TRACK,
    ]
    answer = send(door, "batch", {"batch": batch})
    assert [(each["index"], each["code"], each["param"]) for each in answer.json["rejected"]] == [
        (1, "missing_param", "event"),
        (2, "bad_action", "event"),
        (3, "reserved_id", "userId"),
        (4, "bad_number", "properties"),
        (5, "bad_direction", "userId"),
        (6, "bad_value", "type"),
        (7, "bad_item", None),
        (8, "bad_key", "traits"),
    ]
    assert answer.json["rejected"][1]["message"].startswith("`event` is longer")
    assert (answer.status, answer.json["accepted"], len(door.events())) == (200, 2, 2)
    assert len(door.refused()) == 8


def test_one_bad_message_alone_is_refused(door: Door) -> None:
    assert error_of(send(door, "track", {"userId": "ada"})) == (400, "missing_param", "event")
    assert error_of(send(door, "identify", [])) == (400, "bad_body", None)
    assert error_of(send(door, "batch", {"batch": []})) == (400, "missing_param", "batch")
    assert error_of(send(door, "batch", {"batch": [TRACK] * 1001})) == (413, "too_many_items", "batch")
    assert door.ask("POST", "/v1/track", b"{", Authorization=basic(door.site.sid)).json["error"]["code"] == "bad_json"
    assert door.events() == []
    assert door.refused() == ["missing_param", "bad_body", "missing_param", "too_many_items", "bad_json"]


def test_what_was_refused_is_kept_with_its_path(door: Door) -> None:
    message = {"type": "track", "userId": "ada"}
    send(door, "batch", {"batch": [message]})
    send(door, "t", message)
    found = door.rows("SELECT route, raw FROM rejected WHERE site_id = {site} ORDER BY id")
    kept = [(route, json.loads(bytes(raw))) for route, raw in found]
    assert kept == [("v1/batch", {"batch": [message]}), ("v1/track", message)]


def test_with_signed_data_only_the_server_key_is_the_signature(signed_door: Door) -> None:
    assert error_of(send(signed_door, "track", TRACK)) == (403, "missing_signature", "sign")
    assert send(signed_door, "track", {"anonymousId": VISITOR, "event": "rate"}).status == 200
    assert as_server(signed_door, "/v1/track", TRACK).status == 200
    assert as_server(signed_door, "/v1/alias", {"userId": "ada", "previousId": "old"}).status == 200
    assert signature(signed_door.site.secret, "ada") not in str(signed_door.rows("SELECT raw FROM rejected"))
