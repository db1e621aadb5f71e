"""A running dashboard over a small video service, for tests in a real browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from playwright.sync_api import Page, expect

import tracktor_nb as tr
from tracktor_nb.settings import load_settings
from tracktor_nb.site import Site

ROOT = Path(__file__).parents[2]
STEPS = ("Site visit", "Free movie view", "Registration", "Upgrade to Premium")
PATIENCE = 60.0


@dataclass
class Dashboard:
    """The processes of `tracktor-nb analysis` and `tracktor-nb dashboards`, and the site they show."""

    origin: str
    token: str
    site: Site
    voila: psutil.Process
    environment: dict[str, str]

    def open(self, page: Page, route: str = "") -> None:
        """Open the application at a route and wait until it is there."""
        page.goto(f"{self.origin}/?token={self.token}{'#/' if route else ''}{route}")
        expect(page.locator(".tnb-live-live")).to_be_visible(timeout=1000 * PATIENCE)

    def kernel_of(self, page: Page) -> psutil.Process:
        """Return the process behind a page."""
        found = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
        return next(child for child in self.voila.children() if found in " ".join(child.cmdline()))


def fill(site: Site) -> None:
    """Record the last days of eight visitors: 8 come, 4 watch, 3 register, 1 pays."""
    now = datetime.now(UTC) - timedelta(minutes=30)
    for number, reached in enumerate((1, 1, 1, 1, 2, 3, 3, 4)):
        person = f"visitor-{number}"
        first = now - timedelta(days=number % 6)
        for step, event in enumerate(STEPS[:reached]):
            source = "newsletter" if number % 2 else "google"
            site.track(person, event, {"source": source, "minutes": 10 * number}, time=first + timedelta(minutes=step))
        site.set(person, {"email": f"{person}@example.com", "plan": "free"})


@contextmanager
def running_dashboard(folder: Path) -> Iterator[Dashboard]:
    """Start the processes over a new database in the folder, and stop them."""
    port = free_port()
    settings = {
        "DATA": str(folder),
        "SITE": "video",
        "DASHBOARD_PORT": str(port),
        "DATABASE": f"sqlite:///{folder}/v.db",
    }
    environment = os.environ | {f"TRACKTOR_{name}": value for name, value in settings.items()}
    site = tr.connect(settings["DATABASE"], site="video", create=True)
    fill(site)
    commands = ("analysis", "dashboards")
    logs = [(folder / f"{name}.log").open("w") for name in commands]
    processes = [
        subprocess.Popen([sys.executable, "-m", "tracktor_nb", name], env=environment, stdout=log, stderr=log, cwd=ROOT)
        for name, log in zip(commands, logs, strict=True)
    ]
    try:
        wait_for(port, processes[1], folder / "dashboards.log")
        token = load_settings(environment).token("dashboards")
        voila = psutil.Process(processes[1].pid)
        yield Dashboard(f"http://127.0.0.1:{port}", token, site, voila, environment)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)
        site.close()
        for log in logs:
            log.close()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once somebody listens on the port; fails with the log if the process ends first."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        pause.wait(0.1)
    raise AssertionError(f"the dashboards did not start:\n{log.read_text()}")


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
