"""What the door counts about itself, as Prometheus reads it at /metrics.

Processes that share a port share their numbers too, in files of the folder that PROMETHEUS_MULTIPROC_DIR names.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from tornado.web import RequestHandler

from .door import Door, House

SHARED = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_ROUTES = (
    "set",
    "track",
    "alias",
    "cart",
    "batch",
    "v1",
    "scripts",
    "config",
    "tio.js",
    "static",
    "demo",
    "healthz",
    "metrics",
)
_PROXIED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via")


class Meter:
    """Counts the answers of one process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._registry = own = CollectorRegistry()
        self._answers = Counter("tracktor_answers", "Answers given", ["route", "status"], registry=own)
        self._refusals = Counter("tracktor_refusals", "Calls refused", ["code"], registry=own)
        self._seconds = Histogram(
            "tracktor_seconds", "From the first byte to the answer", ["route"], registry=own, buckets=_SECONDS
        )
        self._recording = Gauge(
            "tracktor_recording", "Calls that wait for their commit", registry=own, multiprocess_mode="livesum"
        )
        self._held = Gauge(
            "tracktor_held_bytes", "Bodies of the calls under way", registry=own, multiprocess_mode="livesum"
        )
        self._log = Gauge("tracktor_sqlite_log_bytes", "SQLite's write-ahead log", registry=own)
        ProcessCollector(registry=own)
        _bury_the_dead()

    def __call__(self, handler: RequestHandler) -> None:
        """Count a request that was answered."""
        route = _route(handler.request.path)
        self._answers.labels(route, handler.get_status()).inc()
        self._seconds.labels(route).observe(handler.request.request_time())
        if code := getattr(handler, "error_code", ""):
            self._refusals.labels(code).inc()

    def look(self) -> None:
        """Read what is a state rather than a count; other processes may be asked for it."""
        self._recording.set(self._house.recording)
        self._held.set(self._house.held)
        database = self._house.database
        if database.dialect == "sqlite":
            log = Path(f"{database.url.database}-wal")
            with suppress(FileNotFoundError):  # there is none before the first write
                self._log.set(log.stat().st_size)

    def text(self) -> bytes:
        """Return all numbers in the format of Prometheus."""
        self.look()
        if SHARED not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


class Metrics(Door):
    """/metrics: for this machine, and for whoever has the token of the door "metrics"."""

    methods = "GET, OPTIONS"
    meter: Meter
    token: str

    def initialize(self, house: House, meter: Meter | None = None, token: str = "") -> None:
        """Called by Tornado for each request."""
        super().initialize(house)
        assert meter is not None
        self.meter, self.token = meter, token

    def get(self) -> None:
        """Serve the numbers."""
        if not (self._is_local() or self._has_token()):
            message = (
                "The numbers are for this machine, or for `Authorization: Bearer` with the token of metrics.token."
            )
            self.answer_error(403, "forbidden", None, message)
            return
        self.set_header("Content-Type", CONTENT_TYPE)
        self.finish(self.meter.text())

    def _is_local(self) -> bool:
        """True if it comes from this machine and no proxy had a hand in it."""
        if any(name in self.request.headers for name in _PROXIED):
            return False
        try:
            return ipaddress.ip_address(self.request.remote_ip or "").is_loopback
        except ValueError:
            return False

    def _has_token(self) -> bool:
        given = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        return bool(self.token) and hmac.compare_digest(given.encode(), self.token.encode())


def _route(path: str) -> str:
    """One of a few names, whatever paths strangers try."""
    first = path.strip("/").partition("/")[0]
    return first if first in _ROUTES else "other"


def _bury_the_dead() -> None:
    """Take back the states of processes that fell: what they counted stays, what they held is gone."""
    for path in Path(os.environ.get(SHARED, os.devnull)).glob("gauge_livesum_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        if not _lives(pid):
            mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
