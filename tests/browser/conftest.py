"""A real browser, a real ingest server, and a customer's web site of another origin."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tracktor_nb.ingest.snippet import snippet
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.tables import event, event_name, identity, property_change

from .install_chromium import CURE, find_chromium
from .server_process import ServerProcess

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-blink-features=AutomationControlled",  # the browser stands for a person's, who is no bot
)
OURS = ("127.0.0.1", "localhost")
FACT = re.compile(r"browser_\w+|(first|last)_(page|referrer|utm_\w+|gclid)")
"""The properties that tio.js sets by itself."""
BY_ITSELF = ("Page view", "Visited Site")
"""The events that tio.js and the server make by themselves."""


@pytest.fixture(scope="package")  # its event loop would stand in the way of tests that run one of their own
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    program = find_chromium() or pytest.fail(f"There is no browser to drive. {CURE}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor's browser: nothing stored yet. The test fails if a request leaves the machine."""
    left: list[str] = []

    def watch(request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in OURS:
            left.append(request.url)

    fresh = browser.new_context()
    fresh.on("request", watch)
    yield fresh
    fresh.close()
    assert left == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of the visitor."""
    return context.new_page()


@dataclass
class Server:
    """A running ingest server in demo mode, and the database behind it."""

    origin: str
    database: Database


@dataclass
class Recorded:
    """What a site's tables hold: the test's own view of the database, independent of any room of ours."""

    database: Database
    site: SiteRecord

    def events(self) -> list[tuple[str, str, Any]]:
        """Return (distinct id, event, data) of what the page tracked, in order of arrival."""
        return [row for row in self.all_events() if row[1] not in BY_ITSELF]

    def views(self) -> list[tuple[str, Any]]:
        """Return (distinct id, data) of the page views, in order of arrival."""
        return [(who, data) for who, name, data in self.all_events() if name == "Page view"]

    def all_events(self) -> list[tuple[str, str, Any]]:
        """Return (distinct id, event, data) in order of arrival."""
        query = (
            sa.select(identity.c.distinct_id, event_name.c.name, event.c.data)
            .join_from(event, identity, identity.c.id == event.c.identity_id)
            .join(event_name, event_name.c.id == event.c.name_id)
            .where(event.c.site_id == self.site.id)
            .order_by(event.c.seq)
        )
        return [(who, name, _value(data)) for who, name, data in self._rows(query)]

    def changes(self) -> list[tuple[str, Any]]:
        """Return (distinct id, new values) of what the page set, in order of arrival."""
        return [row for row in self._changes() if not all(map(FACT.fullmatch, row[1]))]

    def facts(self) -> list[tuple[str, Any]]:
        """Return (distinct id, new values) of what tio.js set by itself, in order of arrival."""
        return [row for row in self._changes() if all(map(FACT.fullmatch, row[1]))]

    def _changes(self) -> list[tuple[str, Any]]:
        query = (
            sa.select(identity.c.distinct_id, property_change.c.data)
            .join_from(property_change, identity, identity.c.id == property_change.c.identity_id)
            .where(property_change.c.site_id == self.site.id)
            .order_by(property_change.c.seq)
        )
        return [(who, _value(data)) for who, data in self._rows(query)]

    def times(self) -> list[tuple[str, float]]:
        """Return (event, Unix seconds at which it happened) in order of arrival."""
        query = sa.select(event_name.c.name, event.c.time).join(event_name, event_name.c.id == event.c.name_id)
        rows = self._rows(query.where(event.c.site_id == self.site.id).order_by(event.c.seq))
        return [(name, time / 1e6) for name, time in rows]

    def bots(self) -> set[str]:
        """Return the names of the events that are marked as a program's."""
        query = sa.select(event_name.c.name).join(event, event_name.c.id == event.c.name_id)
        return {name for (name,) in self._rows(query.where(event.c.site_id == self.site.id, event.c.bot))}

    def people(self) -> list[set[str]]:
        """Return the distinct ids of each person, in order of first sight."""
        query = sa.select(identity.c.person_id, identity.c.distinct_id).where(identity.c.site_id == self.site.id)
        people: dict[int, set[str]] = {}
        for person, distinct_id in self._rows(query.order_by(identity.c.id)):
            people.setdefault(person, set()).add(distinct_id)
        return list(people.values())

    def _rows(self, query: sa.Select[Any]) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(query))


def _value(data: str | None) -> Any:
    return None if data is None else orjson.loads(data)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server in a process of its own, started as a person would."""
    folder = tmp_path_factory.mktemp("server")
    url = f"sqlite:///{folder / 'shop.db'}"
    with open_database(url) as database:
        database.writer.run(lambda tx: add_site(tx, "demo"))
        process = ServerProcess(folder, url)
        process.start()
        yield Server(process.origin, database)
        process.stop()


@pytest.fixture
def recorded(server: Server, request: pytest.FixtureRequest) -> Recorded:
    """A new site of its own for each test, by its tables."""
    site = server.database.writer.run(lambda tx: add_site(tx, request.node.name))
    return Recorded(server.database, site)


@pytest.fixture
def ours(server: Server, recorded: Recorded) -> str:
    """Our own snippet for the test's site."""
    return snippet(recorded.site.sid, server.origin)


@dataclass
class Customer:
    """A customer's web site: pages by path. `write` makes a page and returns its address."""

    origin: str
    pages: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, head: str, body: str = "") -> str:
        """Put a page at the path; `head` and `body` are HTML."""
        self.pages[path] = f"<!doctype html><html><head><title>Shop</title>{head}</head><body>{body}</body></html>"
        return self.origin + path


@pytest.fixture
def customer() -> Iterator[Customer]:
    """A web site whose origin is not the server's, so the browser applies its rules for strangers."""
    with web_site() as site:
        yield site


@contextmanager
def web_site() -> Iterator[Customer]:
    """Yield a running web site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = site.pages.get(urlsplit(self.path).path)
            with suppress(ConnectionError):  # the tab went
                self.send_response(200 if content is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((content or "").encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Customer(f"http://localhost:{web.server_port}")
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        web.shutdown()
        thread.join()
        web.server_close()
