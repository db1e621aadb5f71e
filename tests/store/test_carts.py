"""Carts in SQL: events come when they are due, once, whatever is late, merged, undone or done by several at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.databases import PATIENCE
from tracktor_nb.store.carts import MOST_CALLS, NewCart, latest_carts, next_due, record_carts, settle_carts, settle_due
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import record_event
from tracktor_nb.store.forgetting import erase_person, remove
from tracktor_nb.store.histories import histories
from tracktor_nb.store.identity import look_up_person, merge, undo
from tracktor_nb.store.site_settings import change_settings, silences_of
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.upkeep import do_due
from tracktor_nb.store.writer import Transaction

MINUTE = 60 * 1_000_000
START = 1_790_000_000_000_000
A, B = {"products": [1], "totalprice": 3.98}, {"products": [2]}


class Shop:
    """A site in which carts are called about, at minutes after the start."""

    def __init__(self, database: Database, record: SiteRecord) -> None:
        self.database, self.record = database, record

    def call(self, operation: str, cart: Any, minute: float, arrives: float | None = None, who: str = "ann") -> None:
        """Call about a cart; it may arrive later than it happened."""
        time, now = at(minute), at(minute if arrives is None else arrives)
        row = NewCart(who, operation, cart, time, now, None, False, False, None, *silences_of(self.record.settings))

        def step(tx: Transaction) -> None:
            [stored] = record_carts(tx, self.record.id, [row])
            settle_carts(tx, self.record.id, [stored.identity_id], now)

        self.database.writer.run(step)

    def wait_until(self, minute: float) -> None:
        """Let the worker look at the clock."""
        do_due(self.database, at(minute))

    def merge(self, src: str, dest: str, minute: float) -> int:
        """Make two ids one person and return the edge."""
        edge = self.database.writer.run(
            lambda tx: merge(tx, self.record.id, src, dest, at(minute), at(minute)).edge_seq
        )
        assert edge is not None
        return edge

    def stored(self) -> list[tuple[float, str, str]]:
        """Return every event as (minute, name, id), in order of arrival."""
        with self.database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT e.time, n.name, i.distinct_id FROM event e JOIN event_name n ON n.id = e.name_id"
                " JOIN identity i ON i.id = e.identity_id ORDER BY e.seq"
            )
            return [((row[0] - START) / MINUTE, row[1], row[2]) for row in rows]

    def stands(self, who: str = "ann") -> list[tuple[float, str]]:
        """Return the events of a person that were not retracted, in their order."""
        with self.database.read() as connection:
            person = look_up_person(connection, self.record.id, who)
            assert person is not None
            events = histories(connection, [person])[person].events
        return [((each.time - START) / MINUTE, each.name) for each in events if each.name != "Cart retracted"]


def at(minute: float) -> int:
    return START + round(minute * MINUTE)


@pytest.fixture
def carts(database: Database, shop: SiteRecord) -> Shop:
    return Shop(database, shop)


def test_an_abandonment_comes_when_it_is_due_and_once(carts: Shop) -> None:
    carts.call("set", A, 0)
    for minute in (59.99, 60, 60, 300):
        carts.wait_until(minute)
    assert carts.stored() == [(60, "Cart abandoned", "ann")]
    with carts.database.read() as connection:
        assert next_due(connection) is None


def test_what_is_bought_in_time_is_not_abandoned(carts: Shop) -> None:
    carts.call("set", A, 0)
    carts.call("purchase", None, 30)
    carts.wait_until(300)
    assert carts.stored() == [(30, "Cart purchased", "ann")]


def test_a_purchase_in_time_that_arrives_late_hides_the_abandonment(carts: Shop) -> None:
    carts.call("set", A, 0)
    carts.wait_until(60)
    carts.call("purchase", A, 50, arrives=90)
    assert carts.stored() == [
        (60, "Cart abandoned", "ann"),
        (50, "Cart purchased", "ann"),
        (90, "Cart retracted", "ann"),
    ]
    assert carts.stands() == [(50, "Cart purchased")]


def test_what_comes_late_and_together_makes_no_event_that_would_be_retracted(carts: Shop) -> None:
    def step(tx: Transaction) -> None:
        rows = [NewCart("ann", "set", A, at(0), at(500), abandon_after=60 * MINUTE)]
        rows += [NewCart("ann", "purchase", None, at(30), at(500))]
        stored = record_carts(tx, carts.record.id, rows)
        settle_carts(tx, carts.record.id, {each.identity_id for each in stored}, at(500))

    carts.database.writer.run(step)
    assert carts.stored() == [(30, "Cart purchased", "ann")]


def test_a_late_call_moves_the_deadline_and_the_timer(carts: Shop) -> None:
    carts.call("set", A, 0)
    carts.wait_until(60)
    carts.call("set", A, 40, arrives=70)
    assert carts.stands() == []
    carts.wait_until(99)
    assert carts.stands() == []
    carts.wait_until(100)
    assert carts.stands() == [(100, "Cart abandoned")]


def test_a_merge_keeps_the_latest_cart_and_its_undoing_brings_both_back(carts: Shop) -> None:
    carts.call("set", A, 0, who="a-1")
    carts.call("set", B, 30, who="ann")
    edge = carts.merge("a-1", "ann", 40)
    carts.wait_until(80)
    assert carts.stands() == []
    carts.wait_until(90)
    assert carts.stands() == [(90, "Cart abandoned")]
    with carts.database.read() as connection:
        [latest] = latest_carts(connection, carts.record.id, at(90))
    assert latest.history.cart is not None
    assert (latest.distinct_id, latest.history.cart.content) == ("ann", B)
    carts.database.writer.run(lambda tx: undo(tx, carts.record.id, edge, at(100)))
    carts.wait_until(100)
    assert (carts.stands("a-1"), carts.stands("ann")) == ([(60, "Cart abandoned")], [(90, "Cart abandoned")])


def test_a_merge_retracts_what_only_half_of_a_person_had_abandoned(carts: Shop) -> None:
    carts.call("set", A, 0, who="a-1")
    carts.call("set", A, 30, who="ann")
    carts.wait_until(60)
    assert carts.stands("a-1") == [(60, "Cart abandoned")]
    carts.merge("a-1", "ann", 61)
    carts.wait_until(61)
    assert carts.stands() == []
    carts.wait_until(90)
    assert carts.stands() == [(90, "Cart abandoned")]


def test_switched_off_events_stop_at_once_and_what_was_made_stands(carts: Shop) -> None:
    carts.call("set", A, 0, who="bob")
    carts.wait_until(60)
    carts.call("set", A, 61)
    carts.record = carts.database.writer.run(lambda tx: change_settings(tx, carts.record.id, {"cart_abandoned": False}))
    carts.wait_until(300)
    carts.call("set", B, 310)
    carts.call("purchase", None, 400)
    carts.call("set", A, 410, who="bob")
    carts.wait_until(900)
    assert carts.stored() == [(60, "Cart abandoned", "bob"), (400, "Cart purchased", "ann")]


def test_the_site_says_how_long_nothing_must_be_heard(carts: Shop) -> None:
    settings = {"cart_abandoned_after": "2h", "cart_canceled_after": "5m"}
    carts.record = carts.database.writer.run(lambda tx: change_settings(tx, carts.record.id, settings))
    carts.call("set", A, 0)
    carts.call("cancel", None, 0, who="bob")
    carts.wait_until(4.9)
    assert carts.stored() == []
    carts.wait_until(5)
    carts.wait_until(120)
    assert carts.stored() == [(5, "Cart canceled", "bob"), (120, "Cart abandoned", "ann")]


def test_nothing_follows_from_the_carts_of_people_who_are_gone(carts: Shop) -> None:
    for who in ("ann", "bob"):
        carts.call("set", A, 0, who=who)
        carts.call("purchase", A, 10, who=who)
        carts.call("set", B, 20, who=who)
    erase_person(carts.database, carts.record, "ann", at(30))
    carts.database.writer.run(lambda tx: remove(tx, carts.record.id, "bob", at(30)))
    carts.wait_until(300)
    carts.call("set", A, 310, who="bob")
    assert carts.stored() == [(10, "Cart purchased", "bob")]
    carts.wait_until(370)
    assert carts.stands("bob") == [(370, "Cart abandoned")]


def test_events_that_a_server_sent_under_these_names_stay(carts: Shop) -> None:
    row: dict[str, Any] = {"distinct_id": "ann", "name": "Cart abandoned", "time": at(5), "received_at": at(5)}
    carts.database.writer.run(lambda tx: record_event(tx, carts.record.id, **row))
    carts.call("purchase", A, 10)
    assert carts.stands() == [(5, "Cart abandoned"), (10, "Cart purchased")]


def test_more_calls_than_are_gone_through_change_nothing_that_was_made(carts: Shop) -> None:
    carts.call("set", A, 0)
    carts.wait_until(60)
    carts.call("purchase", None, 61)
    many = [NewCart("ann", "set", {"products": [n]}, at(100 + n), at(100 + n)) for n in range(MOST_CALLS + 20)]
    carts.database.writer.run(lambda tx: record_carts(tx, carts.record.id, many))
    carts.call("set", A, 1000)
    carts.wait_until(1060)
    assert [name for _, name in carts.stands()] == [
        "Cart abandoned", "Cart purchased", "Cart recovered", "Cart abandoned",
    ]  # fmt: skip


def test_several_workers_make_each_event_once(carts: Shop, database_url: str) -> None:
    people = [f"id {number}" for number in range(120)]
    for who in people:
        carts.call("set", A, 0, who=who)
    with open_database(database_url) as second, open_database(database_url) as third, ThreadPoolExecutor() as pool:
        workers = [pool.submit(settle_until_done, each) for each in (carts.database, second, third)]
        for worker in workers:
            worker.result(PATIENCE)
    assert sorted(carts.stored()) == sorted((60, "Cart abandoned", who) for who in people)


def settle_until_done(database: Database) -> None:
    """Work as long as anything is due; another worker may be at it."""
    while True:
        with database.read() as connection:
            if next_due(connection) is None:
                return
        database.writer.run(lambda tx: settle_due(tx, at(60)))


def test_two_processes_that_settle_one_person_at_once_make_each_event_once(carts: Shop, database_url: str) -> None:
    with open_database(database_url) as other, ThreadPoolExecutor(8) as pool:
        shops = (carts, Shop(other, carts.record))
        calls: list[Callable[[], None]] = [
            lambda shop=shops[n % 2], n=n: shop.call("purchase", {"products": [n]}, n, arrives=1000)  # type: ignore[misc]
            for n in range(40)
        ]
        for done in [pool.submit(call) for call in calls]:
            done.result(PATIENCE)
    assert carts.stands() == [(n, "Cart purchased") for n in range(40)]
    assert len(carts.stored()) == 40


def worker(url: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start the worker as a process."""
    environment = os.environ | {"TRACKTOR_DATABASE": url, "TRACKTOR_DATA": str(folder)}
    return subprocess.Popen([sys.executable, "-m", "tracktor_nb", "work"], env=environment, cwd=folder)


