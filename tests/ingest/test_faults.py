"""A database that cannot write, writers in each other's way, and more calls than can wait: nothing answered is lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.databases import PATIENCE, occupied
from tracktor_nb.store import writer
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import record_event
from tracktor_nb.store.sites import add_site

from .conftest import Answer, Door, running


@pytest.fixture
def own_door(sqlite_url: str) -> Iterator[Door]:
    """A door over a SQLite file that nobody else uses."""
    with open_database(sqlite_url) as database, running(database) as port:
        yield Door(database, port, database.writer.run(lambda tx: add_site(tx, "shop")))


def together(door: Door, calls: int) -> list[Answer]:
    """Send so many calls at once."""
    with ThreadPoolExecutor(calls) as pool:
        sent = [pool.submit(door.post, "/track", id=f"person{n}", action="rate", data={"n": n}) for n in range(calls)]
        return [each.result(PATIENCE) for each in sent]


def test_a_full_disk_is_told_and_what_was_answered_is_there(own_door: Door) -> None:
    run = own_door.database.writer.run
    pages = run(lambda tx: tx.execute("PRAGMA page_count").scalar())
    run(lambda tx: tx.execute(f"PRAGMA max_page_count = {pages + 12}").scalar())
    text = "x" * 4000
    answers = [own_door.post("/track", id="ann", action="rate", data={"n": n, "text": text}) for n in range(30)]
    status = Counter(answer.status for answer in answers)
    assert status.keys() == {200, 503}
    assert len(own_door.events()) == status[200]
    refused = next(answer for answer in answers if answer.status == 503)
    assert (refused.json["error"]["code"], refused.headers["retry-after"]) == ("busy", "2")
    assert "full" in refused.json["error"]["message"]
    run(lambda tx: tx.execute("PRAGMA max_page_count = 100000").scalar())
    assert own_door.post("/track", id="ann", action="rate", data={"text": text}).status == 200


def test_more_calls_than_can_wait_are_asked_to_come_again(own_door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_door.post("/track", id="ann", action="warm").status == 200
    monkeypatch.setattr(own_door.database.writer._queue, "maxsize", 5)
    with ThreadPoolExecutor(1) as pool:
        with occupied(own_door.database):
            answers = pool.submit(together, own_door, 20)
            while own_door.database.writer._queue.qsize() < 5:
                threading.Event().wait(0.005)
            assert own_door.post("/track", id="late", action="rate").status == 503
        status = Counter(answer.status for answer in answers.result(PATIENCE))
    assert status[200] >= 4  # the fifth place may hold the note of where calls come from
    assert status[200] + status[503] == 20
    assert len(own_door.events()) == 1 + status[200]


def test_one_row_that_cannot_be_stored_fails_alone(own_door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def poisonous(tx: writer.Transaction, *rest: object) -> object:
        raise ZeroDivisionError("poison")

    with ThreadPoolExecutor(1) as pool:
        with occupied(own_door.database):
            answers = pool.submit(together, own_door, 8)
            while own_door.database.writer._queue.qsize() < 8:
                threading.Event().wait(0.005)
            poison = own_door.database.writer.submit(poisonous)
        assert [answer.status for answer in answers.result(PATIENCE)] == [200] * 8
    assert isinstance(poison.exception(PATIENCE), ZeroDivisionError)
    assert sorted(row[3]["n"] for row in own_door.events()) == list(range(8))


def test_a_reader_that_stays_and_a_writer_beside_us_keep_nobody_out(own_door: Door, sqlite_url: str) -> None:
    def write_on(database: Database, stop: threading.Event) -> int:
        written = 0
        while not stop.is_set():
            database.writer.run(lambda tx: record_event(tx, own_door.site.id, "other", "Written", 1, 1))
            written += 1
        return written

    stop = threading.Event()
    with open_database(sqlite_url) as other, ThreadPoolExecutor(1) as pool, other.read() as reader:
        before = reader.exec_driver_sql("SELECT count(*) FROM event").scalar_one()
        written = pool.submit(write_on, other, stop)
        assert [answer.status for answer in together(own_door, 30)] == [200] * 30
        stop.set()
        assert reader.exec_driver_sql("SELECT count(*) FROM event").scalar_one() == before == 0
        others = written.result(PATIENCE)
        assert len(own_door.events()) == 30 + others
