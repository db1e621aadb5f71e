"""The worker keeps saved segments right: on input, on time, after merges, and through its own end."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa

from tests.databases import wait_for_the_log
from tracktor_nb.messaging import live_segments as module
from tracktor_nb.messaging.live_segments import LiveSegments
from tracktor_nb.semantics.condition import did, did_not, has, in_segment
from tracktor_nb.semantics.period import DAY, SECOND, Calendar
from tracktor_nb.semantics.segment import Segment, membership
from tracktor_nb.store import following, live_people, shelf
from tracktor_nb.store.database import Database
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.forgetting import erase, remove
from tracktor_nb.store.histories import histories
from tracktor_nb.store.identity import look_up_person, merge, undo
from tracktor_nb.store.live_people import LivePeople, Part
from tracktor_nb.store.segment_states import live_segments, members_of
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.tables import identity
from tracktor_nb.store.writer import Transaction

ZONE = Calendar("Europe/Berlin")
NOW = 1_700_000_000_000_000
SEGMENTS = {
    "buyers": Segment(did("Buy", at_least=2, within="7d")),
    "sleepers": Segment(did_not("Visit", within="14d", known_for="14d")),
    "rich": Segment(has("plan", "is not", "free") & in_segment("buyers")),
}


class Shop:
    """A site whose worker and clock the test moves by hand."""

    def __init__(self, database: Database, site: SiteRecord) -> None:
        self.database, self.site, self.now = database, site, NOW
        self.worker = self.another()

    def another(self, holder: str = "one") -> LiveSegments[Part]:
        return LiveSegments(LivePeople(self.database, self.site.id, holder, lambda: self.now), ZONE, lambda: self.now)

    def save(self, name: str, segment: Segment) -> None:
        self.write(lambda tx: shelf.keep(tx, self.site.id, name, segment, now=self.now))

    def write(self, step: Callable[[Transaction], object]) -> None:
        self.database.writer.run(step)

    def track(self, id: str, event: str, ago: int = 0, **more: bool) -> None:
        time = self.now - ago
        self.write(
            partial(
                record_event, site_id=self.site.id, distinct_id=id, name=event, time=time, received_at=self.now, **more
            )
        )

    def set(self, id: str, **values: object) -> None:
        self.write(lambda tx: record_change(tx, self.site.id, id, values, self.now, self.now))

    def after(self, microseconds: int) -> None:
        """Let time pass and the worker do what is to do."""
        self.now += microseconds
        self.work()

    def work(self, worker: LiveSegments[Part] | None = None) -> None:
        wait_for_the_log(self.database)
        while (worker or self.worker).step():
            pass

    def members(self, name: str) -> set[int]:
        with self.database.read() as connection:
            return set(members_of(connection, live_segments(connection, self.site.id)[name].id))

    def person(self, id: str) -> int:
        with self.database.read() as connection:
            found = look_up_person(connection, self.site.id, id)
        assert found is not None
        return found

    def check(self) -> None:
        """Every live segment has exactly the members that its people's histories give."""
        at = self.now - module.GRACE
        with self.database.read() as connection:
            people = histories(connection, set(connection.execute(sa.select(identity.c.person_id)).scalars()))
            lookup = shelf.lookup(connection, self.site.id)
            live = live_segments(connection, self.site.id)
            for name, segment in SEGMENTS.items():
                group = shelf.resolved(segment, lookup)
                expected = {id for id, person in people.items() if membership(group, person, at, ZONE)[0]}
                assert set(members_of(connection, live[name].id)) == expected, name


@pytest.fixture
def live(database: Database, shop: SiteRecord) -> Shop:
    made = Shop(database, shop)
    made.work()
    for name, segment in SEGMENTS.items():
        made.save(name, segment)
    made.work()
    return made


def test_people_enter_on_input_and_leave_on_time(live: Shop) -> None:
    live.track("ann", "Buy")
    live.after(SECOND)
    assert live.members("buyers") == set()
    live.track("ann", "Buy")
    live.after(SECOND)
    assert live.members("buyers") == live.members("rich") == {live.person("ann")}
    live.after(7 * DAY - 2 * SECOND)
    assert live.members("buyers") == {live.person("ann")}
    live.after(3 * SECOND)
    assert live.members("buyers") == live.members("rich") == set()
    live.after(7 * DAY)
    assert live.members("sleepers") == {live.person("ann")}


