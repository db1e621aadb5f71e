"""kill -9 under load loses nothing that was answered, and stores nothing twice."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.sites import add_site

Fact = tuple[str, int, int]
"""One row that a call must leave behind: its kind, the number of the call, and which row of the call it is."""

CLIENTS = 24
ITEMS = 5
ROUTES = ("track", "set", "alias", "batch")
ANSWERS_BETWEEN_KILLS = 150
REAL = ("-m", "tracktor_nb", "serve")
HASTY = (str(Path(__file__).with_name("hasty_server.py")),)


def call_of(route: str, number: int) -> dict[str, Any]:
    """Return the body of a call; the same number is always the same message."""
    call: dict[str, Any] = {"message_id": f"message {number}", "id": f"person{number % 50}"}
    if route == "batch":
        return {"batch": [item_of(number, item) for item in range(ITEMS)]}
    if route == "alias":
        return call | {"srcid": f"a-{number}", "destid": f"member{number}"}
    return call | {"data": {"n": number, "item": 0}} | ({"action": "rate"} if route == "track" else {})


def item_of(number: int, item: int) -> dict[str, Any]:
    """Return an item of a batch: events, and a property change among them."""
    kind = {"type": "set"} if item == 2 else {"type": "track", "action": "rate"}
    message_id = f"message {number}.{item}"
    return {**kind, "id": f"person{item}", "message_id": message_id, "data": {"n": number, "item": item}}


def facts_of(route: str, number: int) -> set[Fact]:
    """Return the rows that a call must leave behind."""
    if route == "batch":
        return {("set" if item == 2 else "track", number, item) for item in range(ITEMS)}
    return {(route, number, 0)}


class Storm:
    """Clients that send until they are answered, and a server that is killed under them."""

    def __init__(self, program: Sequence[str], url: str, sid: str, folder: Path, routes: Sequence[str]) -> None:
        self._program, self._sid, self._folder, self._routes = program, sid, folder, routes
        self._environment = {"TRACKTOR_DATABASE": url, "TRACKTOR_DATA": str(folder), "TRACKTOR_PORT": "0"}
        self._numbers = count()
        self._port = 0
        self._up, self._progress, self._over = asyncio.Event(), asyncio.Event(), False
        self.answered: set[int] = set()

    def route(self, number: int) -> str:
        """Return the route that a call of that number takes."""
        return self._routes[number % len(self._routes)]

    async def rage(self, kills: int) -> set[int]:
        """Kill the server that many times under load and return the numbers of the events it answered."""
        server = await self._start()
        clients = [asyncio.create_task(self._client()) for _ in range(CLIENTS)]
        for kill in range(1, kills + 1):
            await self._wait_for(kill * ANSWERS_BETWEEN_KILLS)
            self._up.clear()
            server.kill()
            await server.wait()
            server = await self._start()
        self._over = True
        await asyncio.gather(*clients)
        server.kill()
        await server.wait()
        return self.answered

    async def _start(self) -> asyncio.subprocess.Process:
        server = await asyncio.create_subprocess_exec(
            sys.executable, *self._program, env=os.environ | self._environment, cwd=self._folder, stdout=-1
        )
        assert server.stdout is not None
        line = (await server.stdout.readline()).decode()
        found = re.search(r":([0-9]+)$", line.strip())
        assert found, line
        self._port = int(found.group(1))
        self._up.set()
        return server

    async def _wait_for(self, answers: int) -> None:
        while len(self.answered) < answers:
            self._progress.clear()
            await asyncio.wait_for(self._progress.wait(), 60)

    async def _client(self) -> None:
        while not self._over:
            number = next(self._numbers)
            while number not in self.answered:
                await self._up.wait()
                try:
                    await self._send(number)
                except (OSError, asyncio.IncompleteReadError):
                    await asyncio.sleep(0)

    async def _send(self, number: int) -> None:
        """Send one call until the connection breaks or it is answered; a retry has the same message ids."""
        route = self.route(number)
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            body = json.dumps({"sid": self._sid} | call_of(route, number)).encode()
            writer.write(f"POST /{route} HTTP/1.1\r\n".encode())
            writer.write(b"Host: x\r\nContent-Type: text/plain\r\nConnection: close\r\n")
            writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            answer = await reader.read()
        finally:
            writer.close()
        if b" 200 OK\r\n" in answer[:20] and b'"ok":true' in answer:
            self.answered.add(number)
            self._progress.set()


def storm(
    program: Sequence[str], url: str, folder: Path, kills: int, routes: Sequence[str] = ROUTES
) -> tuple[set[Fact], Counter[Fact]]:
    """Return the rows that answered calls must have left, and how often each row is there."""
    with open_database(url) as database:
        sid = database.writer.run(lambda tx: add_site(tx, "shop")).sid
    rage = Storm(program, url, sid, folder, routes)
    answered = asyncio.run(rage.rage(kills))
    assert len(answered) >= kills * ANSWERS_BETWEEN_KILLS
    assert {rage.route(number) for number in answered} == set(routes)
    with open_database(url) as database:
        return set().union(*(facts_of(rage.route(number), number) for number in answered)), stored_facts(database)


def stored_facts(database: Database) -> Counter[Fact]:
    """Return how often each row is there."""
    found: Counter[Fact] = Counter()
    with database.read() as connection:
        for kind, table in (("track", "event"), ("set", "property_change")):
            for text in connection.exec_driver_sql(f"SELECT data FROM {table}").scalars():
                data = json.loads(text)
                found[kind, data["n"], data["item"]] += 1
        sources = "SELECT i.distinct_id FROM identity_edge e JOIN identity i ON i.id = e.src"
        for source in connection.exec_driver_sql(sources).scalars():
            found["alias", int(source.removeprefix("a-")), 0] += 1
    return found


def test_every_answered_call_is_stored_exactly_once(database_url: str, tmp_path: Path) -> None:
    answered, stored = storm(REAL, database_url, tmp_path, kills=6)
    assert answered - stored.keys() == set()
    assert {fact for fact, times in stored.items() if times > 1} == set()


def test_the_storm_finds_a_server_that_answers_before_the_commit(tmp_path: Path) -> None:
    answered, stored = storm(HASTY, f"sqlite:///{tmp_path / 'shop.db'}", tmp_path, kills=3, routes=["track"])
    assert answered - stored.keys() != set()