@pytest.fixture
def _hurried(carts: Shop) -> None:
    """Let carts be abandoned after a second."""
    settings = {"cart_abandoned_after": "1s"}
    carts.record = carts.database.writer.run(lambda tx: change_settings(tx, carts.record.id, settings))


@pytest.mark.usefixtures("_hurried")
def test_timers_survive_kill_9_of_the_worker_and_go_off_once(carts: Shop, database_url: str, tmp_path: Path) -> None:
    people = [f"id {number}" for number in range(60)]
    minute = (time.time_ns() // 1000 - START) / MINUTE
    running = worker(database_url, tmp_path)
    try:
        for number, who in enumerate(people):
            carts.call("set", A, minute, who=who)
            if number % 20 == 19:
                wait_for(carts, number - 10)
                running.send_signal(signal.SIGKILL)
                running.wait()
                running = worker(database_url, tmp_path)
        wait_for(carts, len(people))
    finally:
        running.kill()
        running.wait()
    made = carts.stored()
    assert sorted(who for _, name, who in made if name == "Cart abandoned") == sorted(people)
    assert len(made) == len(people)
    assert {round((each[0] - minute) * 60, 3) for each in made} == {1}, "a second after the call, whoever was killed"


def wait_for(carts: Shop, count: int) -> None:
    """Wait until so many events were made."""
    until = time.monotonic() + 2 * PATIENCE
    while len(carts.stored()) < count:
        assert time.monotonic() < until, json.dumps(carts.stored())
        time.sleep(0.05)
