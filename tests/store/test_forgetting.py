"""Removing and erasing people, seen from the tables, the frames and the bytes of the file."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import quote_plus

import pytest
import sqlalchemy as sa

from tests.databases import PATIENCE
from tracktor_nb.errors import NotFoundError, PayloadError
from tracktor_nb.store.carts import NewCart, record_carts
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.forgetting import Receipt, erase_person, remove
from tracktor_nb.store.frames import Frames
from tracktor_nb.store.identity import look_up_person, merge
from tracktor_nb.store.old_events import forget_old_events
from tracktor_nb.store.rejected import keep_rejected
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.tables import metadata
from tracktor_nb.store.tombstones import KEPT_FOR
from tracktor_nb.store.upkeep import tidy
from tracktor_nb.store.writer import Transaction

MARK = "Xanthippe-4711"
ID = f"{MARK}@example.com"
NOW = 1_790_000_000_000_000


def fill(tx: Transaction, site_id: int, who: str = ID, visitor: str = f"a-{MARK}") -> None:
    """Somebody who was a visitor first, did and said something, and whose requests were refused, too."""
    record_event(tx, site_id, visitor, "Visit", NOW, NOW, data={"page": f"/hello/{MARK}"})
    merge(tx, site_id, visitor, who, NOW, NOW, reason="identify")
    record_event(tx, site_id, who, "Purchase", NOW, NOW, data={"note": MARK})
    record_change(tx, site_id, who, {"first_name": MARK, "email": who}, NOW, NOW)
    record_carts(tx, site_id, [NewCart(who, "set", {"note": MARK}, NOW, NOW)])
    why = PayloadError("bad_json", "data", "The JSON ends too early.")
    for raw in (f"id={quote_plus(who)}&data=%7B", json.dumps({"id": who, "data": "{"}), f'{{"id":"{who}"}}'):
        keep_rejected(tx, site_id, NOW, "track", raw.encode(), why)


def crowd(tx: Transaction, site_id: int, count: int = 300) -> None:
    """Other people, before and behind in every index."""
    for number in range(count):
        record_event(tx, site_id, f"{(number * 7919) % count:05}@example.com", "Visit", NOW - number, NOW)


@pytest.fixture
def full(database: Database, shop: SiteRecord) -> Database:
    for step in (partial(crowd, site_id=shop.id), partial(fill, site_id=shop.id)):
        database.writer.run(step)
    return database


def tables_with(database: Database, text: str) -> list[str]:
    """The tables in which a text stands in some column."""
    found = []
    with database.read() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table)).all()
            if any(
                text.encode() in (cell if isinstance(cell, bytes) else str(cell).encode()) for r in rows for cell in r
            ):
                found.append(table.name)
    return sorted(found)


def test_an_erased_person_is_in_no_table_and_the_receipt_counts_the_rows(full: Database, shop: SiteRecord) -> None:
    assert tables_with(full, MARK) == ["cart", "event", "identity", "property_change", "rejected"]
    receipt = erase_person(full, shop, ID, NOW)
    assert tables_with(full, MARK) == []
    assert receipt.rows == {"event": 2, "property_change": 1, "cart": 1, "journey": 0, "effect": 0} | {
        "cohort_member": 0,
        "identity_edge": 1,
        "identity": 2,
        "rejected": 3,
    }
    assert (receipt.site, receipt.erased_at, len(receipt.ids), receipt.overwritten) == ("shop", NOW, 2, True)
    assert MARK not in str(receipt)
    with full.read() as connection:
        assert connection.execute(sa.text("SELECT COUNT(*) FROM event")).scalar() == 300


def test_a_receipt_is_signed(full: Database, shop: SiteRecord) -> None:
    receipt = erase_person(full, shop, ID, NOW)
    assert receipt.is_genuine(shop.server_key)
    assert not receipt.is_genuine("another key")
    changed = Receipt(shop.name, NOW, receipt.ids, {**receipt.rows, "event": 1}, True, receipt.signature)
    assert not changed.is_genuine(shop.server_key)


def test_nothing_of_an_erased_person_stays_in_the_file_or_its_log(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with open_database(f"sqlite:///{path}") as database:
        shop = database.writer.run(lambda tx: add_site(tx, "shop"))
        for round in range(4):
            database.writer.run(partial(crowd, site_id=shop.id, count=500 + round))
            database.writer.run(partial(fill, site_id=shop.id, who=f"{round}{ID}", visitor=f"a-{MARK}{round}"))
        files = [path, *path.parent.glob("shop.db-wal")]
        assert any(MARK.encode() in file.read_bytes() for file in files)
        for round in range(4):
            erase_person(database, shop, f"{round}{ID}", NOW)
        for file in path.parent.iterdir():
            assert MARK.encode() not in file.read_bytes(), file.name


def test_a_reader_that_stays_delays_the_overwriting_and_the_receipt_says_so(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracktor_nb.store.forgetting.PATIENCE", 0.0)
    with open_database(sqlite_url) as database:
        shop = database.writer.run(lambda tx: add_site(tx, "shop"))
        database.writer.run(partial(fill, site_id=shop.id))
        with database.read() as connection:
            connection.execute(sa.text("SELECT * FROM event")).all()
            receipt = erase_person(database, shop, ID, NOW)
        assert not receipt.overwritten
        assert "reader is in the way" in str(receipt)
        tidy(database, NOW)
        path = Path(str(database.url.database))
        assert all(MARK.encode() not in file.read_bytes() for file in path.parent.iterdir())


def test_what_comes_late_for_an_erased_person_is_not_stored_for_thirty_days(full: Database, shop: SiteRecord) -> None:
    erase_person(full, shop, ID, NOW)
    full.writer.run(partial(fill, site_id=shop.id))
    assert tables_with(full, MARK) == ["rejected"]
    tidy(full, NOW + KEPT_FOR)
    assert full.writer.run(lambda tx: record_event(tx, shop.id, ID, "Late", NOW, NOW)).identity_id == 0
    tidy(full, NOW + KEPT_FOR + 1)
    assert full.writer.run(lambda tx: record_event(tx, shop.id, ID, "Again", NOW, NOW)).is_new


def test_another_process_that_knew_the_person_stores_nothing_either(full: Database, shop: SiteRecord) -> None:
    with open_database(full.url.render_as_string(hide_password=False)) as other:
        other.writer.run(lambda tx: record_event(tx, shop.id, ID, "Before", NOW, NOW))
        erase_person(full, shop, ID, NOW)
        rows = other.writer.run(lambda tx: [record_event(tx, shop.id, who, "After", NOW, NOW) for who in (ID, "new")])
    assert [row.is_new for row in rows] == [False, True]
    assert tables_with(full, MARK) == []


def test_events_that_come_while_a_person_is_erased_are_erased_or_not_stored(full: Database, shop: SiteRecord) -> None:
    """Two processes send without pause, about the person and about new ids, while a third erases it."""
    enough, erased, sent = threading.Event(), threading.Event(), []

    def send(who: str) -> None:
        with open_database(full.url.render_as_string(hide_password=False)) as other:
            for number in range(10_000):
                new = f"{who}-{number}"
                other.writer.run(
                    lambda tx, new=new: [record_event(tx, shop.id, w, "Ping", NOW, NOW) for w in (ID, new)]
                )
                sent.append(new)
                if len(sent) == 20:
                    enough.set()
                if erased.is_set():
                    return

    with ThreadPoolExecutor() as threads:
        running = [threads.submit(send, who) for who in ("one", "two")]
        assert enough.wait(PATIENCE)
        erase_person(full, shop, ID, NOW)
        erased.set()
        for each in running:
            each.result(PATIENCE)
    assert tables_with(full, MARK) == []
    with full.read() as connection:
        orphans = "SELECT COUNT(*) FROM event WHERE identity_id NOT IN (SELECT id FROM identity)"
        assert connection.execute(sa.text(orphans)).scalar() == 0
        names = "SELECT COUNT(*) FROM event e JOIN event_name n ON n.id = e.name_id WHERE n.name = 'Ping'"
        assert connection.execute(sa.text(names)).scalar() == len(sent)


def test_a_merge_with_an_erased_person_makes_nobody(full: Database, shop: SiteRecord) -> None:
    erase_person(full, shop, ID, NOW)
    for src, dest in ((ID, "new"), ("new", ID)):
        done = full.writer.run(lambda tx, ids=(src, dest): merge(tx, shop.id, *ids, NOW, NOW))
        assert (done.erased, done.merged) == (True, False)
    with full.read() as connection:
        assert look_up_person(connection, shop.id, "new") is None


@pytest.mark.parametrize(
    "forget",
    [
        lambda db, site: erase_person(db, site, "nobody", NOW),
        lambda db, site: db.writer.run(lambda tx: remove(tx, site.id, "nobody", NOW)),
    ],
)
def test_somebody_unknown_cannot_be_forgotten(full: Database, shop: SiteRecord, forget: object) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        forget(full, shop)  # type: ignore[operator]


def test_the_same_id_in_another_site_is_somebody_else(full: Database, shop: SiteRecord) -> None:
    other = full.writer.run(lambda tx: add_site(tx, "other"))
    full.writer.run(partial(fill, site_id=other.id))
    erase_person(full, shop, ID, NOW)
    assert len(list(Frames(full, other.id).identities()["id"])) == 2
    assert full.writer.run(lambda tx: record_event(tx, other.id, ID, "Visit", NOW, NOW)).is_new


def counts(database: Database, site: SiteRecord) -> tuple[int, int]:
    frames = Frames(database, site.id)
    return sum(map(len, frames.events())), sum(map(len, frames.changes()))


def test_a_removed_person_is_in_no_frame_until_something_new_comes(full: Database, shop: SiteRecord) -> None:
    assert counts(full, shop) == (302, 1)
    assert full.writer.run(lambda tx: remove(tx, shop.id, f"a-{MARK}", NOW)) == 2
    assert counts(full, shop) == (300, 0)
    assert "Purchase" not in Frames(full, shop.id).event_names()["name"].to_pylist()
    full.writer.run(lambda tx: record_event(tx, shop.id, ID, "Return", NOW, NOW))
    assert counts(full, shop) == (301, 0)
    with full.read() as connection:
        assert look_up_person(connection, shop.id, ID) != look_up_person(connection, shop.id, f"a-{MARK}")
    assert full.writer.run(lambda tx: merge(tx, shop.id, f"a-{MARK}", ID, NOW, NOW)).edge_seq


@pytest.mark.parametrize("what", ["erase", "remove", "retention"])
def test_whoever_holds_the_log_in_memory_is_told_that_rows_are_gone(
    full: Database, shop: SiteRecord, what: str
) -> None:
    before = Frames(full, shop.id).watermark()
    if what == "erase":
        erase_person(full, shop, ID, NOW)
    elif what == "remove":
        full.writer.run(lambda tx: remove(tx, shop.id, ID, NOW))
    else:
        assert full.writer.run(lambda tx: forget_old_events(tx, shop.id, NOW - 100)) == 199
        assert counts(full, shop) == (103, 1)
        assert full.writer.run(lambda tx: forget_old_events(tx, shop.id, NOW - 100)) == 0
    assert Frames(full, shop.id).watermark().log_generation == before.log_generation + 1
