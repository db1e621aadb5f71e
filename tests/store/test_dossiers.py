"""What is handed out about one person, and what a merge would do."""

from __future__ import annotations

import json

import pytest

from tracktor_nb.errors import NotFoundError, PayloadError
from tracktor_nb.store.carts import NewCart, record_carts
from tracktor_nb.store.database import Database
from tracktor_nb.store.dossiers import MergePreview, Side, export_person, preview_merge
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.forgetting import remove
from tracktor_nb.store.identity import merge, undo
from tracktor_nb.store.rejected import keep_rejected
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.writer import Transaction

NOW = 1_790_000_000_000_001


@pytest.fixture
def told(database: Database, shop: SiteRecord) -> Database:
    """Ann, once a visitor; Bob, once taken for Ann."""

    def step(tx: Transaction) -> None:
        record_event(tx, shop.id, "a-1", "Visit", NOW, NOW, bot=True, notes={"flags": ["ts_unit"]})
        record_change(tx, shop.id, "a-1", {"plan": "free", "city": "Wien"}, NOW, NOW)
        merge(tx, shop.id, "a-1", "ann@example.com", NOW + 1, NOW + 1, reason="identify")
        record_change(tx, shop.id, "ann@example.com", {"plan": "gold"}, NOW + 2, NOW + 2)
        record_event(tx, shop.id, "ann@example.com", "Purchase", NOW + 3, NOW + 3, data={"price": 3})
        record_event(tx, shop.id, "bob", "Visit", NOW, NOW)
        record_change(tx, shop.id, "bob", {"plan": "none", "age": 30}, NOW, NOW)
        record_carts(tx, shop.id, [NewCart("a-1", "set", {"products": [1]}, NOW, NOW)])
        wrong = merge(tx, shop.id, "bob", "ann@example.com", NOW + 4, NOW + 4).edge_seq
        assert wrong is not None
        undo(tx, shop.id, wrong, NOW + 5)
        for raw in (b"id=ann%40example.com&ts=x", b"id=bob&ts=x"):
            keep_rejected(tx, shop.id, NOW, "track", raw, PayloadError("bad_ts", "ts", "No time."))

    database.writer.run(step)
    return database


def test_an_export_has_all_that_is_stored_of_a_person_and_nothing_of_others(told: Database, shop: SiteRecord) -> None:
    with told.read() as connection:
        found = export_person(connection, shop.id, "a-1")
        assert found == export_person(connection, shop.id, "ann@example.com")
    assert json.loads(json.dumps(found)) == found
    assert found["ids"] == [{"id": "a-1", "anonymous": True}, {"id": "ann@example.com", "anonymous": False}]
    assert found["properties"] == {"plan": "gold", "city": "Wien"}
    assert [(row["id"], row["values"]) for row in found["history"]] == [
        ("a-1", {"plan": "free", "city": "Wien"}),
        ("ann@example.com", {"plan": "gold"}),
    ]
    visit, purchase = found["events"]
    assert (visit["event"], visit["bot"], visit["notes"]) == ("Visit", True, {"flags": ["ts_unit"]})
    assert (purchase["properties"], purchase["time"]) == ({"price": 3}, "2026-09-21T14:13:20.000004+00:00")
    [called] = found["carts"]
    assert (called["id"], called["operation"], called["cart"]) == ("a-1", "set", {"products": [1]})
    known, undone = found["merges"]
    assert (known["src"], known["dest"], known["reason"]) == ("a-1", "ann@example.com", "identify")
    assert (undone["src"], undone["undone_at"][-12:]) == (None, "000006+00:00")
    assert [row["sent"] for row in found["refused"]] == ["id=ann%40example.com&ts=x"]
    assert "bob" not in json.dumps(found)


def test_nobody_can_be_exported_who_is_not_there(told: Database, shop: SiteRecord) -> None:
    with told.read() as connection, pytest.raises(NotFoundError, match="'carl'"):
        export_person(connection, shop.id, "carl")


def test_a_preview_counts_events_and_shows_which_values_go(told: Database, shop: SiteRecord) -> None:
    with told.read() as connection:
        found = preview_merge(connection, shop.id, "bob", "ann@example.com")
    sides = Side(("bob",), 1), Side(("a-1", "ann@example.com"), 2)
    assert found == MergePreview(*sides, {"plan": ("none", "gold")}, {"age": 30}, unchanged=False)
    assert str(found) == (
        "bob (1 events) would become one person with a-1, ann@example.com (2 events).\n"
        "  plan: 'gold' stays, 'none' goes\n  age: 30 is gained"
    )


def test_what_dest_removed_is_not_gained(told: Database, shop: SiteRecord) -> None:
    told.writer.run(lambda tx: record_change(tx, shop.id, "ann@example.com", {"age": None}, NOW + 6, NOW + 6))
    with told.read() as connection:
        assert preview_merge(connection, shop.id, "bob", "ann@example.com").gained == {}


def test_a_preview_says_what_the_merge_then_does(told: Database, shop: SiteRecord) -> None:
    with told.read() as connection:
        found = preview_merge(connection, shop.id, "bob", "ann@example.com")
    told.writer.run(lambda tx: merge(tx, shop.id, "bob", "ann@example.com", NOW + 9, NOW + 9))
    with told.read() as connection:
        after = export_person(connection, shop.id, "bob")
    assert after["properties"] == {"city": "Wien", "plan": found.conflicts["plan"][1], **found.gained}
    assert len(after["events"]) == found.src.events + found.dest.events


@pytest.mark.parametrize(("src", "dest"), [("a-1", "ann@example.com"), ("bob", "bob")])
def test_a_preview_of_one_person_says_so(told: Database, shop: SiteRecord, src: str, dest: str) -> None:
    with told.read() as connection:
        found = preview_merge(connection, shop.id, src, dest)
    assert (found.unchanged, found.conflicts, found.gained) == (True, {}, {})
    assert "one person already" in str(found)


def test_a_preview_takes_ids_that_nobody_has(told: Database, shop: SiteRecord) -> None:
    with told.read() as connection:
        found = preview_merge(connection, shop.id, "new", "bob")
        assert found.src == Side(("new",), 0)
        assert preview_merge(connection, shop.id, "new", "newer").dest == Side(("newer",), 0)


def test_a_removed_person_has_no_properties_any_more(told: Database, shop: SiteRecord) -> None:
    told.writer.run(lambda tx: remove(tx, shop.id, "bob", NOW))
    with told.read() as connection:
        found = export_person(connection, shop.id, "bob")
        assert preview_merge(connection, shop.id, "bob", "new").gained == {}
    assert found["properties"] == {}
    assert [row["values"] for row in found["history"]] == [{"plan": "none", "age": 30}], "stored still, and said so"
