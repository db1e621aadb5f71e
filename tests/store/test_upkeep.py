from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tracktor_nb.errors import PayloadError
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import NewEvent, record_events
from tracktor_nb.store.rejected import keep_rejected, list_rejected
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.upkeep import tidy

MONTH = 30 * 24 * 3600 * 1_000_000


@pytest.fixture
def opened(sqlite_url: str) -> Iterator[Database]:
    with open_database(sqlite_url) as database:
        yield database


def count_rejected(database: Database, site: SiteRecord) -> int:
    with database.read() as connection:
        return len(list_rejected(connection, site.id))


def write_much(database: Database) -> None:
    site = database.writer.run(lambda tx: add_site(tx, "shop"))
    rows = [NewEvent(f"id {n}", "View", n, n, {"text": "x" * 500}) for n in range(5000)]
    database.writer.run(lambda tx: record_events(tx, site.id, rows))


def log_size(database: Database) -> int:
    return Path(f"{database.url.database}-wal").stat().st_size


def test_old_refused_requests_go(database: Database, shop: SiteRecord) -> None:
    why = PayloadError("bad_ts", "ts", "no time")
    for at in (0, MONTH):
        database.writer.run(lambda tx, at=at: keep_rejected(tx, shop.id, at, "/track", b"", why))  # type: ignore[misc]
    tidy(database, MONTH)
    assert count_rejected(database, shop) == 1


def test_the_write_ahead_log_is_cut_once_nobody_reads_it(opened: Database) -> None:
    with opened.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM site").scalar()
        write_much(opened)
        grown = log_size(opened)
        tidy(opened, 0)
        assert log_size(opened) >= grown > 1_000_000
    tidy(opened, 0)
    assert log_size(opened) < 10_000
