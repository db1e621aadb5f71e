"""A site with a million people and fifty saved segments, made in a minute; what its worker costs is measured on it.

Everybody has one of a few thousand histories, a little shifted, so that everybody's standings can be copied.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from tracktor_nb.semantics.condition import did, did_not, has, in_segment
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.period import DAY, Calendar
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.standing import Standings, ask
from tracktor_nb.store import shelf
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.live_people import LivePeople
from tracktor_nb.store.segment_states import segment_computed
from tracktor_nb.store.sites import SiteRecord, add_site

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "1000000"))
HISTORIES = 2_000
SHIFT = 977_000
"""Microseconds between two people of the same history."""
EVENTS = ("Visit", "Search", "View", "Cart", "Buy", "Watch", "Share", "Rate")
CITIES = ("Berlin", "Lagos", "Lima", "Osaka", "Pune")


def segments() -> dict[str, Segment]:
    """Return fifty segments: counts, windows, silence, arguments, properties, joined and nested ones."""
    found: dict[str, Segment] = {}
    for n, (event, city) in enumerate(zip(EVENTS[1:6], CITIES, strict=True)):
        found |= {
            f"{event} ever": Segment(did(event)),
            f"{event} often lately": Segment(did(event, at_least=2, within="30d")),
            f"{event} this week": Segment(did(event, within="7d")),
            f"{event} rarely": Segment(did(event, at_most=1, at_least=1)),
            f"{event} dear": Segment(did(event, where=has("price", ">", 80), within="14d")),
            f"free in {city}": Segment(has("plan", "is", "free") & has("city", "is", city)),
            f"grown in {city}": Segment(has("age", ">", 30 + n) & has("city", "is", city) & did(event)),
            f"{event} and gone": Segment(did(event) & did_not("Visit", within=f"{60 + n}d", known_for="60d")),
            f"paying, {event}": Segment(has("plan", "is not", "free") & in_segment(f"{event} this week")),
            f"new in {city}": Segment(has("created_at", "in the last", f"{n + 1}d") & has("city", "is", city)),
        }
    return found


@dataclass(frozen=True)
class CrowdedSite:
    """A site, its database, and the person ids in it: from `first` on, one after the other."""

    url: str
    record: SiteRecord
    first: int
    people: int


def crowded_site(folder: Path, people: int = PEOPLE) -> CrowdedSite:
    """Make the database: the log, the segments, and who is in them."""
    url = f"sqlite:///{folder / 'crowded.db'}"
    now = time.time_ns() // 1000
    with open_database(url) as database:
        record = database.writer.run(lambda tx: add_site(tx, "crowd"))
        for name, segment in segments().items():
            database.writer.run(lambda tx, name=name, its=segment: shelf.keep(tx, record.id, name, its, now=now))
        store = LivePeople(database, record.id, "bench", lambda: now)
        store.take()
        groups, _ = store.segments()
        kinds = [history(number, now) for number in range(HISTORIES)]
        standings: list[Standings] = []
        for person in kinds:
            standings.append({})
            for number, group in groups.items():
                ask(number, group, standings[-1], person, now, Calendar("UTC"))
        for number in groups:
            database.writer.run(lambda tx, number=number: segment_computed(tx, number, now))
        store.leave()
    _fill(folder / "crowded.db", kinds, standings, people, record.id)
    _follow_from_the_end(url)
    return CrowdedSite(url, record, 1, people)


def history(number: int, now: int) -> Person:
    """Return somebody with a few events in the last hundred days."""
    chance = random.Random(number)
    born = now - chance.randint(1, 100) * DAY - 600_000_000
    values = {
        "email": f"{number}@example.com",
        "plan": chance.choice(["free", "free", "pro"]),
        "city": chance.choice(CITIES),
        "age": chance.randint(18, 80),
    }
    times = sorted(born + int((now - 600_000_000 - born) * chance.random()) for _ in range(chance.randint(0, 5)))
    events = [
        Event(at, 0, chance.choice(EVENTS), {"price": chance.randint(1, 100), "url": "https://example.com/shop"})
        for at in times
    ]
    return Person(number, tuple(events), (PropertyChange(born, 0, values),))


def _fill(path: Path, kinds: list[Person], standings: list[Standings], people: int, site: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-500000")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN ('identity', 'event', 'property_change', 'segment_state')"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO event_name (site_id, name) VALUES (?, ?)", [(site, e) for e in EVENTS])
        named = dict(connection.execute("SELECT name, id FROM event_name"))
        connection.executemany(
            "INSERT INTO identity (id, site_id, distinct_id, person_id) VALUES (?, ?, ?, ?)",
            ((id, site, f"person {id}", id) for id in range(1, people + 1)),
        )
        connection.executemany(
            f"INSERT INTO property_change (seq, {_LOG}) VALUES ({', '.join('?' * 9)})",
            ((people + row[0], *row[1:]) for row in _changes(kinds, people, site)),
        )
        connection.executemany(
            f"INSERT INTO event (seq, {_LOG}, name_id) VALUES ({', '.join('?' * 10)})",
            _events(kinds, people, site, named),
        )
        last = connection.execute("SELECT max(seq) FROM event").fetchone()[0]
        connection.execute("UPDATE counter SET value = ? WHERE name = 'seq'", (last,))
        for number in sorted({each for its in standings for each in its}):
            connection.executemany(
                "INSERT INTO segment_state (segment_id, person_id, member, since, recheck_at) VALUES (?, ?, ?, ?, ?)",
                _states(number, standings, people),
            )
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")


_LOG = "identity_id, site_id, time, received_at, known_at, imported, bot, data"


def _shift(person: int) -> int:
    return person // HISTORIES * SHIFT


def _changes(kinds: list[Person], people: int, site: int) -> Iterator[tuple[object, ...]]:
    said = [orjson.dumps(kind.changes[0].values).decode() for kind in kinds]
    for id in range(1, people + 1):
        at = kinds[id % HISTORIES].changes[0].time + _shift(id)
        yield id, id, site, at, at, at, 0, 0, said[id % HISTORIES]


def _events(kinds: list[Person], people: int, site: int, named: dict[str, int]) -> Iterator[tuple[object, ...]]:
    rows = [[(e.time, named[e.name], orjson.dumps(e.properties).decode()) for e in kind.events] for kind in kinds]
    seq = 2 * people
    for id in range(1, people + 1):
        shift = _shift(id)
        for time_, name, said in rows[id % HISTORIES]:
            seq += 1
            at = time_ + shift
            yield seq, id, site, at, at, at, 0, 0, said, name


def _states(number: int, standings: list[Standings], people: int) -> Iterator[tuple[object, ...]]:
    its = [each.get(number) for each in standings]
    for id in range(1, people + 1):
        standing = its[id % HISTORIES]
        if standing is not None:
            shift = _shift(id)
            recheck = None if standing.recheck_at is None else standing.recheck_at + shift
            yield number, id, int(standing.member), standing.since + shift, recheck


def _follow_from_the_end(url: str) -> None:
    """Let the worker go on behind what was made here."""
    with open_database(url) as database:
        _to_the_end(database)


def _to_the_end(database: Database) -> None:
    database.writer.run(
        lambda tx: tx.execute(
            "UPDATE follower SET position = (SELECT value + 1 FROM counter WHERE name = 'seq'), reached = ?",
            (time.time_ns() // 1000,),
        )
    )
