"""Whoever follows the log sees every row once, whatever the order of commits, and alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.databases import PATIENCE
from tracktor_nb.store import following
from tracktor_nb.store.database import Database
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.following import News, Place, leave_place, move_place, news, take_place
from tracktor_nb.store.identity import merge, undo
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.writer import Transaction

FOREVER = 2**60


def take(database: Database, site: SiteRecord, holder: str = "me", now: int = 1, until: int = FOREVER) -> Place | None:
    return database.writer.run(lambda tx: take_place(tx, site.id, "segments", holder, now, until))


def track(database: Database, site: SiteRecord, distinct_id: str = "ann") -> tuple[int, int]:
    recorded = database.writer.run(lambda tx: record_event(tx, site.id, distinct_id, "View", 1, 1))
    assert recorded.seq is not None
    return recorded.seq, recorded.identity_id


def followed(database: Database, place: Place) -> tuple[Place, News]:
    """The next part that says something, and the place behind it."""
    while True:
        with database.read() as connection:
            part = news(connection, place)
        assert part is not None
        onward = place._replace(position=part.position)
        assert database.writer.run(partial(move_place, place=place, to=onward))
        place = onward
        if part.seqs:
            return place, part


def test_a_new_follower_begins_at_the_end_and_sees_what_comes_after(database: Database, shop: SiteRecord) -> None:
    track(database, shop, "earlier")
    place = take(database, shop)
    assert place is not None
    seq, whose = track(database, shop)
    changed = database.writer.run(lambda tx: record_change(tx, shop.id, "bob", {"plan": "pro"}, 1, 1))
    place, part = followed(database, place)
    assert part.seqs == {seq, changed.seq}
    assert part.identities == {whose, changed.identity_id}
    assert not part.joined


def test_merges_and_undoings_are_news_about_both_sides(database: Database, shop: SiteRecord) -> None:
    ids = {track(database, shop, each)[1] for each in ("a-1", "ann")}
    place = take(database, shop)
    assert place is not None
    edge = database.writer.run(lambda tx: merge(tx, shop.id, "a-1", "ann", 5, 5)).edge_seq
    assert edge is not None
    place, part = followed(database, place)
    assert part.seqs == {edge}
    assert part.joined == ids
    database.writer.run(lambda tx: undo(tx, shop.id, edge, 9))
    place, part = followed(database, place)
    assert part.parted == part.identities == ids
    assert not part.joined
    assert len(part.seqs - {edge}) == 1


def test_other_sites_are_no_news(database: Database, shop: SiteRecord) -> None:
    place = take(database, shop)
    assert place is not None
    other = database.writer.run(lambda tx: add_site(tx, "other"))
    track(database, other)
    with database.read() as connection:
        part = news(connection, place)
    assert part is not None
    assert not part.seqs


def test_much_news_comes_in_parts_that_leave_nothing_out(
    database: Database, shop: SiteRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_ROWS", 10)
    place = take(database, shop)
    assert place is not None
    sent = {track(database, shop, f"id {number % 7}")[0] for number in range(35)}

    def many(tx: Transaction) -> set[int]:
        return {
            seq for each in range(25) if (seq := record_event(tx, shop.id, f"{each}", "View", 1, 1).seq) is not None
        }

    sent |= database.writer.run(many)
    seen: set[int] = set()
    while len(seen) < len(sent):
        place, part = followed(database, place)
        assert seen.isdisjoint(part.seqs)
        seen |= part.seqs
    assert seen == sent


def test_two_followers_do_not_both_move_on(database: Database, shop: SiteRecord) -> None:
    place = take(database, shop)
    assert place is not None
    track(database, shop)
    with database.read() as connection:
        part = news(connection, place)
    assert part is not None
    onward = place._replace(position=part.position)
    moves = [database.writer.run(lambda tx: move_place(tx, place, onward)) for _ in range(2)]
    assert moves == [True, False]


def test_a_held_place_is_free_when_its_holder_leaves_or_is_silent_too_long(
    database: Database, shop: SiteRecord
) -> None:
    place = take(database, shop, "one", now=10, until=20)
    assert place is not None
    assert take(database, shop, "other", now=15) is None
    assert take(database, shop, "one", now=15, until=30) == place
    assert take(database, shop, "other", now=31, until=40) == place
    database.writer.run(lambda tx: leave_place(tx, place, "other"))
    assert take(database, shop, "one", now=32) == place


def test_rows_of_many_writers_are_each_seen_once(database: Database, shop: SiteRecord) -> None:
    place = take(database, shop)
    assert place is not None
    done = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        sending = [pool.submit(track, database, shop, f"id {number}") for number in range(200)]
        seen: list[int] = []
        while len(seen) < 200 and not done.wait(0.001):
            with database.read() as connection:
                part = news(connection, place)
            if part is not None:
                seen += part.seqs
                place = place._replace(position=part.position)
        assert sorted(seen) == sorted(each.result(PATIENCE)[0] for each in sending)
