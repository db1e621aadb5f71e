"""The servers that are measured, each a process of its own.

Run as `python -m benchmarks.servers empty|core DATABASE_URL`: Tornado with a handler that does nothing; the door with
neither log nor numbers nor limits. Everything on is `tracktor-nb serve`.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from tracktor_nb.ingest_server import listen, make_app
from tracktor_nb.store.database import open_database
from tracktor_nb.store.events import NewEvent, record_events


class Empty(RequestHandler):
    """Tornado's empty handler."""

    def get(self) -> None:
        """Answer nothing."""

    post = get


async def serve_empty() -> None:
    """Serve the empty handler."""
    sockets = bind_sockets(0, "127.0.0.1")
    server = HTTPServer(Application([(r"/.*", Empty)], log_function=lambda _: None))
    server.add_sockets(sockets)
    await _announce(sockets[0].getsockname()[1])


async def serve_core(url: str) -> None:
    """Serve the door itself."""
    with open_database(url) as database:
        application = make_app(database)
        application.settings["log_function"] = lambda _: None
        await _announce(listen(application, 0)[1])


async def _announce(port: int) -> None:
    print(f"listening on http://127.0.0.1:{port}", flush=True)  # noqa: T201
    await asyncio.Event().wait()


def write_without_pause(url: str, site: int) -> None:
    """Be the other process: write groups of events for ever."""
    with open_database(url) as database:
        print("writing :1", flush=True)  # noqa: T201
        for number in itertools.count():
            now = time.time_ns() // 1000
            rows = [NewEvent(f"other {each}", "Written", now, now) for each in range(number % 40 + 1)]
            database.writer.run(lambda tx, rows=rows: record_events(tx, site, rows))  # type: ignore[misc]


if __name__ == "__main__":
    if sys.argv[1] == "writer":
        write_without_pause(sys.argv[2], int(sys.argv[3]))
    else:
        asyncio.run(serve_empty() if sys.argv[1] == "empty" else serve_core(sys.argv[2]))
