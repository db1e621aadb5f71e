"""What the tests of tio.js have in common: scripts of pages, and waiting for what they sent."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession, Page, Route

from .conftest import Recorded

SETTLED = "new Promise(done => tio.push(Object.assign(['track', 'settled'], {done})))"


def script(code: str) -> str:
    """Return an element that runs the code."""
    return f"<script>{code}</script>"


def settle(page: Page) -> None:
    """Wait until the library is there and all that was called so far is stored: calls keep their order."""
    page.wait_for_function("Object.hasOwn(tio, 'site')")
    assert page.evaluate(SETTLED)["ok"]


def events(recorded: Recorded) -> list[tuple[str, str, Any]]:
    """What was tracked besides the events of `settle`."""
    return [each for each in recorded.events() if each[1] != "settled"]


def names(recorded: Recorded) -> list[str]:
    """The names of these events, in order."""
    return [name for _, name, _ in events(recorded)]


def eventually(check: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until the check holds."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.02)


def crash(page: Page) -> None:
    """End the processes of all tabs of the browser, as a system does when memory runs out."""
    browser = page.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    with page.expect_event("crash"):
        killed = _renderers(session)
        for process in killed:
            os.kill(process, signal.SIGKILL)
    while killed & _renderers(session):  # until the browser knows, it gives a dead process to the next tab
        pass
    session.detach()


def _renderers(session: CDPSession) -> set[int]:
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return {process["id"] for process in processes if process["type"] == "renderer"}


def cut(route: Route) -> None:
    """Let the request fail as if there were no network."""
    route.abort()
