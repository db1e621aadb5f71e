from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from tests.databases import PATIENCE, Postgres, occupied
from tracktor_nb.errors import StoreBusyError, StoreError
from tracktor_nb.store import writer as writer_module
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import record_event
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.writer import Transaction


def site_names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.exec_driver_sql("SELECT name FROM site ORDER BY id").scalars())


def fail(tx: Transaction) -> None:
    add_site(tx, "never")
    raise ZeroDivisionError("on purpose")


def test_a_step_is_answered_after_its_commit(database: Database) -> None:
    answered = database.writer.submit(lambda tx: add_site(tx, "shop"))
    assert answered.result(PATIENCE).name == "shop"
    with open_database(database.url.render_as_string(hide_password=False)) as other:
        assert site_names(other) == ["shop"]


def test_an_answer_is_not_there_before_the_commit(database: Database) -> None:
    seen: list[list[str]] = []

    def step(tx: Transaction) -> None:
        add_site(tx, "shop")
        seen.append(site_names(database))

    database.writer.run(step)
    seen.append(site_names(database))
    assert seen == [[], ["shop"]]


def test_steps_are_taken_in_the_order_in_which_they_come(database: Database) -> None:
    names = [f"site {number:03}" for number in range(120)]
    answers = [database.writer.submit(lambda tx, name=name: add_site(tx, name)) for name in names]  # type: ignore[misc]
    assert [answer.result(PATIENCE).name for answer in answers] == names
    assert site_names(database) == names


@pytest.mark.parametrize("poison", range(5))
def test_a_step_that_fails_takes_no_neighbour_with_it(database: Database, poison: int) -> None:
    answers: list[Future[object]] = []
    with occupied(database):
        for number in range(5):
            step = fail if number == poison else lambda tx, number=number: add_site(tx, f"site {number}")
            answers.append(database.writer.submit(step))
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        answers.pop(poison).result(PATIENCE)
    assert [answer.result(PATIENCE).name for answer in answers] == site_names(database)  # type: ignore[attr-defined]
    assert len(answers) == 4


def test_steps_that_wait_share_one_commit(postgres_url: str) -> None:
    with open_database(postgres_url) as database:
        site = database.writer.run(lambda tx: add_site(tx, "shop"))
        with occupied(database):
            answers = [
                database.writer.submit(lambda tx: record_event(tx, site.id, "ann", "View", 1, 1)) for _ in range(40)
            ]
        assert len({answer.result(PATIENCE).seq for answer in answers}) == 40
        with database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(DISTINCT txid) FROM event").scalar() < 20


