"""The process tree of one machine: starts the parts, names their log lines, restarts what fell, stops all at once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

RESTART_PAUSES = (0.5, 1, 2, 5, 15)
"""Seconds before a part that fell is started again; the last one repeats."""
STEADY_SECONDS = 60
"""A part that ran so long starts again with the shortest pause."""
GRACE_SECONDS = 10
"""How long a part may take to stop before it is killed."""
KEPT = "TRACKTOR_KEPT"
"""Set for the parts of a tree: their standard input is a pipe that ends when the tree's own process does."""


@dataclass
class Part:
    """One process of the tree: its name in the log, and the arguments behind `python`."""

    name: str
    arguments: Sequence[str]
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)


async def run_all(parts: Sequence[Part], environment: dict[str, str], log: Callable[[str], None]) -> None:
    """Run the parts until SIGINT or SIGTERM, then stop them all; a part that falls is started again."""
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stopping.set)
    keepers = [asyncio.create_task(_keep_running(part, environment, stopping, log)) for part in parts]
    await stopping.wait()
    log("stopping")
    await asyncio.gather(*(_stop(part) for part in parts))
    for keeper in keepers:
        keeper.cancel()
    await asyncio.gather(*keepers, return_exceptions=True)


async def _keep_running(
    part: Part, environment: dict[str, str], stopping: asyncio.Event, log: Callable[[str], None]
) -> None:
    falls, loop = 0, asyncio.get_running_loop()
    while not stopping.is_set():
        started = loop.time()
        await _run_once(part, environment, log)
        if stopping.is_set():
            return
        falls = 1 if loop.time() - started > STEADY_SECONDS else falls + 1
        pause = RESTART_PAUSES[min(falls, len(RESTART_PAUSES)) - 1]
        log(f"{part.name} stopped by itself; starting it again in {pause:g} s")
        await asyncio.sleep(pause)


async def _run_once(part: Part, environment: dict[str, str], log: Callable[[str], None]) -> None:
    """Run the part to its end. Its own session keeps the terminal's Ctrl-C away: the tree is stopped from here."""
    part.process = await asyncio.create_subprocess_exec(
        sys.executable,
        *part.arguments,
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1", KEPT: "1"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        limit=2**20,
    )
    assert part.process.stdout is not None
    async for line in part.process.stdout:
        log(f"[{part.name}] {line.decode(errors='replace').rstrip()}")
    await part.process.wait()


async def _stop(part: Part) -> None:
    process = part.process
    if process is None or process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE_SECONDS)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def end_with_keeper() -> None:
    """Stop this process as soon as the one that keeps it is gone, however it went; one started by hand goes on."""
    if os.environ.pop(KEPT, ""):
        threading.Thread(target=_wait_for_the_end, name="keeper", daemon=True).start()


def _wait_for_the_end() -> None:
    os.read(sys.stdin.fileno(), 1)  # nobody writes: this returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)
