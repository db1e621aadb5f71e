"""Imports: files of events or of people, and made-up sites; all of it counts as known when it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.wire import canonical

from .database import Database
from .events import NewChange, NewEvent
from .import_columns import Columns, event_columns, people_columns
from .import_files import File, open_file
from .import_rows import RowReader
from .import_runs import Entry, ImportReport, NewEdge, Progress, begin_run, write_run
from .sites import SiteRecord

__all__ = ["ImportReport", "Log", "Progress", "import_events", "import_people", "load_log"]

BATCH = 5_000
LARGE_BATCH = 20_000


def import_events(
    database: Database,
    site: SiteRecord,
    path: str | Path,
    *,
    now: int,
    mapping: Mapping[str, str] | None = None,
    event: str | None = None,
    progress: Progress | None = None,
    batch: int = BATCH,
) -> ImportReport:
    """Store a CSV, NDJSON or Parquet file of events and return what became of its rows.

    `mapping` says which column is what where the names do not show it, {"time": "ts"}, or renames a property. `event`
    names every event of a file without such a column. `now` is the time of the import in microseconds. Bad rows are
    counted and never stop it; a file or mapping that cannot be used raises SettingError, FrameError or
    UnknownNameError before anything is stored.
    """
    file = open_file(path)
    columns = event_columns(file.path.name, file.columns, mapping or {}, event)
    settings = {**asdict(columns), "name": event}
    run = begin_run(database, site.id, "events", file.path.name, file.digest, settings, now)
    reader = RowReader(columns, Calendar(site.zone), file.digest, run.started_at, event)
    return write_run(database, run, _entries(file, columns, reader.event_of), file.count, batch, now, progress)


def import_people(
    database: Database,
    site: SiteRecord,
    path: str | Path,
    *,
    now: int,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    batch: int = BATCH,
) -> ImportReport:
    """Store a file with one person a row as property changes; all else is as in `import_events`.

    The properties hold from the time in the row where there is one (`created_at`, for example), else from `now`.
    """
    file = open_file(path)
    columns = people_columns(file.path.name, file.columns, mapping or {})
    run = begin_run(database, site.id, "people", file.path.name, file.digest, asdict(columns), now)
    reader = RowReader(columns, Calendar(site.zone), file.digest, run.started_at)
    return write_run(database, run, _entries(file, columns, reader.change_of), file.count, batch, now, progress)


class Log(Protocol):
    """The log of a made-up site: `size` rows in all, each kind in order of time (microseconds)."""

    @property
    def size(self) -> int:
        """The number of rows of all kinds."""

    def event_rows(self) -> Iterator[tuple[str, str, int, dict[str, Any]]]:
        """Yield (distinct id, event, time, properties)."""

    def change_rows(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """Yield (distinct id, time, new values)."""

    def edge_rows(self) -> Iterator[tuple[str, str, int]]:
        """Yield (anonymous id, id it became known by, time)."""


def load_log(
    database: Database,
    site: SiteRecord,
    make: Callable[[int], Log],
    *,
    key: str,
    now: int,
    progress: Progress | None = None,
    batch: int = LARGE_BATCH,
) -> ImportReport:
    """Store the log that `make(now)` returns, once for each key, and return what was done.

    `make` must return the same log for the same `now`: after a kill it is given the first call's `now`, and writing
    goes on where it stopped. Once all is stored it is not called any more.
    """
    run = begin_run(database, site.id, "sample", key, key, {}, now)
    if run.finished_at is not None:
        if progress:
            progress(run.rows_read, run.rows_read)
        return ImportReport(key, "sample", run.rows_read, duplicates=run.rows_read)
    log = make(run.started_at)
    return write_run(database, run, enumerate(_log_entries(log, run.started_at), 1), log.size, batch, now, progress)


def _entries(
    file: File, columns: Columns, read: Callable[[int, Mapping[str, Any]], Entry]
) -> Iterator[tuple[int, Entry | PayloadError]]:
    """Yield what each row of a file becomes, with its line."""
    for number, (line, row) in enumerate(file.rows(columns.roles), 1):
        if isinstance(row, PayloadError):
            yield line, row
            continue
        try:
            yield line, read(number, row)
        except PayloadError as error:
            yield line, error


def _log_entries(log: Log, now: int) -> Iterator[Entry]:
    for distinct_id, name, time, data in log.event_rows():
        yield NewEvent(distinct_id, name, time, now, canonical(data)[0], imported=True)
    for distinct_id, time, values in log.change_rows():
        yield NewChange(distinct_id, canonical(values)[0], time, now, imported=True)
    for src, dest, time in log.edge_rows():
        yield NewEdge(src, dest, time, now)
