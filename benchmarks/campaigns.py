"""What it costs to keep fifty segments and a campaign of a million people right this second: `make bench`.

Absolute figures, so they depend on the machine and on what else it does: the load average is printed beside them.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.nodes import Filter, SendLetter
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.store import campaigns, shelf
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.events import NewEvent, record_events
from tracktor_nb.store.segment_states import live_segments
from tracktor_nb.store.tables import follower
from tracktor_nb.working import SiteWorker, clock

from .crowded_site import EVENTS, HISTORIES, CrowdedSite, crowded_site, history
from .ingest import everything_on, measure, started, tell_latency, tell_load
from .load import Load

BACKLOG = 20_000
RATE = 500
SECONDS = float(os.environ.get("BENCH_SECONDS", "2")) * 10
NUDGE = Campaign([Trigger.event("Buy"), Filter(has("plan", "is", "free"), yes=[SendLetter("Hello")])])
WATCHED = "Cart ever"
IN_SEGMENT = "SELECT person_id FROM segment_state WHERE segment_id = ? AND member AND person_id IN ({})"
SENT = "SELECT identity_id FROM effect WHERE kind = 'letter' AND campaign_id = ? AND identity_id IN ({})"


def launch(site: CrowdedSite) -> None:
    """Run a campaign that writes to whoever buys on the free plan."""
    with open_database(site.url) as database:
        step = partial(campaigns.launch, site_id=site.record.id, name="nudge", definition=NUDGE, revision=1)
        database.writer.run(partial(step, start_present=False, now=clock()))


def anything(site: CrowdedSite, chance: random.Random) -> NewEvent:
    """Return an event of anybody."""
    now = clock()
    return NewEvent(f"person {chance.randint(1, site.people)}", chance.choice(EVENTS), now, now, {"price": 85})


def write_many(database: Database, site: CrowdedSite, count: int, seed: int) -> None:
    """Write events of anybody."""
    chance = random.Random(seed)
    for start in range(0, count, 1000):
        rows = [anything(site, chance) for _ in range(min(1000, count - start))]
        database.writer.run(lambda tx, rows=rows: record_events(tx, site.record.id, rows))  # type: ignore[misc]


# --- how much the worker can take ------------------------------------------------------------------------------------


def sustained(site: CrowdedSite) -> None:
    """Follow a backlog as fast as it goes."""
    with open_database(site.url) as database:
        worker = SiteWorker(database, site.record, "bench")
        while worker.step():
            pass
        write_many(database, site, BACKLOG, seed=1)
        cpu, wall = time.process_time(), time.perf_counter()
        while worker.step():
            pass
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        worker.leave()
    click.echo(f"{'events a second through 50 segments and a campaign':<60} {BACKLOG / wall:7,.0f}   >= 500")
    click.echo(f"{'  of one core':<60} {BACKLOG / cpu:7,.0f}   {cpu / BACKLOG * 1e6:.0f} us of CPU an event")


# --- how soon --------------------------------------------------------------------------------------------------------


class Watch:
    """Looks out for people whom a query finds, and notes how long after its answer each appeared."""

    def __init__(self, query: str, number: int) -> None:
        self._query, self._number = query, number
        self._waiting: dict[int, float] = {}
        self.milliseconds: list[float] = []
        self.sent = 0

    def answered(self, person: int, done: Future[Any]) -> None:
        """Begin to look out for somebody."""
        done.result()
        self.sent += 1
        self._waiting[person] = time.perf_counter()

    def look(self, database: Database) -> None:
        """Look once."""
        waiting = list(self._waiting)[:500]
        if not waiting:
            return
        query = self._query.format(", ".join("?" * len(waiting)))
        with database.read() as connection:
            found = connection.exec_driver_sql(query, (self._number, *waiting)).scalars().all()
        now = time.perf_counter()
        self.milliseconds += [(now - self._waiting.pop(person)) * 1000 for person in found]

    @property
    def is_waiting(self) -> bool:
        """True while somebody has not appeared."""
        return bool(self._waiting)

    def tell(self, what: str) -> None:
        """Print the 99th percentile and the median."""
        took = sorted(self.milliseconds)
        p99 = took[int(len(took) * 0.99)]
        click.echo(
            f"{what:<60} {p99:7.1f}   < 100 ms  p50 {statistics.median(took):.1f} ms, {len(took)} of {self.sent}"
        )


@contextmanager
def working(site: CrowdedSite) -> Iterator[None]:
    """Run the real worker until the end of the block."""
    environment = os.environ | {"TRACKTOR_DATABASE": site.url}
    worker = subprocess.Popen([sys.executable, "-m", "tracktor_nb", "work"], env=environment)
    try:
        with open_database(site.url) as database:
            while not _is_followed(database):
                time.sleep(0.1)
        yield
    finally:
        worker.terminate()
        worker.wait()


def _is_followed(database: Database) -> bool:
    with database.read() as connection:
        held = connection.execute(sa.select(follower.c.holder).where(follower.c.name == "campaigns")).scalar_one()
    return held.rpartition(":")[2].isdecimal()  # by a process, and no more by us


def how_soon(site: CrowdedSite) -> None:
    """Send events at fixed instants, one in ten of them to somebody who then is in a segment, or is sent a letter."""
    now = clock()
    kinds = [history(number, now) for number in range(HISTORIES)]
    outside = [n for n, kind in enumerate(kinds) if all(event.name != "Cart" for event in kind.events)]
    free = [n for n, kind in enumerate(kinds) if kind.changes[0].values["plan"] == "free"]
    with open_database(site.url) as database:
        with database.read() as connection:
            watched = live_segments(connection, site.record.id)[WATCHED].id
        states, letters = Watch(IN_SEGMENT, watched), Watch(SENT, 1)
        entering, sent = _one_each(outside, site, 3), _one_each(free, site, 4)
        with working(site):
            over = threading.Event()
            looking = threading.Thread(target=_look_on, args=(site.url, (states, letters), over))
            looking.start()
            try:
                _send(database, site, {0: (states, entering, "Cart"), 5: (letters, sent, "Buy")})
            finally:
                over.set()
                looking.join()
    states.tell(f"answer -> segment state at {RATE}/s, p99, milliseconds")
    letters.tell("answer -> letter queued, p99, milliseconds")


def _one_each(numbers: list[int], site: CrowdedSite, seed: int) -> Iterator[int]:
    """Yield people who have one of these histories, each once."""
    chance, seen = random.Random(seed), set[int]()
    while True:
        person = chance.randint(1, site.people // HISTORIES - 1) * HISTORIES + chance.choice(numbers)
        if person not in seen:
            seen.add(person)
            yield person


def _send(database: Database, site: CrowdedSite, watched: dict[int, tuple[Watch, Iterator[int], str]]) -> None:
    chance, begin = random.Random(2), time.perf_counter()
    for number in range(int(SECONDS * RATE)):
        time.sleep(max(0.0, begin + number / RATE - time.perf_counter()))
        row, then = anything(site, chance), None
        if number % 10 in watched:
            watch, people, name = watched[number % 10]
            person = next(people)
            row, then = row._replace(distinct_id=f"person {person}", name=name), partial(watch.answered, person)
        done = database.writer.submit(lambda tx, row=row: record_events(tx, site.record.id, [row]))  # type: ignore[misc]
        if then is not None:
            done.add_done_callback(then)


def _look_on(url: str, watches: tuple[Watch, ...], over: threading.Event) -> None:
    """Look every millisecond, and ten seconds longer for the last ones."""
    with open_database(url) as database:
        until = None
        while until is None or (time.monotonic() < until and any(watch.is_waiting for watch in watches)):
            for watch in watches:
                watch.look(database)
            if over.is_set() and until is None:
                until = time.monotonic() + 10
            time.sleep(0.001)


# --- what it costs others --------------------------------------------------------------------------------------------


def ingest_beside(site: CrowdedSite, folder: Path) -> None:
    """The time to the answer of /track at 700/s while the worker has more to do than it can."""
    load = Load(0, 10, rate=700, connections=64)
    with started(["-m", "tracktor_nb", "serve"], site.record, **everything_on(site.url, folder)) as server:
        tell_latency("p99 of /track at 700/s, a million people, alone", [measure(server, load)])
        with open_database(site.url) as database:
            write_many(database, site, 4 * BACKLOG, seed=5)
        with working(site):
            tell_latency("p99 of /track at 700/s beside a saturated worker", [measure(server, load) for _ in range(2)])


def first_computation(site: CrowdedSite) -> None:
    """How fast everybody is asked about a new segment, and how long what arrives meanwhile has to wait."""
    with open_database(site.url) as database:
        worker = SiteWorker(database, site.record, "bench")
        while worker.step():
            pass
        segment = Segment(did("Buy", at_least=3) & has("city", "is", "Lima"))
        database.writer.run(lambda tx: shelf.keep(tx, site.record.id, "new", segment, now=clock()))
        took, cpu, begin = list[float](), time.process_time(), time.perf_counter()
        while _is_new(database, site):
            step = time.perf_counter()
            worker.step()
            took.append(time.perf_counter() - step)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - begin
        worker.leave()
    each = f"{cpu / site.people * 1e6:.0f} us of CPU for each of them"
    click.echo(f"{'a new segment: everybody is asked within, seconds':<60} {wall:7.1f}   {each}")
    click.echo(f"{'  meanwhile the log is looked at every, milliseconds at most':<60} {max(took) * 1000:7.1f}")


def _is_new(database: Database, site: CrowdedSite) -> bool:
    with database.read() as connection:
        live = live_segments(connection, site.record.id)
    return "new" not in live or live["new"].computed_at is None


def main() -> None:
    """Measure everything and print it."""
    with tempfile.TemporaryDirectory(prefix="tracktor-bench-") as folder:
        began = time.perf_counter()
        site = crowded_site(Path(folder))
        click.echo(f"{site.people:,} people made in {time.perf_counter() - began:.0f} s; load: {tell_load()}")
        launch(site)
        parts: tuple[Callable[[], None], ...] = (
            partial(sustained, site),
            partial(how_soon, site),
            partial(first_computation, site),
            partial(ingest_beside, site, Path(folder)),
        )
        for part in parts:
            part()
            click.echo(f"load: {tell_load()}")


if __name__ == "__main__":
    main()