def test_ids_made_by_a_step_that_failed_are_forgotten(database: Database, shop: SiteRecord) -> None:
    def step(tx: Transaction) -> None:
        record_event(tx, shop.id, "ann", "View", 1, 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.writer.run(step)
    database.writer.run(lambda tx: record_event(tx, shop.id, "ann", "View", 1, 1))
    with database.read() as connection:
        named = (
            "SELECT distinct_id, name FROM event"
            " JOIN identity ON identity.id = identity_id JOIN event_name ON event_name.id = name_id"
        )
        assert connection.exec_driver_sql(named).all() == [("ann", "View")]


def test_numbers_never_repeat_and_never_fall(database: Database) -> None:
    taken = [database.writer.run(lambda tx: [*tx.next_seqs(3), tx.next_seq()]) for _ in range(3)]
    flat = [number for numbers in taken for number in numbers]
    assert flat == sorted(set(flat))


def test_a_cancelled_step_is_not_taken(database: Database) -> None:
    with occupied(database):
        cancelled = database.writer.submit(lambda tx: add_site(tx, "cancelled"))
        kept = database.writer.submit(lambda tx: add_site(tx, "kept"))
        assert cancelled.cancel()
    kept.result(PATIENCE)
    assert site_names(database) == ["kept"]


def test_closing_commits_what_was_given_and_refuses_what_comes_later(database: Database) -> None:
    with occupied(database):
        answer = database.writer.submit(lambda tx: add_site(tx, "shop"))
        closing = threading.Thread(target=database.writer.close)
        closing.start()
    closing.join(PATIENCE)
    assert answer.result(PATIENCE).name == "shop"
    with pytest.raises(StoreError, match="closed"):
        database.writer.run(lambda tx: add_site(tx, "late"))


def test_too_many_waiting_steps_are_refused_at_once(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "LONGEST_QUEUE", 3)
    with open_database(database_url) as database:
        with occupied(database):
            answers = [database.writer.submit(lambda tx: tx.next_seq()) for _ in range(3)]
            with pytest.raises(StoreBusyError, match="3 writes are waiting"):
                database.writer.submit(lambda tx: tx.next_seq())
        assert len({answer.result(PATIENCE) for answer in answers}) == 3


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    with open_database(sqlite_url) as opened:
        yield opened


@pytest.fixture
def stranger(sqlite_database: Database) -> Iterator[sqlite3.Connection]:
    """Another program that has the same file open."""
    connection = sqlite3.connect(str(sqlite_database.url.database), isolation_level=None)
    yield connection
    connection.close()


def test_a_locked_file_is_waited_for(sqlite_database: Database, stranger: sqlite3.Connection) -> None:
    stranger.execute("BEGIN IMMEDIATE")
    answer = sqlite_database.writer.submit(lambda tx: add_site(tx, "shop"))
    with pytest.raises(TimeoutError):
        answer.result(0.05)
    stranger.execute("COMMIT")
    assert answer.result(PATIENCE).name == "shop"


def test_a_file_that_stays_locked_is_reported_and_nothing_is_written(
    sqlite_database: Database, stranger: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "LONGEST_WAIT", 0.05)
    stranger.execute("BEGIN IMMEDIATE")
    answers = [sqlite_database.writer.submit(lambda tx: add_site(tx, "shop")) for _ in range(3)]
    for answer in answers:
        with pytest.raises(StoreBusyError, match="locked by another process"):
            answer.result(PATIENCE)
    stranger.execute("COMMIT")
    assert sqlite_database.writer.run(lambda tx: add_site(tx, "shop")).name == "shop"


def _record_a_kilobyte(tx: Transaction, site: SiteRecord) -> None:
    record_event(tx, site.id, "ann", "View", 1, 1, {"text": "x" * 1000})


def test_a_full_disk_loses_nothing_that_was_answered(sqlite_database: Database) -> None:
    site = sqlite_database.writer.run(lambda tx: add_site(tx, "shop"))
    pages = sqlite_database.writer.run(lambda tx: tx.execute("PRAGMA page_count").scalar())
    sqlite_database.writer.run(lambda tx: tx.execute(f"PRAGMA max_page_count = {pages + 20}").scalar())
    answers = [sqlite_database.writer.submit(lambda tx: _record_a_kilobyte(tx, site)) for _ in range(200)]
    refused = [answer.exception(PATIENCE) for answer in answers if answer.exception(PATIENCE)]
    answered = len(answers) - len(refused)
    assert answered >= 10
    assert refused
    assert all(isinstance(each, StoreBusyError) and "full" in str(each) for each in refused)
    with sqlite_database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar() == answered
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_two_processes_in_each_others_way_both_get_through(postgres_url: str) -> None:
    both_inside = threading.Barrier(2)

    def rename(names: tuple[str, str]) -> object:
        met = threading.Event()

        def step(tx: Transaction) -> str:
            tx.execute("UPDATE site SET week_start = week_start + 1 WHERE name = ?", names[:1])
            if not met.is_set():
                met.set()
                both_inside.wait(PATIENCE)
            tx.execute("UPDATE site SET week_start = week_start + 1 WHERE name = ?", names[1:])
            return "done"

        return step

    with open_database(postgres_url) as one, open_database(postgres_url) as two:
        one.writer.run(lambda tx: (add_site(tx, "a"), add_site(tx, "b")))
        answers = [one.writer.submit(rename(("a", "b"))), two.writer.submit(rename(("b", "a")))]  # type: ignore[arg-type]
        assert [answer.result(PATIENCE) for answer in answers] == ["done", "done"]
        with one.read() as connection:
            assert connection.exec_driver_sql("SELECT week_start FROM site").scalars().all() == [2, 2]


def test_a_server_that_was_restarted_is_found_again(postgres: Postgres, postgres_url: str) -> None:
    with open_database(postgres_url) as database:
        database.writer.run(lambda tx: add_site(tx, "before"))
        postgres.cut_connections(str(database.url.database))
        database.writer.run(lambda tx: add_site(tx, "after"))
        assert site_names(database) == ["before", "after"]


WRITING = """
import sys
from tracktor_nb.store.database import open_database
from tracktor_nb.store.events import record_event
from tracktor_nb.store.sites import site_by_name

with open_database(sys.argv[1]) as database:
    with database.read() as connection:
        site = site_by_name(connection, "shop").id
    answers = [
        database.writer.submit(lambda tx, n=n: record_event(tx, site, f"id {n % 20}", f"event {n % 5}", n, n))
        for n in range(int(sys.argv[2]))
    ]
    for answer in answers:
        print(answer.result().seq, flush=True)
"""


def test_several_processes_write_the_same_database(database: Database, shop: SiteRecord, database_url: str) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", WRITING, database_url, "300"], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answered = [int(line) for process in started for line in process.communicate(timeout=60)[0].split()]
    assert len(answered) == len(set(answered)) == 900
    with database.read() as connection:
        assert set(connection.exec_driver_sql("SELECT seq FROM event").scalars()) == set(answered)
        assert connection.exec_driver_sql("SELECT count(*) FROM identity").scalar() == 20
        assert connection.exec_driver_sql("SELECT count(*) FROM event_name").scalar() == 5
        orphans = "SELECT count(*) FROM event WHERE identity_id NOT IN (SELECT id FROM identity)"
        assert connection.exec_driver_sql(orphans).scalar() == 0


def test_a_killed_process_loses_nothing_it_answered(database: Database, shop: SiteRecord, database_url: str) -> None:
    program = [sys.executable, "-c", WRITING, database_url, "9000"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        answered = [int(process.stdout.readline()) for _ in range(500)]
        process.kill()
        *rest, _ = process.stdout.read().split("\n")
    answered += [int(line) for line in rest]
    with open_database(database_url) as again, again.read() as connection:
        stored = set(connection.exec_driver_sql("SELECT seq FROM event").scalars())
    assert len(answered) < 9000
    assert set(answered) <= stored
