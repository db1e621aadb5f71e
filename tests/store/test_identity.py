from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databases import PATIENCE, occupied
from tracktor_nb.errors import NotFoundError
from tracktor_nb.semantics.event import IdentityEdge
from tracktor_nb.semantics.identity import person_of
from tracktor_nb.store import writer
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import record_event
from tracktor_nb.store.frames import Frames
from tracktor_nb.store.identity import Merged, identity_id, identity_ids, look_up_person, merge, undo
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.writer import Transaction

IDS = ("a-1", "a-2", "a-3", "ann", "bob", "cy")


class Shop:
    """A site whose merges are written as a person would say them."""

    def __init__(self, database: Database, site: SiteRecord) -> None:
        self.database, self.site = database, site
        self._clock = count(1)

    def alias(self, src: str, dest: str, reason: str = "alias", key: bytes | None = None) -> Merged:
        now = next(self._clock)
        return self.database.writer.run(lambda tx: merge(tx, self.site.id, src, dest, now, now, reason, key))

    def identify(self, src: str, dest: str) -> Merged:
        return self.alias(src, dest, "identify")

    def undo(self, edge: int | None) -> None:
        assert edge is not None
        now = next(self._clock)
        self.database.writer.run(lambda tx: undo(tx, self.site.id, edge, now))

    def people(self) -> set[frozenset[str]]:
        """Who is one person, according to the cache."""
        groups: dict[int, set[str]] = {}
        for row in Frames(self.database, self.site.id).identities().to_pylist():
            groups.setdefault(row["person_id"], set()).add(row["distinct_id"])
        return {frozenset(group) for group in groups.values()}

    def known_as(self, distinct_id: str) -> str:
        """The distinct id that the person of this one is known by."""
        with self.database.read() as connection:
            person = look_up_person(connection, self.site.id, distinct_id)
        return next(
            row["distinct_id"]
            for row in Frames(self.database, self.site.id).identities().to_pylist()
            if row["id"] == person
        )


@pytest.fixture
def site(database: Database, shop: SiteRecord) -> Shop:
    return Shop(database, shop)


def test_every_new_id_is_a_person_of_its_own(site: Shop) -> None:
    site.database.writer.run(lambda tx: identity_ids(tx, site.site.id, ["ann", "bob"]))
    assert site.people() == {frozenset({"ann"}), frozenset({"bob"})}


def test_an_id_keeps_its_number_for_ever(site: Shop) -> None:
    first = site.database.writer.run(lambda tx: identity_ids(tx, site.site.id, IDS))
    site.alias("ann", "bob")
    with open_database(site.database.url.render_as_string(hide_password=False)) as other:
        assert other.writer.run(lambda tx: identity_ids(tx, site.site.id, IDS)) == first
        assert other.writer.run(lambda tx: identity_id(tx, site.site.id, "cy")) == first["cy"]


def test_the_same_id_in_two_sites_is_two_identities(site: Shop) -> None:
    other = site.database.writer.run(lambda tx: add_site(tx, "other"))
    ids = [site.database.writer.run(lambda tx, at=at: identity_id(tx, at, "ann")) for at in (site.site.id, other.id)]  # type: ignore[misc]
    assert ids[0] != ids[1]
    with site.database.read() as connection:
        assert look_up_person(connection, other.id, "ann") == ids[1]


def test_nobody_has_an_unknown_id(site: Shop) -> None:
    with site.database.read() as connection:
        assert look_up_person(connection, site.site.id, "ann") is None


def test_a_merged_person_is_known_by_the_destination(site: Shop) -> None:
    merged = site.alias("ann", "bob")
    assert (merged.merged, merged.unchanged) == (True, False)
    assert site.people() == {frozenset({"ann", "bob"})}
    assert site.known_as("ann") == "bob"


def test_merging_an_id_moves_its_whole_person(site: Shop) -> None:
    site.alias("a-1", "ann")
    site.alias("ann", "bob")
    site.alias("cy", "a-1")
    assert site.people() == {frozenset({"a-1", "ann", "bob", "cy"})}
    assert site.known_as("cy") == "bob"


def test_a_merge_with_oneself_changes_nothing(site: Shop) -> None:
    assert site.alias("ann", "ann") == Merged(None, merged=True, unchanged=True)


def test_a_repeated_merge_changes_nothing_and_names_the_edge_that_holds(site: Shop) -> None:
    first = site.alias("ann", "bob")
    assert site.alias("ann", "bob") == Merged(first.edge_seq, merged=True, unchanged=True)


