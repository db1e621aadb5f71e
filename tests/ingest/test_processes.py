"""Several server processes behind one port, over PostgreSQL."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from tests.databases import PATIENCE
from tracktor_nb.store.database import open_database
from tracktor_nb.store.sites import add_site

from .conftest import Door
from .test_meter import numbers

PROCESSES = 3


class Tree:
    """`serve --processes` as it was started, and the lines it has said."""

    def __init__(self, url: str, folder: Path) -> None:
        environment = {"TRACKTOR_DATABASE": url, "TRACKTOR_DATA": str(folder), "TRACKTOR_PORT": "0"}
        command = [sys.executable, "-m", "tracktor_nb", "serve", "--processes", str(PROCESSES)]
        self.process = subprocess.Popen(
            command,
            env=os.environ | environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_for(self, pattern: str, times: int = 1) -> str:
        """Read on until so many lines matched; returns the first group of the last one."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(pattern, line.strip()):
                times -= 1
                if not times:
                    return found[1]
        raise AssertionError(f"it ended without saying {pattern}")


@contextmanager
def serving_together(url: str, folder: Path) -> Iterator[tuple[Tree, Door]]:
    """Run several server processes over the database."""
    tree = Tree(url, folder)
    alarm = threading.Timer(3 * PATIENCE, tree.process.kill)
    alarm.start()
    try:
        with open_database(url) as database:
            site = database.writer.run(lambda tx: add_site(tx, "shop"))
            yield tree, Door(database, int(tree.wait_for(r":(\d+)$", PROCESSES)), site)
        tree.process.terminate()
        tree.process.wait(PATIENCE)
    finally:
        alarm.cancel()
        tree.process.kill()
        tree.process.communicate()


def children(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_several_processes_share_a_port_and_a_count_and_stop_together(postgres_url: str, tmp_path: Path) -> None:
    with serving_together(postgres_url, tmp_path) as (tree, door):
        calls = 0
        while len(logs := [path for path in tmp_path.glob("access-*.log") if path.stat().st_size]) < PROCESSES:
            assert door.get("/track", id=f"person{calls % 7}", action="rate").status == 200
            calls += 1
        assert len(door.events()) == calls
        assert len(door.people()) == min(calls, 7)
        assert numbers(door.ask("GET", "/metrics"))["tracktor_answers_total", "track", "200"] == calls
        assert {path.name for path in logs} == {f"access-{number}.log" for number in range(1, PROCESSES + 1)}
        servers = children(tree.process.pid)
        assert len(servers) == PROCESSES
    assert tree.process.returncode == 0
    assert not any(Path(f"/proc/{server}").exists() for server in servers)


def test_a_process_that_falls_comes_back_and_the_others_go_on(postgres_url: str, tmp_path: Path) -> None:
    with serving_together(postgres_url, tmp_path) as (tree, door):
        os.kill(children(tree.process.pid)[0], signal.SIGKILL)
        tree.wait_for(r"(server \d) stopped by itself")
        answered = 0
        for _ in range(50):
            try:
                answered += door.get("/track", id="unicorn", action="rate").status == 200
            except (OSError, HTTPException):  # the connection was given to the one that fell
                continue
        assert answered > 0
        tree.wait_for(r"listening on .*:(\d+)$")
        assert len(door.events()) >= answered


def test_sqlite_is_served_by_one_process(tmp_path: Path) -> None:
    tree = Tree(f"sqlite:///{tmp_path / 'shop.db'}", tmp_path)
    said, _ = tree.process.communicate(timeout=PATIENCE)
    assert tree.process.returncode == 1
    assert "use PostgreSQL" in said
    assert "Traceback" not in said
