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

from tracktor_nb.store.database import open_database
from tracktor_nb.store.sites import add_site

CLIENTS = 24
ANSWERS_BETWEEN_KILLS = 150
REAL = ("-m", "tracktor_nb", "serve")
HASTY = (str(Path(__file__).with_name("hasty_server.py")),)


class Storm:
    """Clients that send until they are answered, and a server that is killed under them."""

    def __init__(self, program: Sequence[str], url: str, sid: str, folder: Path) -> None:
        self._program, self._sid, self._folder = program, sid, folder
        self._environment = {"TRACKTOR_DATABASE": url, "TRACKTOR_DATA": str(folder), "TRACKTOR_PORT": "0"}
        self._numbers = count()
        self._port = 0
        self._up, self._progress, self._over = asyncio.Event(), asyncio.Event(), False
        self.answered: set[int] = set()

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
        """Send one event until the connection breaks or it is answered; a retry has the same message id."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            call = {"sid": self._sid, "id": f"person{number % 50}", "action": "rate", "data": {"n": number}}
            body = json.dumps(call | {"message_id": f"message {number}"}).encode()
            writer.write(b"POST /track HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nConnection: close\r\n")
            writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            answer = await reader.read()
        finally:
            writer.close()
        if b" 200 OK\r\n" in answer[:20] and b'"ok":true' in answer:
            self.answered.add(number)
            self._progress.set()


def storm(program: Sequence[str], url: str, folder: Path, kills: int) -> tuple[set[int], Counter[int]]:
    """Return the numbers of the events that were answered, and how often each event is stored."""
    with open_database(url) as database:
        sid = database.writer.run(lambda tx: add_site(tx, "shop")).sid
    answered = asyncio.run(_raging(program, url, sid, folder, kills))
    with open_database(url) as database, database.read() as connection:
        stored = connection.exec_driver_sql("SELECT data FROM event").scalars().all()
    return answered, Counter(json.loads(data)["n"] for data in stored)


async def _raging(program: Sequence[str], url: str, sid: str, folder: Path, kills: int) -> set[int]:
    return await Storm(program, url, sid, folder).rage(kills)


def test_every_answered_event_is_stored_exactly_once(database_url: str, tmp_path: Path) -> None:
    answered, stored = storm(REAL, database_url, tmp_path, kills=5)
    assert len(answered) >= 5 * ANSWERS_BETWEEN_KILLS
    assert answered - stored.keys() == set()
    assert {number for number, times in stored.items() if times > 1} == set()


def test_the_storm_finds_a_server_that_answers_before_the_commit(tmp_path: Path) -> None:
    answered, stored = storm(HASTY, f"sqlite:///{tmp_path / 'shop.db'}", tmp_path, kills=3)
    assert answered - stored.keys() != set()
