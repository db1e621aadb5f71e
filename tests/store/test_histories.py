"""The people read from SQL are the people of the log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tracktor_nb.semantics.person import people
from tracktor_nb.store.database import Database
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.forgetting import erase, remove
from tracktor_nb.store.histories import histories, identities_of, people_of
from tracktor_nb.store.identity import merge, undo
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.writer import Transaction


def fill(database: Database, site: SiteRecord) -> int:
    """Two people of several ids, one of them split again; return the number of the undone merge."""
    steps: list[Callable[[Transaction], object]] = [
        partial(record_event, site_id=site.id, distinct_id="a-1", name="Visit", time=5, received_at=9, data={"n": 1}),
        partial(record_change, site_id=site.id, distinct_id="a-1", values={"plan": "free"}, time=6, received_at=9),
        partial(merge, site_id=site.id, src="a-1", dest="ann", time=7, received_at=9, reason="identify"),
        partial(record_event, site_id=site.id, distinct_id="ann", name="Visit", time=4, received_at=10, bot=True),
        partial(record_event, site_id=site.id, distinct_id="bob", name="Buy", time=4, received_at=10, imported=True),
    ]
    for step in steps:
        database.writer.run(step)
    edge = database.writer.run(lambda tx: merge(tx, site.id, "bob", "ann", 8, 11)).edge_seq
    assert edge is not None
    return edge


def ids_of(database: Database, *distinct_ids: str) -> list[int]:
    with database.read() as connection:
        found = {row[0]: row[1] for row in connection.exec_driver_sql("SELECT distinct_id, id FROM identity")}
    return [found[each] for each in distinct_ids]


def test_people_are_read_whole_and_merged(database: Database, shop: SiteRecord) -> None:
    edge = fill(database, shop)
    one, ann, bob = ids_of(database, "a-1", "ann", "bob")
    with database.read() as connection:
        found = histories(connection, [ann])
        assert found == people(found[ann].events, found[ann].changes, found[ann].edges)
        assert [(each.name, each.identity, each.bot, each.imported) for each in found[ann].events] == [
            ("Visit", ann, True, False),
            ("Buy", bob, False, True),
            ("Visit", one, False, False),
        ]
        assert found[ann].properties(20)["plan"] == "free"
        assert people_of(connection, [one, ann, bob]) == {one: ann, ann: ann, bob: ann}
        assert identities_of(connection, [ann, bob]) == {one: ann, ann: ann, bob: ann}
        assert histories(connection, [bob]) == {}
    database.writer.run(lambda tx: undo(tx, shop.id, edge, 12))
    with database.read() as connection:
        assert {id: len(person.events) for id, person in histories(connection, [ann, bob]).items()} == {ann: 2, bob: 1}


def test_removed_people_have_no_history_and_erased_ones_are_not_there(database: Database, shop: SiteRecord) -> None:
    fill(database, shop)
    one, ann, bob = ids_of(database, "a-1", "ann", "bob")
    database.writer.run(lambda tx: remove(tx, shop.id, "ann", 20))
    with database.read() as connection:
        assert all(not (each.events or each.changes) for each in histories(connection, [one, ann, bob]).values())
    database.writer.run(lambda tx: erase(tx, shop.id, "bob", 21))
    with database.read() as connection:
        assert histories(connection, [bob]) == {}
