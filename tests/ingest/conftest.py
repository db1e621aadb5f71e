"""A real server on a real socket over a real SQLite file, in a thread beside the test."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.databases import DIALECTS
from tracktor_nb.ingest_server import listen, make_app, stop
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.rejected import list_rejected
from tracktor_nb.store.sites import SiteRecord, add_site, change_site

SECRET = "2D8CarQ4rX3WvH6TK7DpJDk5"
_numbers = count()
NOW = 1_790_000_000_000_000_000  # nanoseconds: the server's clock in these tests


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


class Door:
    """The server as its clients see it, and the database behind it."""

    def __init__(self, database: Database, port: int, site: SiteRecord) -> None:
        self.database, self.port, self.site = database, port, site

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
        """Send one request; header names are written with `_` for `-`."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, route: str, query: str = "", **params: str) -> Answer:
        """GET with the site's token, plus parameters as they are and a query that is already encoded."""
        parts = [urlencode({"sid": self.site.sid} | params if "sid" not in params else params), query]
        return self.ask("GET", f"{route}?{'&'.join(part for part in parts if part)}")

    def post(self, route: str, **params: Any) -> Answer:
        """POST as tio.js does: JSON as text/plain."""
        return self.ask("POST", route, json.dumps({"sid": self.site.sid} | params), Content_Type="text/plain")

    def raw(self, request: bytes) -> bytes:
        """Send bytes as they are and return all that comes back until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(request)
            parts = []
            with suppress(ConnectionResetError):  # the server closed without reading all of the request
                while part := connection.recv(65536):
                    parts.append(part)
            return b"".join(parts)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT; `{site}` in it is the number of this site."""
        with self.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement.format(site=self.site.id))]

    def events(self) -> list[tuple[Any, ...]]:
        """Return (distinct id, name, time, data, notes) of every event, in order of arrival."""
        found = self.rows(
            "SELECT i.distinct_id, n.name, e.time, e.data, e.notes FROM event e JOIN identity i ON i.id = e.identity_id"
            " JOIN event_name n ON n.id = e.name_id WHERE e.site_id = {site} ORDER BY e.seq"
        )
        return [(*row[:3], *(json.loads(text) if text else None for text in row[3:])) for row in found]

    def changes(self) -> list[tuple[Any, ...]]:
        """Return (distinct id, values, notes) of every property change."""
        found = self.rows(
            "SELECT i.distinct_id, c.data, c.notes FROM property_change c JOIN identity i ON i.id = c.identity_id"
            " WHERE c.site_id = {site} ORDER BY c.seq"
        )
        return [(row[0], json.loads(row[1]), json.loads(row[2]) if row[2] else None) for row in found]

    def edges(self) -> list[tuple[str, str, str]]:
        """Return (source, destination, reason) of every merge."""
        return self.rows(
            "SELECT s.distinct_id, d.distinct_id, e.reason FROM identity_edge e JOIN identity s ON s.id = e.src"
            " JOIN identity d ON d.id = e.dest WHERE e.site_id = {site} ORDER BY e.seq"
        )  # type: ignore[return-value]

    def people(self) -> dict[str, int]:
        """Return the person of every distinct id."""
        return dict(self.rows("SELECT distinct_id, person_id FROM identity WHERE site_id = {site}"))  # type: ignore[arg-type]

    def refused(self) -> list[str]:
        """Return the codes of the refused requests that were kept, oldest first."""
        with self.database.read() as connection:
            return [each.code for each in reversed(list_rejected(connection, self.site.id))]

    def settle(self, **settings: Any) -> None:
        """Change the site's settings; the server under test is told at once because it has not met the site yet."""
        self.site = self.database.writer.run(lambda tx: change_site(tx, self.site.id, settings=settings))


@contextmanager
def running(database: Database, **options: Any) -> Iterator[int]:
    """Serve the database in a thread and give the port."""
    started, port, ending = threading.Event(), 0, None
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        nonlocal port, ending
        application = make_app(database, **options)
        server, port = listen(application, 0)
        ending = asyncio.Event()
        started.set()
        await ending.wait()
        await stop(server, application)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(20)
        loop.close()


@pytest.fixture(scope="module", params=DIALECTS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, int]]:
    """A database of each kind, and the port of a server over it."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        url = f"sqlite:///{shutil.copy(template, tmp_path_factory.mktemp('door') / 'shop.db')}"
    else:
        postgres = request.getfixturevalue("postgres")
        url = postgres.url(postgres.new(request.getfixturevalue("postgres_template")))
    with open_database(url) as database, running(database, clock=lambda: NOW, demo=True) as port:
        yield database, port


@pytest.fixture
def door(served: tuple[Database, int], caplog: pytest.LogCaptureFixture) -> Iterator[Door]:
    """A door to a new site in open mode. Whatever was sent, the log must show no fault of ours."""
    database, port = served
    site = database.writer.run(lambda tx: add_site(tx, f"shop {next(_numbers)}"))
    with caplog.at_level(logging.WARNING):
        yield Door(database, port, site)
    assert [record.getMessage() for record in caplog.get_records("call")] == []


@pytest.fixture
def signed_door(door: Door) -> Door:
    """The same site, taking signed data only."""
    door.settle(signed_only=True)
    return door
