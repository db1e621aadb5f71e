from __future__ import annotations

import threading
from typing import Any

from tests.databases import PATIENCE
from tracktor_nb.errors import PayloadError
from tracktor_nb.store import live
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.identity import merge
from tracktor_nb.store.live import Arrivals, arrivals
from tracktor_nb.store.rejected import keep_rejected
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.writer import Transaction


def ask(database: Database, site: SiteRecord, after: str | None = None, limit: int = 50) -> Arrivals:
    with database.read() as connection:
        return arrivals(connection, site.id, after, limit)


def track(database: Database, site: SiteRecord, name: str, at: int = 1) -> None:
    database.writer.run(lambda tx: record_event(tx, site.id, "ann", name, at, at))


def test_everything_that_arrives_is_told_in_its_order(database: Database, shop: SiteRecord) -> None:
    def step(tx: Transaction) -> None:
        record_event(tx, shop.id, "a-1", "View", 1, 10, {"page": "<b>"}, bot=True, notes={"ts": "x"})
        record_change(tx, shop.id, "ann", {"plan": None}, 2, 20)
        keep_rejected(tx, shop.id, 25, "track", b"id=null", PayloadError("reserved_id", "id", "No."))
        merge(tx, shop.id, "a-1", "ann", 3, 30)

    database.writer.run(step)
    told = ask(database, shop)
    keys = [row.pop("key") for row in told.rows]
    assert len(set(keys)) == 4
    number = told.rows[2].pop("number")
    assert told.rows == [
        {"kind": "event", "id": "a-1", "time": 1, "received_at": 10, "name": "View"}
        | {"bot": True, "data": {"page": "<b>"}, "notes": {"ts": "x"}},
        {"kind": "change", "id": "ann", "time": 2, "received_at": 20, "data": {"plan": None}, "notes": None},
        {"kind": "refused", "received_at": 25, "id": None, "route": "track", "code": "reserved_id"}
        | {"param": "id", "message": "No."},
        {"kind": "alias", "id": "a-1", "time": 3, "received_at": 30, "into": "ann"},
    ]
    assert told.after.endswith(f".{number}")


def test_asking_on_gives_what_is_new_and_nothing_of_other_sites(database: Database, shop: SiteRecord) -> None:
    blog = database.writer.run(lambda tx: add_site(tx, "blog"))
    track(database, shop, "View")
    first = ask(database, shop)
    assert [row["name"] for row in first.rows] == ["View"]
    assert ask(database, shop, first.after).rows == []
    track(database, shop, "Cart")
    track(database, blog, "Read")
    assert [row["name"] for row in ask(database, shop, first.after).rows] == ["Cart"]


def test_the_latest_are_told_when_there_are_many(database: Database, shop: SiteRecord, monkeypatch: Any) -> None:
    for at in range(6):
        track(database, shop, f"event {at}", at)
    assert [row["name"] for row in ask(database, shop, limit=2).rows] == ["event 4", "event 5"]
    monkeypatch.setattr(live, "LOOKED_AT", 3)
    assert [row["name"] for row in ask(database, shop).rows] == ["event 3", "event 4", "event 5"]


def test_an_event_that_commits_late_is_told_all_the_same(postgres_url: str) -> None:
    with open_database(postgres_url) as one, open_database(postgres_url) as two:
        shop = one.writer.run(lambda tx: add_site(tx, "shop"))
        track(two, shop, "Warm")
        inside, go_on = threading.Event(), threading.Event()

        def late(tx: Transaction) -> None:
            record_event(tx, shop.id, "ann", "Late", 1, 1)
            inside.set()
            assert go_on.wait(PATIENCE)

        done = one.writer.submit(late)
        assert inside.wait(PATIENCE)
        track(two, shop, "Early", at=2)
        before = ask(two, shop)
        go_on.set()
        done.result(PATIENCE)
        after = ask(two, shop, before.after)
        told = [row["name"] for row in (*before.rows, *after.rows)]
        assert sorted(told) == ["Early", "Late", "Warm"]
