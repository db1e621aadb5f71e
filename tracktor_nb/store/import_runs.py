"""Writing many rows in batches that survive a kill, and the account of what became of each row.

How far a run came is committed together with its rows, so one that was cut off goes on where it stopped, and one that
is run again adds nothing. Between two batches other writers get the lock.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tracktor_nb.errors import PayloadError

from .canonical import json_text
from .database import Database
from .events import NewChange, NewEvent, record_changes, record_events
from .identity import merge
from .writer import Transaction

EXAMPLES = 5

Progress = Callable[[int, int], None]
"""Called after every batch with the rows done and the rows in all."""


class NewEdge(NamedTuple):
    """A visitor who became known: `src` and `dest` are one person from `time` on. Instants are microseconds."""

    src: str
    dest: str
    time: int
    received_at: int


Entry = NewEvent | NewChange | NewEdge


@dataclass
class Refused:
    """The rows refused for one reason: how many, and the first few as (line, what is wrong)."""

    count: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class ImportReport:
    """What became of the rows: read = stored + duplicates + refused, where duplicates were there before this call.

    `refused` is by reason. `people` counts the different people in the rows that are not refused, `first` and `last`
    are the earliest and the latest time among them, in microseconds.
    """

    source: str
    what: str
    read: int = 0
    stored: int = 0
    duplicates: int = 0
    refused: dict[str, Refused] = field(default_factory=dict)
    people: int = 0
    first: int | None = None
    last: int | None = None
    seconds: float = 0.0

    @property
    def refused_total(self) -> int:
        """How many rows were refused, for whatever reason."""
        return sum(each.count for each in self.refused.values())

    def __str__(self) -> str:
        """Return it in plain English, with a line for each example of a refused row."""
        lines = [
            f"{self.source}: {self.read:,} rows read in {self.seconds:.1f} s,"
            f" {self.stored:,} stored, {self.duplicates:,} there already, {self.refused_total:,} refused."
        ]
        if self.first is not None and self.last is not None:
            lines.append(f"{self.people:,} people, from {_day(self.first)} to {_day(self.last)}.")
        for reason, each in self.refused.items():
            lines.append(f"Refused as {reason}: {each.count:,}, such as")
            lines += [f"  line {line}: {problem}" for line, problem in each.examples]
        return "\n".join(lines)


@dataclass(frozen=True)
class ImportRun:
    """How far an import came before, as it stands in the table `import_run`; `began` is a monotonic clock's time."""

    began: float
    id: int
    site_id: int
    source: str
    what: str
    started_at: int
    finished_at: int | None
    rows_read: int
    rows_stored: int


_FIELDS = "id, site_id, source, what, started_at, finished_at, rows_read, rows_stored"
_FIND = f"SELECT {_FIELDS} FROM import_run WHERE site_id = ? AND fingerprint = ?"
_BEGIN = (
    "INSERT INTO import_run (site_id, fingerprint, source, what, mapping, started_at, rows_read, rows_stored, refused)"
    " VALUES (?, ?, ?, ?, ?, ?, 0, 0, '{}') ON CONFLICT (site_id, fingerprint) DO NOTHING"
)
_ADVANCE = (
    "UPDATE import_run SET rows_read = ?, rows_stored = rows_stored + ?, refused = ?, finished_at = ? WHERE id = ?"
)


def begin_run(
    database: Database, site_id: int, what: str, source: str, digest: str, mapping: Mapping[str, Any], now: int
) -> ImportRun:
    """Return the run of the same thing under the same mapping, cut off or finished before; else a new one."""
    fingerprint = hashlib.blake2b(f"{what} {digest} {json_text(mapping)}".encode(), digest_size=16).hexdigest()
    began = time.monotonic()

    def step(tx: Transaction) -> ImportRun:
        tx.execute(_BEGIN, (site_id, fingerprint, source, what, json_text(mapping), now))
        return ImportRun(began, *tx.execute(_FIND, (site_id, fingerprint)).one())

    return database.writer.run(step)


def write_run(
    database: Database,
    run: ImportRun,
    entries: Iterable[tuple[int, Entry | PayloadError]],
    total: int,
    batch: int,
    now: int,
    progress: Progress | None = None,
) -> ImportReport:
    """Store the entries (line, entry) that the run has not come to yet, and return the account of all of them."""
    account = _Account(database, run)
    report = account.report
    for line, entry in entries:
        account.take(line, entry)
        if report.read % batch == 0:
            account.store()
            if progress:
                progress(report.read, total)
    report.seconds = time.monotonic() - run.began
    account.store(finished_at=now + int(report.seconds * 1_000_000))
    if progress:
        progress(report.read, total)
    return report


class _Account:
    """Rows on their way into the store, and the report of all that came by."""

    def __init__(self, database: Database, run: ImportRun) -> None:
        self.database, self.run = database, run
        self.report = ImportReport(run.source, run.what)
        self._waiting: list[Entry] = []
        self._ids: set[int] = set()  # hashes: a third of the memory of the ids themselves
        self._edges = 0

    def take(self, line: int, entry: Entry | PayloadError) -> None:
        """Count one row, and keep it for the next batch if it is good and new."""
        self.report.read += 1
        if isinstance(entry, PayloadError):
            self._refuse(line, entry)
            return
        self._describe(entry)
        if self.report.read <= self.run.rows_read:
            self.report.duplicates += 1
        else:
            self._waiting.append(entry)

    def store(self, finished_at: int | None = None) -> None:
        """Commit the rows kept, together with how far the run is now."""
        if self.report.read <= self.run.rows_read and finished_at is None:
            return
        entries, run, read = tuple(self._waiting), self.run, self.report.read
        refused = json_text({reason: each.count for reason, each in self.report.refused.items()})

        def step(tx: Transaction) -> int:
            stored = _record(tx, run.site_id, entries)
            tx.execute(_ADVANCE, (read, stored, refused, finished_at, run.id))
            return stored

        stored = self.database.writer.run(step)
        self.report.stored += stored
        self.report.duplicates += len(entries) - stored
        self._waiting.clear()

    def _refuse(self, line: int, error: PayloadError) -> None:
        refused = self.report.refused.setdefault(error.code, Refused())
        refused.count += 1
        if len(refused.examples) < EXAMPLES:
            refused.examples.append((line, str(error)))

    def _describe(self, entry: Entry) -> None:
        report = self.report
        if report.first is None or entry.time < report.first:
            report.first = entry.time
        if report.last is None or entry.time > report.last:
            report.last = entry.time
        if isinstance(entry, NewEdge):
            self._edges += 1
        else:
            self._ids.add(hash(entry.distinct_id))
        report.people = len(self._ids) - self._edges


def _record(tx: Transaction, site_id: int, entries: Sequence[Entry]) -> int:
    """Store entries of any kind and return how many of them are new."""
    recorded = [
        *record_events(tx, site_id, [entry for entry in entries if isinstance(entry, NewEvent)]),
        *record_changes(tx, site_id, [entry for entry in entries if isinstance(entry, NewChange)]),
    ]
    edges = [entry for entry in entries if isinstance(entry, NewEdge)]
    merged = [merge(tx, site_id, *edge, reason="identify", imported=True) for edge in edges]
    return sum(each.is_new for each in recorded) + sum(not each.unchanged for each in merged)


def _day(instant: int) -> str:
    return datetime.fromtimestamp(instant // 1_000_000, UTC).date().isoformat()
