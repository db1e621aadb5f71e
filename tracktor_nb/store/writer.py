"""The one writer of a process: steps from every thread, committed in groups, answered only after the commit.

Several processes write one SQLite file: each takes the lock for a short group, then lets the others in.
A step is a plain function of a Transaction. It may be run more than once, so it must have no effect outside of it.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from tracktor_nb.errors import StoreBusyError, StoreError

from .engines import LONGEST_WAIT, when_free
from .failures import explained, is_conflict

GROUP_STEPS = 50
GROUP_SECONDS = 0.005
LONGEST_QUEUE = 10_000
_LET_OTHERS_IN = 0.001  # longer than the pause between two tries of a process that waits
_LARGEST_CACHE = 200_000
_LARGEST_RESERVE = 500

T = TypeVar("T")


@dataclass
class Caches:
    """Ids that never change once committed. They are dropped on a rollback, for it may take back what they name.

    `graves` has the salt and the tombstones of a site, `visits` the present session of an identity (store.visits). All
    of it holds as long as nobody is erased: `erasures` counts.
    """

    identities: dict[tuple[int, str], int] = field(default_factory=dict)
    names: dict[tuple[int, str], int] = field(default_factory=dict)
    graves: dict[int, tuple[bytes, frozenset[bytes]]] = field(default_factory=dict)
    visits: dict[int, Any] = field(default_factory=dict)
    erasures: int = -1

    def clear(self) -> None:
        """Forget everything."""
        self.identities.clear()
        self.names.clear()
        self.graves.clear()
        self.visits.clear()

    def trim(self) -> None:
        """Forget everything once it is a lot; what is still needed comes back with one look-up each."""
        if len(self.identities) + len(self.names) + len(self.visits) > _LARGEST_CACHE:
            self.clear()


class Transaction:
    """What a step works on: a connection inside a transaction, the counter, and the caches."""

    def __init__(self, connection: sa.Connection, caches: Caches, expected: int = 1) -> None:
        self.connection = connection
        self.caches = caches
        self.is_postgres = connection.dialect.name == "postgresql"
        # By False and True: SQLite's driver looks for a way to bind a bool each time, and finds it late.
        self.flags: tuple[Any, Any] = (False, True) if self.is_postgres else (0, 1)
        self._expected = expected
        self._reserve: deque[int] = deque()
        self._last: int | None = None

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> sa.CursorResult[*tuple[Any, ...]]:
        """Run SQL with `?` for each parameter: a tuple for one row, a list of tuples for many."""
        return self.connection.exec_driver_sql(_with_marks(statement, self.is_postgres), parameters)

    def start(self) -> None:
        """Drop the caches if people were erased since; on PostgreSQL nobody is erased until this one has ended."""
        lock = " FOR SHARE" if self.is_postgres else ""
        erasures = self.execute(f"SELECT value FROM counter WHERE name = 'erasures'{lock}").scalar_one()
        if erasures != self.caches.erasures:
            self.caches.clear()
            self.caches.erasures = erasures

    def next_seq(self) -> int:
        """Return the next arrival number."""
        return self.next_seqs(1)[0]

    def next_seqs(self, count: int) -> Sequence[int]:
        """Return that many arrival numbers, ascending."""
        if self.is_postgres:
            return self._next_of_sequence(count)
        if self._last is None:
            self._last = self.execute("SELECT value FROM counter WHERE name = 'seq'").scalar_one()
        self._last += count
        return range(self._last - count + 1, self._last + 1)

    def forget_reserve(self) -> None:
        """Make the next number a new one: those held in reserve may be older than a lock just taken."""
        self._reserve.clear()

    def finish(self) -> None:
        """Write down how far the counter went."""
        if self._last is not None:
            self.execute("UPDATE counter SET value = ? WHERE name = 'seq'", (self._last,))

    def _next_of_sequence(self, count: int) -> list[int]:
        missing = count - len(self._reserve)
        if missing > 0:
            wanted = max(missing, self._expected)
            taken = self.execute("SELECT nextval('arrival') FROM generate_series(1, ?)", (wanted,))
            self._reserve.extend(row[0] for row in taken)
            self._expected = min(2 * wanted, _LARGEST_RESERVE)
        return [self._reserve.popleft() for _ in range(count)]


@cache
def _with_marks(statement: str, is_postgres: bool) -> str:
    return statement.replace("?", "%s") if is_postgres else statement


@dataclass(slots=True)
class _Job(Generic[T]):
    step: Callable[[Transaction], T]
    future: Future[T]
    deadline: float


class Writer:
    """The thread that owns every change of a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._caches = Caches()
        self._queue: queue.Queue[_Job[Any] | None] = queue.Queue(LONGEST_QUEUE)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(self, step: Callable[[Transaction], T]) -> Future[T]:
        """Return the future result of a step; it is there once the step is committed.

        Raises StoreBusyError if too many steps wait. The future fails with StoreBusyError if the database stays
        locked or is full, else with what the step itself raised; then nothing of the step was written.
        """
        job = _Job(step, Future(), time.monotonic() + LONGEST_WAIT)
        with self._lock:
            if self._closed:
                raise StoreError("The database is closed: open it again to write.")
            try:
                self._queue.put_nowait(job)
            except queue.Full:
                raise StoreBusyError(f"{LONGEST_QUEUE:,} writes are waiting already. Try again in a moment.") from None
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="tracktor-writer", daemon=True)
                self._thread.start()
        return job.future

    def run(self, step: Callable[[Transaction], T]) -> T:
        """Return the result of a step after its commit."""
        return self.submit(step).result()

    def close(self) -> None:
        """Commit what was given so far and stop."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()
            self._thread = None

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            if job.future.set_running_or_notify_cancel():
                self._settle([job], self._next_waiting)
            self._caches.trim()
            if not self._queue.empty():
                time.sleep(_LET_OTHERS_IN)

    def _next_waiting(self) -> _Job[Any] | None:
        """Return a step that waits already, or None; the sign to stop is left for `_work`."""
        try:
            job = self._queue.get_nowait()
        except queue.Empty:
            return None
        if job is None:
            self._queue.put(None)
            return None
        return job if job.future.set_running_or_notify_cancel() else self._next_waiting()

    def _settle(self, jobs: list[_Job[Any]], more: Callable[[], _Job[Any] | None] = lambda: None) -> None:
        """Commit the jobs together and answer them. If one fails, halve the group until it fails alone."""
        try:
            outcomes = self._commit(jobs, more)
        except BaseException as error:  # noqa: BLE001  whatever a step raises belongs to who submitted it
            self._caches.clear()
            if len(jobs) > 1:
                middle = len(jobs) // 2
                self._settle(jobs[:middle])
                self._settle(jobs[middle:])
            elif is_conflict(error) and time.monotonic() < jobs[0].deadline:
                self._settle(jobs)
            else:
                jobs[0].future.set_exception(explained(error))
        else:
            for job, outcome in zip(jobs, outcomes, strict=True):
                job.future.set_result(outcome)

    def _commit(self, jobs: list[_Job[Any]], more: Callable[[], _Job[Any] | None]) -> list[Any]:
        """Return the outcome of each job after the commit; jobs that wait join until the group is large enough."""
        with self._transaction(jobs[0].deadline) as transaction:
            until = time.monotonic() + GROUP_SECONDS
            outcomes = [job.step(transaction) for job in jobs]
            while len(jobs) < GROUP_STEPS and time.monotonic() < until and (job := more()) is not None:
                jobs.append(job)
                outcomes.append(job.step(transaction))
        return outcomes

    @contextmanager
    def _transaction(self, deadline: float) -> Iterator[Transaction]:
        with self._engine.connect() as connection:
            when_free(connection.begin, deadline)
            transaction = Transaction(connection, self._caches, min(GROUP_STEPS, self._queue.qsize() + 1))
            transaction.start()
            yield transaction
            transaction.finish()
            connection.commit()
