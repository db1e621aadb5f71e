"""What every route has in common: JSON answers, one shape of error, CORS, and limits on size."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar

import orjson
from tornado import web

from tracktor_nb.errors import PayloadError, StoreBusyError, TooManyError, TracktorError
from tracktor_nb.store.database import Database

from .commits import Commits
from .directory import Directory
from .origins import Origins
from .rate import Limits, Network, sender

log = logging.getLogger("tracktor_nb.ingest")

LARGEST_BODY = 512 * 1024
LARGEST_DRAINED = 16 * 1024 * 1024
"""A body too large is still read up to here, so that a client that sends before it listens gets to hear why."""
MOST_HELD = 64 * 1024 * 1024
"""Bytes of bodies that may be held for all calls under way; who comes beyond that is asked to come again."""
LONGEST_URL = 64 * 1024
RETRY_AFTER = "2"

_process = os.urandom(4).hex()
_numbers = itertools.count(1)


@dataclass(slots=True)
class House:
    """What the handlers of one application share. `clock` gives nanoseconds since 1970."""

    database: Database
    commits: Commits
    directory: Directory
    clock: Callable[[], int]
    static: Path
    limits: Limits = field(default_factory=Limits)
    proxies: tuple[Network, ...] = ()
    """Who may say in X-Forwarded-For where a call came from."""
    recording: int = 0
    """Calls that wait for their commit at this moment."""
    held: int = 0
    """Bytes of the bodies of the calls under way."""
    origins: Origins = field(init=False)

    def __post_init__(self) -> None:
        self.origins = Origins(self.database.writer)


class Replies(web.RequestHandler):
    """Answers: JSON for everybody, the same shape for every error, and no word about the server."""

    methods: ClassVar[str] = "GET, POST, OPTIONS"
    error_code = request_id = ""

    def set_default_headers(self) -> None:
        """Called by Tornado for each answer, also for errors."""
        self.clear_header("Server")
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header("Access-Control-Expose-Headers", "Retry-After")

    def options(self, *_: str) -> None:
        """Answer the preflight of browsers."""
        self.set_status(204)
        self.set_header("Access-Control-Allow-Methods", self.methods)
        self.set_header("Access-Control-Allow-Headers", "authorization, content-type")
        self.set_header("Access-Control-Max-Age", "86400")

    def refuse(self, error: TracktorError) -> None:
        """Answer with an error: 503 if the store cannot write now, so that clients come again."""
        if isinstance(error, TooManyError):
            self.set_header("Retry-After", str(error.retry_after))
        if isinstance(error, PayloadError):
            self.answer_error(error.status, error.code, error.param, str(error))
        else:
            self.set_header("Retry-After", RETRY_AFTER)
            self.answer_error(503, "busy", None, str(error))

    def answer_error(self, status: int, code: str, param: str | None, message: str) -> None:
        """Answer with an error in the one shape that all errors have."""
        self.error_code, self.request_id = code, f"{_process}-{next(_numbers)}"
        error = {"code": code, "param": param, "message": message}
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(orjson.dumps({"ok": False, "error": error, "request_id": self.request_id}))

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer for Tornado: wrong method, unknown path, or a fault of ours."""
        status = HTTPStatus(status_code)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.set_header("Allow", self.methods)
        code = "internal" if status_code >= 500 else status.name.lower()
        self.answer_error(status_code, code, None, f"{status.phrase}: {status.description or self.request.path}.")

    def log_exception(
        self, typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Log faults of ours, without the query: it may hold signatures."""
        if not isinstance(value, web.HTTPError):
            log.error("%s %s failed", self.request.method, self.request.path, exc_info=value)


@web.stream_request_body
class Door(Replies):
    """One route. Bodies are collected here, because Tornado answers to what it cannot parse before we are asked."""

    house: House
    body: bytearray
    received_bytes = _held = 0

    def initialize(self, house: House) -> None:
        """Called by Tornado for each request."""
        self.house = house
        self.body = bytearray()

    def compute_etag(self) -> str | None:
        """Answers are never the same twice; hashing them would be for nothing."""
        return None

    def prepare(self) -> None:
        """Refuse by the headers alone what is too large to be read, or more than can be held now."""
        forwarded = self.request.headers.get("X-Forwarded-For")
        if forwarded and self.house.proxies:
            self.request.remote_ip = sender(self.request.remote_ip or "", forwarded, self.house.proxies)
        if len(self.request.uri or "") > LONGEST_URL:
            self.refuse(
                PayloadError("uri_too_long", None, f"The URL is longer than {LONGEST_URL} bytes; use POST.", 414)
            )
        elif self._announced_bytes() > LARGEST_DRAINED:
            self.refuse(_too_large())
        elif self.house.held > MOST_HELD:
            self.refuse(StoreBusyError("Too many calls are under way. Try again in a moment."))

    def _announced_bytes(self) -> int:
        length = self.request.headers.get("Content-Length", "")
        return int(length) if length.isdecimal() and len(length) < 20 else 0

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Collect the body; count, but do not keep, what is too much."""
        self.received_bytes += len(chunk)
        if self.received_bytes <= LARGEST_BODY:
            self.body += chunk
            self._held += len(chunk)
            self.house.held += len(chunk)
        elif self.received_bytes > LARGEST_DRAINED and not self._finished:
            self.refuse(_too_large())
        return None

    def on_finish(self) -> None:
        """Called by Tornado after the answer."""
        self._let_go()

    def on_connection_close(self) -> None:
        """Called by Tornado when the client left before the answer."""
        super().on_connection_close()
        self._let_go()

    def _let_go(self) -> None:
        """Count the body as held no longer; the second time there is nothing left to count."""
        self.house.held -= self._held
        self._held = 0

    def read_body(self) -> bytes:
        """Return the whole body, or raise PayloadError if it was too large or in an encoding we cannot read."""
        if self.received_bytes > LARGEST_BODY:
            raise _too_large()
        encoding = self.request.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            raise PayloadError("unsupported_media_type", None, f"{encoding!r} cannot be unpacked; use gzip.", 415)
        return bytes(self.body)


class Nowhere(Door):
    """Any path there is no route for."""

    def get(self, *_: str) -> None:
        """There is nothing here."""
        raise web.HTTPError(404)

    head = post = put = patch = delete = options = get


def _too_large() -> PayloadError:
    return PayloadError("too_large", None, f"The body is larger than {LARGEST_BODY} bytes; send less at a time.", 413)
