"""The public door: a Tornado server that takes what sites send and answers once it is stored.

It knows the store and the meaning of the wire, nothing else: no pandas, no widgets, no analysis.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from .errors import SettingError
from .ingest.access import AccessLog
from .ingest.batch import Batch
from .ingest.commits import Commits
from .ingest.directory import Directory
from .ingest.door import House, Nowhere
from .ingest.meter import Meter, Metrics
from .ingest.rate import Limits, Network, read_networks
from .ingest.record import Record
from .ingest.routes import Config, Demo, Health, Library, Static
from .ingest.segment import KINDS, Segment
from .settings import Settings
from .store.database import Database, open_database
from .store.engines import read_url

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "ingest" / "templates"

LARGEST_HEADER = 128 * 1024  # bytes; larger than any URL we take, so that we can say why it is too long
NEVER_READ = 1 << 40  # bytes; the handlers count for themselves and answer in JSON
SLOWEST_BODY = 10.0  # seconds
LONGEST_IDLE = 60.0  # seconds a connection may stay without a request
YOUNG_OBJECTS = 50_000
"""So many new objects make the garbage collector look: usually it does ten times while a batch is read."""
GRACE = 8.0  # seconds that calls under way are given when the server is asked to stop


def make_app(
    database: Database,
    *,
    demo: bool = False,
    demo_site: str = "",
    dashboard_url: str = "",
    static_dir: Path = STATIC,
    clock: Callable[[], int] = time.time_ns,
    log_request: Callable[[RequestHandler], None] | None = None,
    limits: Limits | None = None,
    proxies: tuple[Network, ...] = (),
    metrics_token: str = "",
) -> Application:
    """Return the application over an open database.

    `demo` adds the demo page: for the site named, else the first one, with a link to the dashboard. `clock` gives
    nanoseconds since 1970.
    """
    house = House(
        database, Commits(database.writer), Directory(database), clock, static_dir, limits or Limits(), proxies
    )
    shared, meter = {"house": house}, Meter(house)
    routes = [
        (r"/(set|track|alias|cart)/?", Record, shared),
        (r"/batch/?", Batch, shared),
        (rf"/v1/({KINDS})/?", Segment, shared),
        (r"/scripts/([^/]*)\.js", Library, shared),
        (r"/tio\.js", Library, shared),
        (r"/config/([^/]*)\.json", Config, shared),
        (r"/healthz", Health, shared),
        (r"/metrics", Metrics, shared | {"meter": meter, "token": metrics_token}),
        (r"/static/(.*)", Static, {"path": str(static_dir)}),
    ]
    if demo:
        routes.append((r"/demo", Demo, shared | {"site_name": demo_site, "dashboard_url": dashboard_url}))
    return Application(
        routes,  # type: ignore[arg-type]
        default_handler_class=Nowhere,
        default_handler_args=shared,
        template_path=str(TEMPLATES),
        log_function=partial(_note, [meter, log_request] if log_request else [meter]),
        house=house,
        meter=meter,
    )


def _note(observers: Sequence[Callable[[RequestHandler], None]], handler: RequestHandler) -> None:
    for observe in observers:
        observe(handler)


def listen(
    application: Application, port: int, host: str = "127.0.0.1", shared: bool = False
) -> tuple[HTTPServer, int]:
    """Return a server that accepts connections, and its port: a free one for port 0. SettingError if it is taken.

    `shared`: other processes may listen on the same port, and the system gives each connection to one of them.
    """
    sockets = _bind(port, host, shared)
    server = HTTPServer(
        application,
        decompress_request=True,
        max_header_size=LARGEST_HEADER,
        max_body_size=NEVER_READ,
        body_timeout=SLOWEST_BODY,
        idle_connection_timeout=LONGEST_IDLE,
    )
    server.add_sockets(sockets)
    return server, sockets[0].getsockname()[1]


def _bind(port: int, host: str, shared: bool) -> list[socket.socket]:
    try:
        return bind_sockets(port, host, reuse_port=shared)
    except OSError as error:
        raise SettingError(
            f"Cannot listen on port {port} of {host}: {error.strerror}. Does another server run? Set TRACKTOR_PORT."
        ) from error


def port_to_share(settings: Settings) -> int:
    """Return the port that several server processes will share, a free one for port 0.

    SettingError if it is taken, or if the database is one that a single process serves best.
    """
    if read_url(settings.url).get_backend_name() == "sqlite":
        raise SettingError("SQLite lets one process write at a time: use PostgreSQL to serve with several processes.")
    bound = _bind(settings.port, settings.host, shared=False)
    port: int = bound[0].getsockname()[1]
    for each in bound:
        each.close()
    return port


async def stop(server: HTTPServer, application: Application) -> None:
    """Take no more connections, let the calls under way be answered, then close the rest."""
    server.stop()
    house: House = application.settings["house"]
    deadline = time.monotonic() + GRACE
    while house.recording and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    await server.close_all_connections()


def serve(settings: Settings, number: int | None = None) -> None:
    """Run the server until SIGTERM or SIGINT; `number`: it is one of several that share a port."""
    gc.freeze()  # what is loaded stays
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    asyncio.run(_serve(settings, number))


async def _serve(settings: Settings, number: int | None) -> None:
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    with open_database(settings.url) as database:
        access = AccessLog(settings.data / ("access.log" if number is None else f"access-{number}.log"))
        application = make_app(
            database,
            demo=settings.demo,
            demo_site=settings.site,
            dashboard_url=_dashboard_url(settings) if settings.demo else "",
            log_request=access,
            limits=Limits(settings.sender_rate, settings.site_rate, settings.person_rate),
            proxies=read_networks(settings.proxies),
            metrics_token=settings.token("metrics"),
        )
        server, port = listen(application, settings.port, settings.host, shared=number is not None)
        print(f"listening on http://{settings.host}:{port}", flush=True)  # noqa: T201
        chores: list[Callable[[], None]] = [access.write, application.settings["meter"].look]
        if number is not None:
            chores.append(partial(_stop_with, os.getppid(), stopping))
        await _every_second(chores, stopping)
        await stop(server, application)
        access.close()


async def _every_second(chores: Sequence[Callable[[], None]], stopping: asyncio.Event) -> None:
    """Do the chores each second until it is time to stop."""
    while not stopping.is_set():
        for chore in chores:
            chore()
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), 1)


def _stop_with(parent: int, stopping: asyncio.Event) -> None:
    """Stop if the process that started us fell: it starts others in our place."""
    if os.getppid() != parent:
        stopping.set()


def _dashboard_url(settings: Settings) -> str:
    """The link on the demo page; the token is in it only if the page stays on this machine."""
    token = f"?token={settings.token('dashboards')}" if settings.host in ("127.0.0.1", "localhost", "::1") else ""
    return f"http://{settings.host}:{settings.dashboard_port}/{token}"
