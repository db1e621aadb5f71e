"""Clients that send HTTP requests as fast as they are answered, or at fixed instants; a process of its own.

Run as `python -m benchmarks.load '<JSON of a Load>'`; prints the JSON of a Report.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from urllib.parse import quote

from tracktor_nb.semantics.identity import signature

PEOPLE = 5000


@dataclass
class Load:
    """What to send: `rate` requests a second (0: as fast as they are answered), for so long or at `most` so many."""

    port: int
    seconds: float
    sid: str = ""
    secret: str = ""
    method: str = "GET"
    path: str = "/track"
    connections: int = 32
    rate: float = 0
    items: int = 0
    most: int = 10**9
    name: str = "run"


@dataclass
class Report:
    """What came back: answers with status 200, others and one of them, and the milliseconds to the answers, sorted."""

    seconds: float = 0
    answered: int = 0
    failed: int = 0
    failure: str = ""
    milliseconds: list[float] = field(default_factory=list)

    def percentile(self, part: float) -> float:
        """Return the time within which that part of the answers came, in milliseconds."""
        return self.milliseconds[min(int(len(self.milliseconds) * part), len(self.milliseconds) - 1)]


def requests(load: Load) -> Iterator[bytes]:
    """Yield requests that are all different: signed ids, message ids, and data of usual size."""
    signs = [signature(load.secret, f"user{person}") for person in range(PEOPLE)] if load.secret else []
    for number in itertools.count():
        if load.items:
            yield post(load, {"batch": [item(load, signs, number * load.items + each) for each in range(load.items)]})
        elif load.method == "POST":
            yield post(load, item(load, signs, number))
        else:
            query = "&".join(f"{name}={quote(text(value))}" for name, value in item(load, signs, number).items())
            yield f"GET {load.path}?sid={load.sid}&{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def text(value: object) -> str:
    """Return a parameter as a query has it."""
    return value if isinstance(value, str) else json.dumps(value)


def item(load: Load, signs: list[str], number: int) -> dict[str, object]:
    """Return the call of that number."""
    person = number * 7919 % PEOPLE
    call: dict[str, object] = {"id": f"user{person}", "action": f"Event {number % 20}", "ts": "1790000000"}
    call["data"] = {"price": number % 100, "product": "a hat of felt", "url": "https://example.com/shop/hats"}
    call["message_id"] = f"{load.name}-{number}"
    return call | ({"sign": signs[person]} if signs else {}) | ({"type": "track"} if load.items else {})


def post(load: Load, call: dict[str, object]) -> bytes:
    """Return the request that carries a call as tio.js does."""
    body = json.dumps({"sid": load.sid} | call).encode()
    head = f"POST {load.path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Client(asyncio.Protocol):
    """One connection: a request, its answer, and `done(self)`."""

    def __init__(self, report: Report, done: Callable[[Client], None]) -> None:
        self._report, self._done, self._answer = report, done, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes, since: float) -> None:
        """Send a request that should have been sent at `since`."""
        self._since, self._answer = since, b""
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        self._answer += data
        head, blank, body = self._answer.partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return
        if head.startswith(b"HTTP/1.1 200"):
            self._report.answered += 1
        else:
            self._report.failed += 1
            self._report.failure = self._answer.decode()
        self._report.milliseconds.append((time.perf_counter() - self._since) * 1000)
        self._done(self)


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length: ")
    return int(head[at + 16 :].partition(b"\r\n")[0]) if at >= 0 else 0


async def run(load: Load) -> Report:
    """Send for so long, wait for the last answers, and return what came back."""
    report, made, loop = Report(), requests(load), asyncio.get_running_loop()
    ready = list(itertools.islice(made, 20_000 if not load.items else 200))  # so that making them takes no time later
    waiting = itertools.chain(ready, made)
    start = time.perf_counter()
    idle: asyncio.Queue[Client] = asyncio.Queue()

    def next_one(client: Client) -> None:
        now = time.perf_counter()
        if load.rate or now - start >= load.seconds or report.answered >= load.most:
            idle.put_nowait(client)
        else:
            client.send(next(waiting), now)

    clients = [(await loop.create_connection(lambda: Client(report, next_one), "127.0.0.1", load.port))[1]
               for _ in range(load.connections)]  # fmt: skip
    start = time.perf_counter()
    if load.rate:
        for client in clients:
            idle.put_nowait(client)
        await _send_on_time(load, start, idle, waiting)
    else:
        for client in clients:
            next_one(client)
    for _ in clients:
        await idle.get()
    report.seconds = time.perf_counter() - start
    report.milliseconds.sort()
    return report


async def _send_on_time(load: Load, start: float, idle: asyncio.Queue[Client], waiting: Iterator[bytes]) -> None:
    """Send at fixed instants, however long answers take: a wait for a free connection counts as time to the answer."""
    for number in range(int(load.rate * load.seconds)):
        due = start + number / load.rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        (await idle.get()).send(next(waiting), due)


if __name__ == "__main__":
    gc.disable()
    print(json.dumps(asdict(asyncio.run(run(Load(**json.loads(sys.argv[1])))))))  # noqa: T201
