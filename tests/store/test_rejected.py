from __future__ import annotations

import pytest

from tracktor_nb.errors import PayloadError
from tracktor_nb.store import rejected as rejected_module
from tracktor_nb.store.database import Database
from tracktor_nb.store.rejected import KEPT_FOR, Rejected, keep_rejected, list_rejected, trim_rejected
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.writer import Transaction

WHY = PayloadError("bad_ts", "ts", "`ts` is not a time.")


def kept(database: Database, site: SiteRecord) -> list[Rejected]:
    with database.read() as connection:
        return list_rejected(connection, site.id, limit=20_000)


def test_a_refused_request_is_kept_as_it_was_sent(database: Database, shop: SiteRecord) -> None:
    database.writer.run(lambda tx: keep_rejected(tx, shop.id, 5, "/track", b"id=\xff&ts=x", WHY))
    (row,) = kept(database, shop)
    assert (row.received_at, row.route, row.raw) == (5, "/track", b"id=\xff&ts=x")
    assert (row.code, row.param, row.message) == ("bad_ts", "ts", "`ts` is not a time.")


def test_the_newest_come_first_and_long_ones_are_cut(database: Database, shop: SiteRecord) -> None:
    for raw in (b"first", b"x" * 100_000):
        database.writer.run(lambda tx, raw=raw: keep_rejected(tx, shop.id, 5, "/set", raw, WHY))  # type: ignore[misc]
    assert [len(row.raw) for row in kept(database, shop)] == [65_536, 5]


def test_a_week_and_so_many_of_a_site_are_kept(
    database: Database, shop: SiteRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejected_module, "KEPT_OF_SITE", 10)
    other = database.writer.run(lambda tx: add_site(tx, "other"))

    def fill(tx: Transaction) -> None:
        for number in range(14):
            keep_rejected(tx, shop.id, KEPT_FOR, "/set", str(number).encode(), WHY)
        keep_rejected(tx, other.id, KEPT_FOR, "/set", b"theirs", WHY)
        keep_rejected(tx, other.id, 0, "/set", b"old", WHY)

    database.writer.run(fill)
    assert database.writer.run(lambda tx: trim_rejected(tx, KEPT_FOR + 1)) == 5
    assert [row.raw for row in kept(database, shop)] == [str(number).encode() for number in range(13, 3, -1)]
    assert [row.raw for row in kept(database, other)] == [b"theirs"]
