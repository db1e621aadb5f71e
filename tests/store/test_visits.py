"""`Visited Site` is made as a session begins, once, whoever writes and whatever comes late."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracktor_nb.ingest.recording import Entry, NewMerge, step_of
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.session import sessions
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import NewEvent
from tracktor_nb.store.site_settings import change_settings
from tracktor_nb.store.sites import SiteRecord, add_site

MINUTE = 60 * 1_000_000
START = 1_790_000_000_000_000


def seen(
    minute: float, who: str = "ann", page: str | None = "/", arrives: float | None = None, **more: Any
) -> NewEvent:
    """An event of the browser library, or of a server if it names no page."""
    data = {"page": page} if page else {"price": 3}
    return NewEvent(who, "Page view", at(minute), at(minute if arrives is None else arrives), data, **more)


def at(minute: float) -> int:
    return START + round(minute * MINUTE)


def send(database: Database, site: SiteRecord, *entries: Entry) -> None:
    database.writer.run(step_of(site, entries))


def visits(database: Database) -> list[tuple[str, float]]:
    """Return whose sessions began and when, in order of arrival."""
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT i.distinct_id, e.time FROM event e JOIN event_name n ON n.id = e.name_id"
            " JOIN identity i ON i.id = e.identity_id WHERE n.name = 'Visited Site' ORDER BY e.seq"
        )
        return [(row[0], (row[1] - START) / MINUTE) for row in rows]


def test_a_session_begins_after_half_an_hour_of_silence(database: Database, shop: SiteRecord) -> None:
    for minute in (0, 10, 40, 70.1, 71):
        send(database, shop, seen(minute))
    assert visits(database) == [("ann", 0), ("ann", 70.1)]


def test_a_session_ends_after_a_day(database: Database, shop: SiteRecord) -> None:
    send(database, shop, *(seen(minute) for minute in range(0, 1500, 20)))
    assert visits(database) == [("ann", 0), ("ann", 1460)]


def test_what_servers_send_and_what_is_imported_begins_none(database: Database, shop: SiteRecord) -> None:
    send(database, shop, seen(0, page=None), seen(0, page="3"), seen(0, imported=True))
    assert visits(database) == []
    send(database, shop, seen(1))
    assert visits(database) == [("ann", 1)]


def test_a_site_can_switch_it_off(database: Database, shop: SiteRecord) -> None:
    quiet = database.writer.run(lambda tx: change_settings(tx, shop.id, {"visited_site": False}))
    send(database, quiet, seen(0))
    assert visits(database) == []


def test_who_says_who_he_is_goes_on_with_the_session(database: Database, shop: SiteRecord) -> None:
    send(database, shop, seen(0, "a-1"), NewMerge("a-1", "ann", at(1), at(1), rule="identify"), seen(2, "ann"))
    assert visits(database) == [("a-1", 0)]
    send(database, shop, seen(3, "bob"))
    assert visits(database) == [("a-1", 0), ("bob", 3)]


def test_what_comes_late_begins_none_and_a_message_that_comes_twice_one(database: Database, shop: SiteRecord) -> None:
    send(database, shop, seen(100), seen(0, arrives=101))
    for minute in (200, 200):
        send(database, shop, seen(minute, message_key=b"m" * 16))
    assert visits(database) == [("ann", 100), ("ann", 200)]


def test_another_process_knows_of_the_session(database: Database, shop: SiteRecord, database_url: str) -> None:
    with open_database(database_url) as other:
        for number in range(20):
            send((database, other)[number % 2], shop, seen(5 * number))
    assert visits(database) == [("ann", 0)]


def test_bots_are_flagged(database: Database, shop: SiteRecord) -> None:
    send(database, shop, seen(0, bot=True))
    with database.read() as connection:
        assert [bool(row[0]) for row in connection.exec_driver_sql("SELECT bot FROM event ORDER BY seq")] == [
            True,
            True,
        ]


@given(st.lists(st.integers(0, 400), unique=True, max_size=25))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_visits_are_the_first_events_of_the_sessions(sqlite_url: str, minutes: list[int]) -> None:
    """What the log says afterwards and what was said at once are the same, as long as nothing came late."""
    minutes.sort()
    events = tuple(Event(at(minute), number, "Page view", {"page": "/"}) for number, minute in enumerate(minutes))
    with open_database(sqlite_url) as database:
        site = database.writer.run(lambda tx: add_site(tx, uuid4().hex))
        for minute in minutes:
            send(database, site, seen(minute, f"{site.name} ann"))
        begun = [minute for who, minute in visits(database) if who == f"{site.name} ann"]
    assert begun == [(each.start - START) / MINUTE for each in sessions(Person(1, events), at(1000))]


@pytest.mark.parametrize("break_", [29.9, 30, 30.1])
def test_the_break_is_measured_to_the_last_event_within_a_minute(
    database: Database, shop: SiteRecord, database_url: str, break_: float
) -> None:
    send(database, shop, seen(0), seen(20))
    with open_database(database_url) as other:
        send(other, shop, seen(20 + break_))
    assert visits(database) == [("ann", 0)] + [("ann", 20 + break_)] * (break_ > 30)
