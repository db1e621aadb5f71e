"""Workers that are killed at random moments while people walk campaigns, and what is there in the end.

Run as `python -m tests.messaging.kills [JOURNEYS] [KILLS] [SEED]` (`make soak`): it says what was done for both
databases, and fails if an effect is missing or was done twice.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click
import sqlalchemy as sa

from tests.databases import Postgres
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.nodes import SendLetter, SendMessage, SetProperty, TrackEvent, Wait
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.replay import Replay
from tracktor_nb.semantics.segment import Segment, membership
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.store import campaigns, shelf
from tracktor_nb.store.components import components
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.following import Place, news
from tracktor_nb.store.histories import histories
from tracktor_nb.store.identity import merge
from tracktor_nb.store.segment_states import live_segments, members_of
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.tables import effect, event, follower, identity, journey, property_change

ROOT = Path(__file__).parents[2]
ZONE = Calendar("UTC")
WORKERS = 3
PATIENCE = 120
"""Seconds after which nothing more is expected of the workers."""
REAL = ("-m", "tracktor_nb", "work")
HASTY = ("-m", "tests.messaging.hasty_worker")
WALK = Campaign(
    [
        Trigger.event("Start"),
        SendLetter("Hello"),
        Wait("1s"),
        SetProperty("stage", "half way"),
        TrackEvent("Half way"),
        Wait("1s"),
        SetProperty("stage", "there"),
        SendMessage("You are there"),
    ]
)
STEPS = 5
GREETING = Campaign([Trigger.entered(has("email", "is set")), TrackEvent("Greeted")])
SEGMENTS = {
    "walkers": Segment(did("Half way") & ~has("stage", "is", "there")),
    "recent": Segment(did("Start", within="1s")),
    "greeted": Segment(did("Greeted") | did("Started as somebody")),
}


@dataclass
class Found:
    """What is there in the end; the missing and the superfluous by name, none if all is right."""

    effects: int
    kills: int
    wrong: dict[str, object] = field(default_factory=dict)


class Storm:
    """Some workers on one database, and people who begin to walk while workers are killed."""

    def __init__(self, url: str, database: Database, program: Sequence[str], seed: int) -> None:
        self._database, self._program, self._chance = database, program, random.Random(seed)
        self._environment = os.environ | {"TRACKTOR_DATABASE": url}
        self._site: SiteRecord = database.writer.run(lambda tx: add_site(tx, "shop"))

    def rage(self, journeys: int, kills: int) -> Found:
        """Let that many people walk under that many kills and return what is there in the end."""
        for name, segment in SEGMENTS.items():
            self._database.writer.run(
                lambda tx, name=name, its=segment: shelf.keep(tx, self._site.id, name, its, now=now())
            )
        ids = [f"person {number}" for number in range(journeys)]
        for id in ids:
            self._write(partial(record_change, distinct_id=id, values={"email": f"{id[7:]}@example.com"}))
        self._launch("walk", WALK)
        with tempfile.TemporaryFile() as said:
            workers = [self._start(said) for _ in range(WORKERS)]
            try:
                for kill in range(kills):
                    if kill == kills // 3:
                        self._launch("greeting", GREETING, start_present=True)
                    for id in ids[kill * journeys // kills : (kill + 1) * journeys // kills]:
                        self._begin(id)
                    time.sleep(self._chance.uniform(0, 0.5))  # the moment of the kill is any
                    workers.append(self._kill(workers, said))
                self._wait(journeys)
            finally:
                for worker in workers:
                    worker.kill()
                    worker.wait()
            said.seek(0)
            found = self._found(journeys, kills)
            if b"Traceback" in (errors := said.read()):
                found.wrong["errors"] = errors.decode()
        return found

    def _begin(self, id: str) -> None:
        """Somebody walks on; some as visitors whom a merge makes somebody only then."""
        if self._chance.random() < 0.3:
            self._write(partial(record_event, distinct_id=f"a-{id}", name="Started as somebody"))
            self._write(partial(merge, src=f"a-{id}", dest=id))
        self._write(partial(record_event, distinct_id=id, name="Start"))

    def _write(self, step: partial[object]) -> None:
        self._database.writer.run(lambda tx: step(tx, site_id=self._site.id, time=now(), received_at=now()))

    def _launch(self, name: str, campaign: Campaign, start_present: bool = False) -> None:
        self._database.writer.run(
            lambda tx: campaigns.launch(tx, self._site.id, name, campaign, 1, start_present, now())
        )

    def _start(self, said: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *self._program], env=self._environment, cwd=ROOT, stdout=said, stderr=said
        )

    def _kill(self, workers: list[subprocess.Popen[bytes]], said: object) -> subprocess.Popen[bytes]:
        victim = workers.pop(self._chance.randrange(len(workers)))
        assert victim.poll() is None, "a worker ended by itself"
        victim.kill()
        victim.wait()
        return self._start(said)

    def _wait(self, journeys: int) -> None:
        """Wait until everybody has come to the end, and everything of it has been followed."""
        until = time.monotonic() + PATIENCE
        while not self._is_over(journeys):
            assert time.monotonic() < until, "the workers do not finish"
            time.sleep(0.05)

    def _is_over(self, journeys: int) -> bool:
        ended = sa.select(sa.func.count()).where(journey.c.ended.isnot(None))
        places = sa.select(follower.c.site_id, follower.c.name, follower.c.position, follower.c.reached)
        with self._database.read() as connection:
            if connection.scalar(ended) != 2 * journeys:
                return False
            told = [news(connection, Place(*place)) for place in connection.execute(places)]
        return all(part is None or not part.seqs for part in told)

    # --- what is there in the end -------------------------------------------------------------------------------------

    def _found(self, journeys: int, kills: int) -> Found:
        with self._database.read() as connection:
            ids = {
                row.id: row.distinct_id for row in connection.execute(sa.select(identity.c.id, identity.c.distinct_id))
            }
            walkers = {id for id, name in ids.items() if name.startswith("person")}
            columns = (effect.c.identity_id, effect.c.campaign_id, effect.c.node, effect.c.kind)
            actions = sa.select(*columns).where(effect.c.kind.in_(("letter", "message", "set", "track")))
            acted = Counter(tuple(row) for row in connection.execute(actions))
            found = Found(acted.total(), kills)
            per_person = Counter(key[0] for key in acted)
            found.wrong |= _unless("twice", {key for key, times in acted.items() if times > 1})
            found.wrong |= _unless(
                "incomplete", {ids[id] for id in walkers if per_person[id] != STEPS + 1} | (per_person.keys() - walkers)
            )
            found.wrong |= _unless("rows", self._rows(connection, walkers))
            found.wrong |= _unless("members", self._members(connection))
            found.wrong |= _unless("replay", self._replayed(connection))
        return found

    def _rows(self, connection: sa.Connection, walkers: set[int]) -> set[object]:
        """Rows that actions wrote too often or not at all."""
        rows: Counter[tuple[int, str]] = Counter()
        for table, shown in ((event, event.c.name_id), (property_change, property_change.c.data)):
            said = sa.select(table.c.identity_id, shown).where(table.c.origin.isnot(None))
            rows.update((row[0], str(row[1])) for row in connection.execute(said))
        times = Counter(id for id, _ in rows)
        return {key for key, number in rows.items() if number > 1} | {id for id in walkers if times[id] != 4}

    def _members(self, connection: sa.Connection) -> dict[str, set[int]]:
        """The members that differ from a full recompute, by segment."""
        at = connection.scalar(sa.select(follower.c.reached).where(follower.c.name == "segments"))
        people = histories(connection, list(connection.execute(sa.select(identity.c.person_id)).scalars()))
        live, wrong = live_segments(connection, self._site.id), {}
        for name, segment in SEGMENTS.items():
            expected = {id for id, person in people.items() if membership(segment, person, at or 0, ZONE)[0]}
            wrong[name] = expected ^ set(members_of(connection, live[name].id))
        return {name: its for name, its in wrong.items() if its}

    def _replayed(self, connection: sa.Connection) -> set[str]:
        """Effects that only one of live and replay has (the law of SEMANTICS 7)."""
        reached = connection.scalar(sa.select(follower.c.reached).where(follower.c.name == "campaigns")) or 0
        every = set(connection.execute(sa.select(identity.c.id)).scalars())
        lookup = shelf.lookup(connection, self._site.id)
        replayed = {
            each.key
            for running in campaigns.running_campaigns(connection, self._site.id, lookup)
            for component in components(connection, every)
            for each in Replay(running.run, component.history, ZONE).advance(reached)
        }
        return replayed ^ set(connection.execute(sa.select(effect.c.key)).scalars())


def _unless(name: str, wrong: set[object] | dict[str, set[int]] | set[str]) -> dict[str, object]:
    return {name: wrong} if wrong else {}


def now() -> int:
    """Return this instant in microseconds UTC."""
    return time.time_ns() // 1000


def storm(url: str, program: Sequence[str], journeys: int, kills: int, seed: int) -> Found:
    """Return what is there after a storm on an empty database."""
    with open_database(url) as database:
        return Storm(url, database, program, seed).rage(journeys, kills)


def main(journeys: int = 120, kills: int = 30, seed: int = 0) -> None:
    """Let storms rage over both databases and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="tracktor-kills-") as folder:
        postgres = Postgres(Path(folder) / "postgres")
        try:
            for url in (f"sqlite:///{folder}/shop.db", postgres.url(postgres.new())):
                found = storm(url, REAL, journeys, kills, seed)
                click.echo(
                    f"{url.split(':')[0]}: {journeys} journeys x {STEPS} steps and as many greetings, ", nl=False
                )
                click.echo(f"{found.kills} kills: {found.effects} effects of {journeys * (STEPS + 1)}, ", nl=False)
                click.echo(f"wrong: {found.wrong or 'nothing'}")
                if found.wrong:
                    sys.exit(1)
        finally:
            postgres.close()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
