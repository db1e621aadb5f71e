from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from tests.databases import PATIENCE
from tracktor_nb.semantics.event import IdentityEdge
from tracktor_nb.store import frames as frames_module
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import NewEvent, Recorded, record_change, record_event, record_events
from tracktor_nb.store.frames import CHANGES, EDGES, EVENTS, IDENTITIES, Frames
from tracktor_nb.store.identity import merge, undo
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.writer import Transaction


@pytest.fixture
def frames(database: Database, shop: SiteRecord) -> Frames:
    return Frames(database, shop.id)


def track(database: Database, site: SiteRecord, name: str, distinct_id: str = "ann") -> Recorded:
    return database.writer.run(lambda tx: record_event(tx, site.id, distinct_id, name, 1, 1))


def names(frames: Frames, after: int = 0, upto: int | None = None) -> list[str]:
    return [name for batch in frames.events(after, upto) for name in batch["name"].to_pylist()]


def test_events_come_as_typed_columns(frames: Frames, database: Database, shop: SiteRecord) -> None:
    recorded = database.writer.run(
        lambda tx: record_event(
            tx, shop.id, "ann", "View", 5, 9, {"plan": "Gold"}, imported=True, origin="nudge", bot=True
        )
    )
    track(database, shop, "Cart")
    (batch,) = frames.events()
    assert batch.schema == EVENTS
    assert batch.slice(0, 1).to_pylist() == [
        {
            "seq": recorded.seq,
            "identity_id": recorded.identity_id,
            "name": "View",
            "time": 5,
            "received_at": 9,
            "known_at": 5,
            "imported": True,
            "origin": "nudge",
            "bot": True,
            "data": '{"plan":"Gold"}',
        }
    ]
    assert (
        batch.slice(1, 1).to_pylist()[0].items() >= {"name": "Cart", "origin": None, "bot": False, "data": None}.items()
    )


def test_changes_and_merges_come_as_typed_columns(frames: Frames, database: Database, shop: SiteRecord) -> None:
    def fill(tx: Transaction) -> tuple[Recorded, int | None]:
        recorded = record_change(tx, shop.id, "a-1", {"plan": None}, 5, 9)
        edge = merge(tx, shop.id, "a-1", "ann", 6, 9, "identify").edge_seq
        undo(tx, shop.id, edge or 0, 8)
        return recorded, edge

    recorded, edge = database.writer.run(fill)
    (batch,) = frames.changes()
    assert batch.schema == CHANGES
    expected = {"seq": recorded.seq, "identity_id": recorded.identity_id, "time": 5, "known_at": 9}
    assert batch.to_pylist() == [{**expected, "imported": False, "origin": None, "data": '{"plan":null}'}]
    ids = {row["distinct_id"]: row["id"] for row in frames.identities().to_pylist()}
    (row,) = frames.edges().to_pylist()
    assert frames.edges().schema == EDGES
    assert IdentityEdge(**row) == IdentityEdge(ids["a-1"], ids["ann"], 6, edge or 0, "identify", 9, 8)


def test_an_empty_site_has_empty_columns(frames: Frames) -> None:
    assert list(frames.events()) == list(frames.changes()) == []
    assert frames.identities().schema == IDENTITIES
    assert frames.edges().num_rows == frames.identities().num_rows == frames.event_names().num_rows == 0


def test_each_site_reads_its_own_log(frames: Frames, database: Database, shop: SiteRecord) -> None:
    other = database.writer.run(lambda tx: add_site(tx, "other"))
    track(database, shop, "View")
    track(database, other, "Theirs")
    assert names(frames) == ["View"]
    assert names(Frames(database, other.id)) == ["Theirs"]
    assert frames.event_names()["name"].to_pylist() == ["View"]


def test_event_names_come_with_their_numbers_and_times(frames: Frames, database: Database, shop: SiteRecord) -> None:
    rows = [NewEvent("ann", name, time, 9) for name, time in (("View", 7), ("Cart", 5), ("View", 3), ("Buy", 4))]
    database.writer.run(lambda tx: record_events(tx, shop.id, rows))
    assert [tuple(row.values()) for row in frames.event_names().to_pylist()] == [
        ("View", 2, 3, 7),
        ("Buy", 1, 4, 4),
        ("Cart", 1, 5, 5),
    ]


def test_long_logs_come_in_pages_and_no_row_is_cut_off(
    frames: Frames, database: Database, shop: SiteRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames_module, "PAGE", 10)
    rows = [NewEvent(f"id {n}", f"event {n % 3}", n, n) for n in range(30)]
    database.writer.run(lambda tx: record_events(tx, shop.id, rows))
    batches = list(frames.events())
    assert [len(batch) for batch in batches] == [10, 10, 10]
    table = pa.Table.from_batches(batches)
    assert table["time"].to_pylist() == list(range(30))
    assert table["name"].to_pylist() == [f"event {n % 3}" for n in range(30)]
    assert frames.identities().num_rows == 30