def test_a_property_an_edited_segment_and_a_deleted_one_count_at_once(live: Shop) -> None:
    live.track("ann", "Buy")
    live.track("ann", "Buy")
    live.set("ann", plan="free")
    live.after(SECOND)
    assert live.members("rich") == set()
    live.save("buyers", Segment(did("Visit")))
    live.after(SECOND)
    assert live.members("buyers") == set()
    live.write(lambda tx: shelf.put_away(tx, live.site.id, "rich", now=live.now))
    live.after(SECOND)
    with live.database.read() as connection:
        assert live_segments(connection, live.site.id).keys() == {"buyers", "sleepers"}


def test_merged_parted_removed_and_erased_people_stand_where_they_should(live: Shop) -> None:
    live.track("a-1", "Buy")
    live.track("ann", "Buy")
    live.after(SECOND)
    edge = live.database.writer.run(lambda tx: merge(tx, live.site.id, "a-1", "ann", live.now, live.now)).edge_seq
    assert edge is not None
    live.after(SECOND)
    assert live.members("buyers") == {live.person("ann")}
    live.write(lambda tx: undo(tx, live.site.id, edge, live.now))
    live.after(SECOND)
    assert live.members("buyers") == set()
    live.track("a-1", "Buy")
    live.track("ann", "Buy")
    live.after(SECOND)
    assert live.members("buyers") == {live.person("ann"), live.person("a-1")}
    live.write(lambda tx: remove(tx, live.site.id, "ann", live.now))
    assert live.members("buyers") == {live.person("a-1")}, "before the call returns"
    live.write(lambda tx: erase(tx, live.site.id, "a-1", live.now))
    assert live.members("buyers") == set()


def test_a_new_segment_asks_everybody_in_parts_and_again_after_a_crash(
    live: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_people, "MOST_PEOPLE", 7)
    for number in range(40):
        live.track(f"id {number}", "Visit")
    live.after(SECOND)
    live.save("visitors", Segment(did("Visit")))
    for _ in range(3):
        live.worker.step()
    after_crash = live.another()
    live.work(after_crash)
    assert len(live.members("visitors")) == 40
    with live.database.read() as connection:
        assert live_segments(connection, live.site.id)["visitors"].computed_at is not None


def test_of_two_workers_one_follows_and_the_other_takes_over_when_it_falls_silent(live: Shop) -> None:
    other = live.another("other")
    assert not other.step()
    live.track("ann", "Buy")
    live.track("ann", "Buy")
    live.write(lambda tx: tx.execute("UPDATE follower SET held_until = 0"))
    live.now += SECOND
    live.work(other)
    assert live.members("buyers") == {live.person("ann")}


def test_a_late_worker_catches_up_with_rows_and_time_in_their_order(live: Shop) -> None:
    for _ in range(2):
        live.track("ann", "Buy")
        live.now += DAY
    live.now += 20 * DAY
    live.track("bob", "Visit")
    live.after(SECOND)
    assert live.members("buyers") == set()
    assert live.members("sleepers") == {live.person("ann")}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_members_are_those_of_a_full_recompute(
    live: Shop, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_ROWS", 5)
    chance = random.Random(seed)
    ids = [*(f"a-{number}" for number in range(4)), *"bcde"]
    edges: list[int] = []
    for _ in range(150):
        id, other = chance.sample(ids, 2)
        what = chance.random()
        if what < 0.55:
            ago = chance.choice([0, 0, 0, SECOND, 3 * DAY, 10 * DAY])
            live.track(id, chance.choice(["Buy", "Buy", "Visit"]), ago, imported=chance.random() < 0.2)
        elif what < 0.7:
            live.set(id, plan=chance.choice(["free", "pro", None]))
        elif what < 0.8:
            merged = live.database.writer.run(
                partial(merge, site_id=live.site.id, src=id, dest=other, time=live.now, received_at=live.now)
            )
            edges += [merged.edge_seq] if merged.edge_seq is not None else []
        elif what < 0.85 and edges:
            live.write(partial(undo, site_id=live.site.id, edge_seq=edges.pop(), at=live.now))
        else:
            live.now += chance.choice([SECOND, DAY, 5 * DAY])
        if chance.random() < 0.3:
            live.after(SECOND)
            live.check()
    live.after(SECOND)
    live.check()
