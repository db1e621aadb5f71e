from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings

from tests.databases import occupied
from tests.strategies import json_values
from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.wire import canonical
from tracktor_nb.store.database import Database
from tracktor_nb.store.events import (
    NewChange,
    NewEvent,
    Recorded,
    record_change,
    record_changes,
    record_event,
    record_events,
)
from tracktor_nb.store.frames import Frames
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.writer import Transaction

KEY = b"sixteen bytes ok"


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.read() as connection:
        return [dict(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY seq").mappings()]


def test_an_event_is_stored_with_all_that_is_known_of_it(database: Database, shop: SiteRecord) -> None:
    recorded = database.writer.run(
        lambda tx: record_event(
            tx, shop.id, "ann", "View", 5, 9, {"b": 1, "a": [True]}, origin="nudge", bot=True, notes={"ts": "5"}
        )
    )
    (row,) = rows(database, "event")
    expected = {
        "seq": recorded.seq,
        "identity_id": recorded.identity_id,
        "time": 5,
        "received_at": 9,
        "known_at": 9,
        "imported": False,
        "origin": "nudge",
        "bot": True,
        "message_key": None,
        "data": '{"a":[true],"b":1}',
        "notes": '{"ts":"5"}',
    }
    assert {name: row[name] for name in expected} == expected


def test_an_event_without_arguments_has_none(database: Database, shop: SiteRecord) -> None:
    database.writer.run(lambda tx: record_event(tx, shop.id, "ann", "View", 5, 9))
    assert rows(database, "event")[0]["data"] is None


def test_imported_rows_were_known_when_they_happened(database: Database, shop: SiteRecord) -> None:
    new = [NewEvent("ann", "View", 5, 90), NewEvent("ann", "View", 5, 90, imported=True)]
    database.writer.run(lambda tx: record_events(tx, shop.id, [*new, new[0]._replace(known_at=7)]))
    assert [row["known_at"] for row in rows(database, "event")] == [90, 5, 7]


def test_a_message_is_stored_once_and_answered_alike(database: Database, shop: SiteRecord) -> None:
    def send() -> Recorded:
        return database.writer.run(lambda tx: record_event(tx, shop.id, "ann", "View", 5, 9, message_key=KEY))

    first, second = send(), send()
    assert second == first._replace(duplicate=True)
    assert len(rows(database, "event")) == 1


def test_messages_of_different_kinds_and_sites_do_not_collide(database: Database, shop: SiteRecord) -> None:
    other = database.writer.run(lambda tx: add_site(tx, "other"))
    stored = [
        database.writer.run(lambda tx: record_event(tx, shop.id, "ann", "View", 5, 9, message_key=KEY)),
        database.writer.run(lambda tx: record_event(tx, other.id, "ann", "View", 5, 9, message_key=KEY)),
        database.writer.run(lambda tx: record_change(tx, shop.id, "ann", {"plan": "Gold"}, 5, 9, message_key=KEY)),
    ]
    assert [each.duplicate for each in stored] == [False, False, False]


def test_a_batch_keeps_its_order_and_leaves_out_what_is_there(database: Database, shop: SiteRecord) -> None:
    database.writer.run(lambda tx: record_event(tx, shop.id, "old", "View", 1, 1, message_key=KEY))
    keys = [b"a" * 16, None, KEY, b"a" * 16, None]
    batch = [NewEvent(f"id {n}", f"event {n % 2}", n, n, None, key) for n, key in enumerate(keys)]
    recorded = database.writer.run(lambda tx: record_events(tx, shop.id, batch))
    assert [each.duplicate for each in recorded] == [False, False, True, True, False]
    assert recorded[3].seq == recorded[0].seq
    assert [row["time"] for row in rows(database, "event")] == [1, 0, 1, 4]
    assert [each.seq for each in recorded if not each.duplicate] == [row["seq"] for row in rows(database, "event")[1:]]


def test_an_empty_batch_stores_nothing(database: Database, shop: SiteRecord) -> None:
    assert database.writer.run(lambda tx: record_events(tx, shop.id, [])) == []


def test_a_large_batch_makes_each_person_once(database: Database, shop: SiteRecord) -> None:
    batch = [NewEvent(f"id {n % 700}", "View", n, n) for n in range(2000)]
    recorded = database.writer.run(lambda tx: record_events(tx, shop.id, batch))
    assert len({each.identity_id for each in recorded}) == 700
    assert Frames(database, shop.id).identities().num_rows == 700


def test_a_large_batch_leaves_out_what_is_there_and_comes_back_as_it_went_in(
    database: Database, shop: SiteRecord
) -> None:
    texts = ['tab\t, line\n, \\N, "quoted"', "\\.", "ü 🦄", "", "\\"]

    def keyed(number: int) -> NewEvent:
        data, notes = {"text": texts[number % 5]}, {"n": number} if number % 2 else None
        return NewEvent(f"id {number % 9}", "View", number, number, data, b"%016d" % number, bot=True, notes=notes)

    database.writer.run(lambda tx: record_events(tx, shop.id, [keyed(number) for number in range(0, 400, 2)]))
    batch = [keyed(number) for number in range(400)] + [NewEvent("ann", "View", 9000, 9000), keyed(399)]
    recorded = database.writer.run(lambda tx: record_events(tx, shop.id, batch))
    assert [each.duplicate for each in recorded] == [number % 2 == 0 for number in range(400)] + [False, True]
    assert recorded[401] == recorded[399]._replace(duplicate=True)
    found = sorted(rows(database, "event"), key=lambda row: row["time"])
    assert [(row["time"], row["identity_id"], bool(row["bot"])) for row in found[:-1]] == [
        (number, recorded[number].identity_id, True) for number in range(400)
    ]
    assert [json.loads(row["data"])["text"] for row in found[:-1]] == [texts[number % 5] for number in range(400)]
    assert [row["notes"] for row in found[:2]] == [None, '{"n":1}']
    assert [row["seq"] for row in found[:-1]] == [each.seq for each in recorded[:400]]


def test_several_large_batches_share_a_commit_and_one_that_fails_leaves_the_others(
    database: Database, shop: SiteRecord
) -> None:
    def step(tx: Transaction, start: int) -> None:
        record_events(tx, shop.id, [NewEvent("ann", "View", start + n, 1) for n in range(150)])
        if start == 1000:
            raise RuntimeError("poison")

    with occupied(database):
        done = [database.writer.submit(partial(step, start=start)) for start in (0, 1000, 2000)]
    assert [future.exception() is None for future in done] == [True, False, True]
    assert [row["time"] for row in rows(database, "event")] == [*range(150), *range(2000, 2150)]


def test_changes_keep_what_was_removed(database: Database, shop: SiteRecord) -> None:
    new = [NewChange("ann", {"plan": "Gold", "old": None}, 5, 9), NewChange("ann", {}, 6, 9)]
    database.writer.run(lambda tx: record_changes(tx, shop.id, new))
    assert [row["data"] for row in rows(database, "property_change")] == ['{"old":null,"plan":"Gold"}', "{}"]


def test_what_json_cannot_hold_is_refused_with_a_reason(database: Database, shop: SiteRecord) -> None:
    with pytest.raises(PayloadError, match=r"cannot be stored as JSON: .*set"):
        database.writer.run(lambda tx: record_event(tx, shop.id, "ann", "View", 5, 9, {"tags": {"a"}}))


def test_texts_come_back_byte_for_byte(database: Database, shop: SiteRecord) -> None:
    texts = ["\u00e9", "e\u0301", "View ", "view", "'; DROP TABLE event; --", "100 %s ? :x"]
    for name in texts:
        database.writer.run(lambda tx, name=name: record_event(tx, shop.id, f"id {name}", name, 5, 9, {name: name}))  # type: ignore[misc]
    names = Frames(database, shop.id).event_names()["name"].to_pylist()
    assert sorted(names) == sorted(texts)


@given(value=json_values())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_value_comes_back_as_it_was_made_canonical(database: Database, value: Any) -> None:
    try:
        values, _ = canonical({"value": value})
    except PayloadError:
        reject()
    site = database.writer.run(lambda tx: add_site(tx, f"site {tx.next_seq()}"))
    database.writer.run(lambda tx: record_event(tx, site.id, "ann", "View", 1, 1, values))
    (batch,) = Frames(database, site.id).events()
    found = json.loads(batch["data"][0].as_py())
    assert json.dumps(found, sort_keys=True) == json.dumps(values, sort_keys=True)  # tells 1, 1.0, "1" and true apart