def test_a_retried_message_does_not_merge_again_what_was_undone_since(site: Shop) -> None:
    first = site.alias("ann", "bob", key=b"sixteen bytes ok")
    site.undo(first.edge_seq)
    assert site.alias("ann", "bob", key=b"sixteen bytes ok") == first._replace(merged=False, unchanged=True)
    assert site.people() == {frozenset({"ann"}), frozenset({"bob"})}


def test_an_edge_inside_one_person_holds_when_another_is_undone(site: Shop) -> None:
    site.alias("a", "b")
    bearing = site.alias("b", "c")
    assert not site.alias("a", "c").unchanged
    site.undo(bearing.edge_seq)
    assert site.people() == {frozenset({"a", "b", "c"})}
    assert site.known_as("b") == "c"


def test_undoing_parts_what_the_edge_joined_and_nothing_else(site: Shop) -> None:
    site.alias("a-1", "ann")
    wrong = site.alias("ann", "bob")
    site.alias("a-2", "bob")
    site.undo(wrong.edge_seq)
    assert site.people() == {frozenset({"a-1", "ann"}), frozenset({"a-2", "bob"})}
    assert (site.known_as("a-1"), site.known_as("a-2")) == ("ann", "bob")


def test_undoing_twice_is_once_and_merging_again_is_allowed(site: Shop) -> None:
    edge = site.alias("ann", "bob").edge_seq
    site.undo(edge)
    generation = Frames(site.database, site.site.id).watermark().edges_generation
    site.undo(edge)
    assert Frames(site.database, site.site.id).watermark().edges_generation == generation
    assert not site.alias("ann", "bob").unchanged
    assert site.people() == {frozenset({"ann", "bob"})}


def test_an_unknown_edge_cannot_be_undone(site: Shop) -> None:
    edge = site.alias("ann", "bob").edge_seq
    other = site.database.writer.run(lambda tx: add_site(tx, "other"))
    with pytest.raises(NotFoundError, match="no merge with the number 12345"):
        site.undo(12345)
    with pytest.raises(NotFoundError):
        site.database.writer.run(lambda tx: undo(tx, other.id, edge or 0, 1))


def test_identify_merges_a_visitor_who_is_nobody_yet(site: Shop) -> None:
    assert site.identify("a-1", "ann").merged
    assert site.people() == {frozenset({"a-1", "ann"})}


def test_identify_only_switches_when_the_visitor_is_somebody_already(site: Shop) -> None:
    site.identify("a-1", "ann")
    assert site.identify("a-1", "bob") == Merged(None, merged=False, unchanged=True)
    assert frozenset({"a-1", "ann"}) in site.people()


def test_identify_looks_at_the_person_not_at_the_id(site: Shop) -> None:
    site.alias("a-1", "a-2")
    site.identify("a-2", "ann")
    assert not site.identify("a-1", "bob").merged
    assert site.known_as("a-1") == "ann"


def test_identify_only_switches_between_known_people(site: Shop) -> None:
    assert site.identify("ann", "bob") == Merged(None, merged=False, unchanged=True)


def test_identify_on_every_page_writes_one_edge(site: Shop) -> None:
    for _ in range(3):
        assert site.identify("a-1", "ann").merged
    assert Frames(site.database, site.site.id).edges().num_rows == 1


def test_an_alias_may_join_known_people(site: Shop) -> None:
    assert site.alias("ann", "bob").merged


def test_an_imported_merge_was_known_when_it_happened(site: Shop) -> None:
    site.database.writer.run(lambda tx: merge(tx, site.site.id, "a-1", "ann", 5, 90, imported=True))
    site.database.writer.run(lambda tx: merge(tx, site.site.id, "a-2", "ann", 5, 90))
    assert Frames(site.database, site.site.id).edges()["known_at"].to_pylist() == [5, 90]


STEPS = st.lists(
    st.tuples(st.sampled_from(["alias", "alias", "identify", "undo"]), st.sampled_from(IDS), st.sampled_from(IDS))
    | st.tuples(st.just("undo"), st.integers(0, 5), st.none()),
    max_size=14,
)


def apply(tx: Transaction, site: int, steps: list[tuple[str, object, object]]) -> None:
    edges: list[int] = []
    for at, (what, src, dest) in enumerate(steps, start=1):
        if what != "undo":
            seq = merge(tx, site, str(src), str(dest), at, at, reason=what).edge_seq
            edges += [] if seq is None else [seq]
        elif edges:
            undo(tx, site, edges[at % len(edges)], at)


