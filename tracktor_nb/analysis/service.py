"""The one analysis process of a machine: holds the logs and answers definitions over HTTP on the loopback.

Questions and answers are JSON. Each answer is computed in a thread, so that a slow one does not hold up a quick one.
Where it listens, and the token that every question must bear, stand in `analysis.json` of the data folder (0600).
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import secrets
import signal
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import tornado.httpserver
import tornado.netutil
import tornado.web

from tracktor_nb.errors import TracktorError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.condition import Group

from .address import Address
from .engine import Engine
from .results import Result

THREADS = 8

log = logging.getLogger(__name__)

Body = dict[str, Any]


def _result(engine: Engine, body: Body) -> Result:
    period = body["period"]
    return engine.evaluate(
        body["site"],
        codec.from_dict(body["definition"]),
        period if isinstance(period, str) else tuple(period),
        body["as_of"],
    )


def _evaluate(engine: Engine, body: Body) -> Any:
    return _result(engine, body).to_dict()


def _people(engine: Engine, body: Body) -> Any:
    page = _result(engine, body).people_page(**body["page"])
    return {"rows": page.rows, "total": page.total}


def _explain(engine: Engine, body: Body) -> Any:
    given = _result(engine, body).explain(body["person"])
    return {
        "person_id": given.person_id,
        "distinct_id": given.distinct_id,
        "summary": given.summary,
        "rows": given.rows,
    }


def _identities(engine: Engine, body: Body) -> Any:
    segment = codec.from_dict(body["definition"])
    assert isinstance(segment, Group), segment
    return engine.identities(body["site"], segment, body["as_of"])


def _events(engine: Engine, body: Body) -> Any:
    return engine.events(body["site"])


def _properties(engine: Engine, body: Body) -> Any:
    return engine.properties(body["site"], body["event"])


QUESTIONS: dict[str, Callable[[Engine, Body], Any]] = {
    "evaluate": _evaluate,
    "people": _people,
    "explain": _explain,
    "identities": _identities,
    "events": _events,
    "properties": _properties,
}


class QuestionHandler(tornado.web.RequestHandler):
    """POST /<question> with a JSON body."""

    def initialize(self, engine: Engine, token: str, threads: Executor) -> None:
        self.engine, self.token, self.threads = engine, token, threads

    def prepare(self) -> None:
        given = self.request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            raise tornado.web.HTTPError(401)

    async def post(self, question: str) -> None:
        if question not in QUESTIONS:
            raise tornado.web.HTTPError(404)
        body = json.loads(self.request.body)
        self.finish(await asyncio.get_running_loop().run_in_executor(self.threads, self._answer, question, body))

    def _answer(self, question: str, body: Body) -> str:
        return json.dumps({"answer": QUESTIONS[question](self.engine, body)})

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs["exc_info"][1]
        if isinstance(error, TracktorError):
            self.set_status(422)
            self.finish({"error": {"type": type(error).__name__, "message": str(error)}})
        else:
            self.finish({"error": {"type": "", "message": f"The analysis process failed: {error!r}; see its log."}})

    def log_exception(self, *exc_info: Any) -> None:
        if not isinstance(exc_info[1], TracktorError):
            super().log_exception(*exc_info)


def make_app(engine: Engine, token: str, threads: Executor) -> tornado.web.Application:
    """Return the Tornado application; `threads` compute the answers."""
    handed = {"engine": engine, "token": token, "threads": threads}
    return tornado.web.Application([(r"/(\w+)", QuestionHandler, handed)], log_function=_log_failures)


def _log_failures(handler: tornado.web.RequestHandler) -> None:
    """Questions that cannot be answered are the caller's to know; what breaks here is logged with its traceback."""
    if handler.get_status() >= 500:
        log.error("%s took %.0f ms and failed.", handler.request.path, 1000 * handler.request.request_time())


async def run(engine: Engine, folder: Path, database: str, stop: asyncio.Event) -> None:
    """Answer questions about a database until `stop` is set; `folder` is where callers look for the address."""
    token = secrets.token_urlsafe(24)
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    with ThreadPoolExecutor(THREADS, "answer") as threads:
        server = tornado.httpserver.HTTPServer(make_app(engine, token, threads), max_buffer_size=16 * 2**20)
        server.add_sockets(sockets)
        address = Address(sockets[0].getsockname()[1], token, database, os.getpid(), os.getppid())
        address.write(folder)
        try:
            await stop.wait()
        finally:
            address.remove(folder)
            server.stop()


def serve(engine: Engine, folder: Path, database: str) -> None:
    """Answer questions about a database until the process is told to end."""

    async def until_signalled() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await run(engine, folder, database, stop)

    asyncio.run(until_signalled())