def test_reading_on_from_a_watermark_gives_each_row_once(frames: Frames, database: Database, shop: SiteRecord) -> None:
    track(database, shop, "View")
    first = frames.watermark()
    last = track(database, shop, "Cart")
    second = frames.watermark()
    track(database, shop, "Buy")
    assert names(frames, 0, first.position) == ["View"]
    assert names(frames, first.position, second.position) == ["Cart"]
    assert names(frames, second.position) == ["Buy"]
    assert second.seq == last.seq
    assert frames.watermark().position > second.position


def test_the_generation_changes_with_every_merge_and_undo_only(
    frames: Frames, database: Database, shop: SiteRecord
) -> None:
    def seen(step: Callable[[Transaction], object]) -> int:
        database.writer.run(step)
        return frames.watermark().edges_generation

    edge = database.writer.run(lambda tx: merge(tx, shop.id, "ann", "bob", 1, 1)).edge_seq or 0
    generations = [
        frames.watermark().edges_generation,
        seen(lambda tx: merge(tx, shop.id, "ann", "bob", 1, 1)),
        seen(lambda tx: record_event(tx, shop.id, "ann", "View", 1, 1)),
        seen(lambda tx: undo(tx, shop.id, edge, 2)),
        seen(lambda tx: merge(tx, shop.id, "ann", "bob", 1, 1)),
    ]
    assert generations == [1, 1, 1, 2, 3]


def test_a_row_that_commits_late_is_not_skipped(postgres_url: str) -> None:
    """Its number is lower than one that was read before it: who reads on from the highest number would miss it."""
    with open_database(postgres_url) as slow, open_database(postgres_url) as fast:
        shop = fast.writer.run(lambda tx: add_site(tx, "shop"))
        frames = Frames(fast, shop.id)
        written, go_on = threading.Event(), threading.Event()

        def slowly(tx: Transaction) -> Recorded:
            recorded = record_event(tx, shop.id, "ann", "Slow", 1, 1)
            written.set()
            assert go_on.wait(PATIENCE)
            return recorded

        waiting = slow.writer.submit(slowly)
        assert written.wait(PATIENCE)
        quick = track(fast, shop, "Quick", "bob")
        before = frames.watermark()
        seen = names(frames, 0, before.position)
        go_on.set()
        late = waiting.result(PATIENCE)
        assert late.seq < quick.seq
        assert "Slow" not in seen
        assert sorted(seen + names(frames, before.position)) == ["Quick", "Slow"]


def test_who_belongs_to_an_event_is_always_there_to_read(postgres_url: str) -> None:
    """An old transaction may use an identity that a younger one made, while one between them is still open."""
    with (
        open_database(postgres_url) as old,
        open_database(postgres_url) as middle,
        open_database(postgres_url) as young,
    ):
        shop = young.writer.run(lambda tx: add_site(tx, "shop"))
        frames = Frames(young, shop.id)
        begun, made = [threading.Event() for _ in range(2)], [threading.Event() for _ in range(2)]

        def write_then_use(tx: Transaction) -> None:
            record_event(tx, shop.id, "cy", "First", 1, 1)
            begun[0].set()
            assert made[0].wait(PATIENCE)
            record_event(tx, shop.id, "ann", "Second", 2, 2)

        def stay_open(tx: Transaction) -> None:
            record_event(tx, shop.id, "bob", "Open", 1, 1)
            begun[1].set()
            assert made[1].wait(PATIENCE)

        oldest = old.writer.submit(write_then_use)
        assert begun[0].wait(PATIENCE)
        between = middle.writer.submit(stay_open)
        assert begun[1].wait(PATIENCE)
        track(young, shop, "Third", "ann")
        made[0].set()
        oldest.result(PATIENCE)
        events = pa.Table.from_batches(frames.events())
        known = frames.identities()["id"].to_pylist()
        made[1].set()
        between.result(PATIENCE)
        assert events["name"].to_pylist() == ["First", "Second"]
        assert set(events["identity_id"].to_pylist()) <= set(known)


def test_a_follower_of_busy_writers_reads_every_row_exactly_once(database_url: str) -> None:
    with open_database(database_url) as one, open_database(database_url) as two:
        shop = one.writer.run(lambda tx: add_site(tx, "shop"))

        def write(database: Database) -> list[int]:
            rows = [NewEvent(f"id {n % 9}", "View", n, n) for n in range(7)]
            answers = [database.writer.submit(lambda tx: record_events(tx, shop.id, rows)) for _ in range(80)]
            return [each.seq for answer in answers for each in answer.result(PATIENCE)]

        with ThreadPoolExecutor() as pool:
            writing = [pool.submit(write, each) for each in (one, two)]
            frames, position, read = Frames(one, shop.id), 0, []
            done = False
            while not done:
                done = all(each.done() for each in writing)
                mark = frames.watermark()
                for batch in frames.events(position, mark.position):
                    read += batch["seq"].to_pylist()
                position = mark.position
            written = [seq for each in writing for seq in each.result()]
        assert len(written) == len(read) == 2 * 80 * 7
        assert sorted(read) == sorted(written)
