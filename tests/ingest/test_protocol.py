"""HTTP itself: methods, sizes, encodings, and bytes that are no HTTP."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from tracktor_nb import ingest_server
from tracktor_nb.store.database import Database

from .conftest import Door, running

HEAD = b"POST /track HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"


def error_in(answer: bytes) -> tuple[int, str]:
    """Return status and code of an answer read as bytes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["error"]["code"]


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "FOO"])
def test_79_81_other_methods_are_named_and_record_nothing(door: Door, method: str) -> None:
    answer = door.ask(method, f"/track?sid={door.site.sid}&id=unicorn&action=rate")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST, OPTIONS")
    assert method == "HEAD" or answer.json["error"]["code"] == "method_not_allowed"
    assert door.events() == []


def test_80_browsers_may_ask_from_any_page(door: Door) -> None:
    answer = door.ask("OPTIONS", "/track", Origin="https://shop.example", Access_Control_Request_Method="POST")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-expose-headers"] == "Retry-After"
    assert answer.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
    assert answer.headers["access-control-max-age"] == "86400"
    assert "access-control-allow-credentials" not in answer.headers


def test_every_answer_allows_any_origin_and_says_nothing_of_the_server(door: Door) -> None:
    for path in (f"/track?sid={door.site.sid}&id=unicorn&action=rate", "/track", "/nowhere", "/static/nothing.js"):
        answer = door.ask("GET", path)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "server" not in answer.headers
        assert "etag" not in answer.headers


@pytest.mark.parametrize(("path", "status"), [("/track/", 200), ("//track", 404), ("/TRACK", 404), ("/tracks", 404)])
def test_95_paths_are_exact(door: Door, path: str, status: int) -> None:
    answer = door.ask("GET", f"{path}?sid={door.site.sid}&id=unicorn&action=rate")
    assert (answer.status, answer.json["ok"]) == (status, status == 200)


def test_one_connection_serves_many_calls(door: Door) -> None:
    connection = HTTPConnection("127.0.0.1", door.port, timeout=20)
    for number in range(3):
        connection.request("POST", "/track", json.dumps({"sid": door.site.sid, "id": "unicorn", "action": str(number)}))
        assert json.loads(connection.getresponse().read()) == {"ok": True}
    connection.close()
    assert [event[1] for event in door.events()] == ["0", "1", "2"]


def test_gzip_is_unpacked(door: Door) -> None:
    body = gzip.compress(json.dumps({"sid": door.site.sid, "id": "unicorn", "action": "rate"}).encode())
    for content_type in ("text/plain", "application/json"):
        answer = door.ask("POST", "/track", body, Content_Type=content_type, Content_Encoding="gzip")
        assert answer.json == {"ok": True}


def test_other_encodings_are_refused(door: Door) -> None:
    answer = door.ask("POST", "/track", b"xx", Content_Type="text/plain", Content_Encoding="br")
    assert (answer.status, answer.json["error"]["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("size", [600_000, 10_000_000])
def test_20_a_large_body_is_heard_out_and_refused(door: Door, size: int) -> None:
    answer = door.ask("POST", "/track", b"x" * size, Content_Type="text/plain")
    assert (answer.status, answer.json["error"]["code"]) == (413, "too_large")


def test_20_a_huge_body_is_refused_by_its_announcement(door: Door) -> None:
    answer = door.raw(HEAD + b"Content-Length: 9999999999\r\n\r\n")
    assert error_in(answer) == (413, "too_large")


def test_a_large_body_in_chunks_is_refused(door: Door) -> None:
    chunks = b"20000\r\n" + b"x" * 0x20000 + b"\r\n"
    answer = door.raw(HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks * 5 + b"0\r\n\r\n")
    assert error_in(answer) == (413, "too_large")


def test_21_a_bomb_is_not_unpacked_to_its_end(door: Door) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    answer = door.raw(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb)
    assert error_in(answer) == (413, "too_large")


def test_what_is_no_gzip_closes_the_connection(door: Door) -> None:
    answer = door.raw(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnonsense")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_23_a_long_url_is_refused_while_we_can_read_it(door: Door) -> None:
    assert error_in(
        door.raw(b"GET /track?id=" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    ) == (
        414,
        "uri_too_long",
    )


def test_24_thousands_of_parameters_are_refused(door: Door) -> None:
    query = b"&".join(b"a%d=1" % number for number in range(5000))
    assert door.raw(b"GET /track?" + query + b" HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 5, 6\r\n\r\nxxxxxx",
        b"GET /track HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /track HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_86_what_is_no_clear_request_closes_the_connection(door: Door, request_bytes: bytes) -> None:
    assert door.raw(request_bytes).startswith(b"HTTP/1.1 400 ")
    assert door.ask("GET", "/healthz").status == 200


@pytest.fixture
def impatient_port(served: tuple[Database, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that waits for nobody."""
    monkeypatch.setattr(ingest_server, "SLOWEST_BODY", 0.1)
    monkeypatch.setattr(ingest_server, "LONGEST_IDLE", 0.1)
    with running(served[0]) as port:
        yield port


@pytest.mark.parametrize("request_bytes", [HEAD + b"Content-Length: 10\r\n\r\nhalf", b"GET /tr", b"\x16\x03\x01\x02"])
def test_87_88_who_does_not_finish_is_cut_off(impatient_port: int, request_bytes: bytes) -> None:
    with socket.create_connection(("127.0.0.1", impatient_port), timeout=10) as connection:
        connection.sendall(request_bytes)
        assert connection.recv(100) == b""


def test_a_client_that_does_not_wait_is_recorded_all_the_same(door: Door) -> None:
    for number in range(20):
        with socket.create_connection(("127.0.0.1", door.port), timeout=10) as connection:
            path = f"/track?sid={door.site.sid}&id=unicorn&action={number}"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            if number % 2:  # close with a reset instead of a farewell
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert door.get("/track", id="unicorn", action="last").status == 200
    assert "last" in [event[1] for event in door.events()]
