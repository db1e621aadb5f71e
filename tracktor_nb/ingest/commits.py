"""From the event loop to the writer thread and back."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from tracktor_nb.store.writer import Transaction, Writer

T = TypeVar("T")


class Commits:
    """Hands steps to the writer. The answers of one group come back with one wake-up of the loop, not one each."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._loop: asyncio.AbstractEventLoop | None = None
        self._settled: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._woken = False

    def submit(self, step: Callable[[Transaction], T]) -> asyncio.Future[T]:
        """Return the result of the step, there once it is committed; raises what Writer.submit raises."""
        self._loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = self._loop.create_future()
        self._writer.submit(step).add_done_callback(partial(self._settle, waiting))
        return waiting

    def _settle(self, waiting: asyncio.Future[T], done: Future[T]) -> None:
        """Runs in the writer thread."""
        self._settled.append((waiting, done))
        if not self._woken and self._loop is not None:
            self._woken = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._woken = False
        while self._settled:
            waiting, done = self._settled.popleft()
            error = done.exception()
            if waiting.done():
                continue
            if error is not None:
                waiting.set_exception(error)
            else:
                waiting.set_result(done.result())