def rebuilt(database: Database, site: int) -> dict[int, int]:
    """Who is one person according to the edges alone."""
    edges = Frames(database, site).edges().to_pylist()
    return person_of(IdentityEdge(**edge) for edge in edges)


def cached(database: Database, site: int) -> dict[int, int]:
    return {row["id"]: row["person_id"] for row in Frames(database, site).identities().to_pylist()}


@given(steps=STEPS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_cache_of_people_is_what_the_edges_say(database: Database, steps: list[tuple[str, object, object]]) -> None:
    name = f"site {len(_names(database))}"
    site = database.writer.run(lambda tx: add_site(tx, name)).id
    database.writer.run(lambda tx: apply(tx, site, steps))
    assert_cache_holds(database, site)


def _names(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.exec_driver_sql("SELECT name FROM site").scalars())


def test_processes_that_merge_the_same_people_agree(database_url: str) -> None:
    with open_database(database_url) as one, open_database(database_url) as two:
        site = one.writer.run(lambda tx: add_site(tx, "shop")).id

        def work(database: Database, stride: int) -> None:
            for n in range(60):
                src, dest = f"u{n * stride % 17}", f"u{(n * stride + n) % 17}"
                merged = database.writer.run(lambda tx, src=src, dest=dest, n=n: merge(tx, site, src, dest, n, n))  # type: ignore[misc]
                if n % 7 == 0 and merged.edge_seq is not None:
                    database.writer.run(lambda tx, seq=merged.edge_seq: undo(tx, site, seq, 99))  # type: ignore[misc]

        with ThreadPoolExecutor() as pool:
            list(pool.map(work, (one, two), (5, 11)))
        assert_cache_holds(one, site)
        ids = cached(one, site)
        assert len(set(ids.values())) < len(ids)


def assert_cache_holds(database: Database, site: int) -> None:
    people, ids = rebuilt(database, site), cached(database, site)
    assert ids == {id: people.get(id, id) for id in ids}


def test_a_merge_waits_for_one_that_is_not_committed_yet(postgres_url: str) -> None:
    with open_database(postgres_url) as one, open_database(postgres_url) as two:
        site = one.writer.run(lambda tx: add_site(tx, "shop")).id
        one.writer.run(lambda tx: identity_ids(tx, site, IDS))
        merged, go_on = threading.Event(), threading.Event()

        def slowly(tx: Transaction) -> None:
            merge(tx, site, "ann", "bob", 1, 1)
            merged.set()
            assert go_on.wait(PATIENCE)

        first = one.writer.submit(slowly)
        assert merged.wait(PATIENCE)
        second = two.writer.submit(lambda tx: merge(tx, site, "ann", "cy", 2, 2))
        _wait_until_somebody_waits_for_a_lock(one)
        go_on.set()
        first.result(PATIENCE)
        second.result(PATIENCE)
        assert_cache_holds(one, site)
        assert len(set(cached(one, site).values())) == len(IDS) - 2


def _wait_until_somebody_waits_for_a_lock(database: Database) -> None:
    pause = threading.Event()
    while True:
        with database.read() as connection:
            if connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
                return
        pause.wait(0.01)


def test_edges_are_numbered_in_the_order_in_which_they_take_effect(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group reserves numbers when it begins; one of those would put its merge before one that came first."""
    monkeypatch.setattr(writer, "GROUP_SECONDS", 0)  # or the group would be the one of `occupied`, which expects nobody
    with open_database(postgres_url) as one, open_database(postgres_url) as two:
        site = one.writer.run(lambda tx: add_site(tx, "shop")).id
        one.writer.run(lambda tx: identity_ids(tx, site, IDS))
        reserved, go_on = threading.Event(), threading.Event()

        def record_then_merge(tx: Transaction) -> None:
            record_event(tx, site, "ann", "View", 1, 1)
            reserved.set()
            assert go_on.wait(PATIENCE)
            merge(tx, site, "ann", "bob", 1, 1)

        with occupied(one):
            late = one.writer.submit(record_then_merge)
            for _ in range(5):
                one.writer.submit(lambda tx: None)
        assert reserved.wait(PATIENCE)
        two.writer.run(lambda tx: merge(tx, site, "ann", "cy", 2, 2))
        go_on.set()
        late.result(PATIENCE)
        assert_cache_holds(one, site)
