"""The worker as a process has it: every site, at once and on time, until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.databases import PATIENCE
from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.nodes import SendLetter, Wait
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.store import campaigns, shelf
from tracktor_nb.store.database import Database
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.rejected import keep_rejected, list_rejected
from tracktor_nb.store.segment_states import live_segments, members_of
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.tables import effect
from tracktor_nb.working import Worker, clock, work


def until(true: Callable[[], object]) -> None:
    """Return once it is true; fail if it does not become so."""
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come to pass")


@contextmanager
def working(database: Database, holder: str = "worker") -> Iterator[None]:
    """Work on the database in another thread."""
    stop = threading.Event()
    thread = threading.Thread(target=Worker(database, holder).work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)


def members(database: Database, site: SiteRecord, name: str) -> int:
    with database.read() as connection:
        found = live_segments(connection, site.id).get(name)
        return len(members_of(connection, found.id)) if found is not None and found.computed_at is not None else -1


def letters(database: Database) -> int:
    with database.read() as connection:
        count = sa.select(sa.func.count()).select_from(effect).where(effect.c.kind == "letter")
        return connection.execute(count).scalar_one()


def track(database: Database, site: SiteRecord, id: str, event: str) -> None:
    database.writer.run(lambda tx: record_event(tx, site.id, id, event, clock(), clock()))


def test_an_event_moves_segments_and_campaigns_and_another_worker_goes_on(database: Database, shop: SiteRecord) -> None:
    def begin(tx: object) -> None:
        shelf.keep(tx, shop.id, "buyers", Segment(did("Buy")), now=clock())  # type: ignore[arg-type]
        campaign = Campaign([Trigger.event("Buy"), Wait("1s"), SendLetter("Thanks")], entry="every event")
        campaigns.launch(tx, shop.id, "thanks", campaign, 1, False, clock())  # type: ignore[arg-type]

    with working(database):
        database.writer.run(begin)
        until(lambda: members(database, shop, "buyers") == 0)
        for id in ("ann", "bob"):
            database.writer.run(lambda tx, id=id: record_change(tx, shop.id, id, {"email": "x@y.z"}, clock(), clock()))  # type: ignore[misc]
        track(database, shop, "ann", "Buy")
        until(lambda: members(database, shop, "buyers") == 1)
        until(lambda: letters(database) == 1)
    with working(database, "another"):
        track(database, shop, "bob", "Buy")
        until(lambda: members(database, shop, "buyers") == 2)
        until(lambda: letters(database) == 2)


def count_rejected(database: Database, site: SiteRecord) -> int:
    with database.read() as connection:
        return len(list_rejected(connection, site.id))


@pytest.fixture
def _signals() -> Iterator[None]:
    """Put the test runner's own signal handlers back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals")
def test_the_worker_tidies_until_it_is_told_to_stop(database: Database, shop: SiteRecord, database_url: str) -> None:
    why = PayloadError("bad_ts", "ts", "no time")
    database.writer.run(lambda tx: keep_rejected(tx, shop.id, 0, "/track", b"", why))

    def stop_when_tidy() -> None:
        pause = threading.Event()
        while count_rejected(database, shop):
            pause.wait(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    with ThreadPoolExecutor() as pool:
        watching = pool.submit(stop_when_tidy)
        work(database_url)
        watching.result(20)
    assert count_rejected(database, shop) == 0
