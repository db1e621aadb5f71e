"""The server as a process: it starts, logs without secrets, and stops without dropping a call."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tracktor_nb.semantics.identity import expiring_signature, signature
from tracktor_nb.store.database import open_database
from tracktor_nb.store.sites import SiteRecord, add_site

from .conftest import Door

SERVE = ("-m", "tracktor_nb", "serve")


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Door]]:
    """Run the server as a process over a database in the folder."""
    url = f"sqlite:///{folder / 'shop.db'}"
    environment = {"TRACKTOR_DATABASE": url, "TRACKTOR_DATA": str(folder), "TRACKTOR_PORT": "0"}
    with open_database(url) as database:
        site: SiteRecord = database.writer.run(lambda tx: add_site(tx, "shop"))
        process = subprocess.Popen(
            [sys.executable, *SERVE],
            env=os.environ | environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            found = re.search(r":([0-9]+)$", process.stdout.readline().strip())
            assert found, process.communicate()[1]
            yield process, Door(database, int(found.group(1)), site)
        finally:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_call_under_way_is_answered_before_the_server_stops(tmp_path: Path, number: int) -> None:
    with serving(tmp_path) as (process, door):
        other = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        client = HTTPConnection("127.0.0.1", door.port, timeout=20)
        client.request("GET", f"/track?sid={door.site.sid}&id=unicorn&action=rate")
        assert door.ask("GET", "/nowhere").status == 404  # so the server has read the call before this one too
        process.send_signal(number)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        other.rollback()
        other.close()
        assert json.loads(client.getresponse().read()) == {"ok": True}
        assert process.wait(10) == 0
        assert len(door.events()) == 1
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_the_access_log_has_one_line_a_request_and_no_secret(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, door):
        sign = signature(door.site.secret, "unicorn")
        door.get("/track", id="unicorn", action="rate", data="{card: 'very private'}", sign=sign)
        door.get("/track", id="unicorn", action="rate", Sign=sign, sIgn=sign)
        door.get("/alias", srcid="one", destid="two", destsign=sign, srcsign=sign)
        door.post("/set", id="unicorn", data={"card": "very private"}, sign=sign)
        door.get("/track", "id=x%0d%0aFAKE&action=rate")
        door.ask("GET", f"/nowhere?sign={sign}")
        process.terminate()
        assert process.wait(10) == 0
        written = (tmp_path / "access.log").read_text()
    lines = [json.loads(line) for line in written.splitlines()]
    assert [(line["path"], line["status"]) for line in lines] == [
        ("/track", 200),
        ("/track", 200),
        ("/alias", 403),
        ("/set", 200),
        ("/track", 400),
        ("/nowhere", 404),
    ]
    assert lines[0]["action"] == "rate"
    assert (lines[4]["error"], bool(lines[4]["request_id"])) == ("bad_char", True)
    assert sign.lower() not in written.lower()
    for private in ("private", "unicorn", "FAKE"):
        assert private not in written


def test_signatures_reach_no_log_whatever_becomes_of_the_call(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, door):
        secret, later = door.site.secret, 2**33
        signs = [sign(id) for id in ("one", "two") for sign in (
            lambda id: signature(secret, id),
            lambda id: expiring_signature(secret, id, later),
            lambda id: expiring_signature(secret, id, 1),
        )]  # fmt: skip
        for sign in signs:
            for id in ("one", "two", "null", "x\0"):
                door.get("/track", id=id, action="rate", sign=sign)
                door.post("/set", id=id, data={"plan": "free"}, sign=sign)
                door.get("/alias", srcid="a-1", destid=id, destsign=sign, srcsign=sign)
            door.get("/track", f"sign={sign}&sign=other&id=one&action=rate")
            door.get("/track", id="one", sign=sign, sid="unknown")
            door.ask("POST", "/track", f"sign={sign}&%", Content_Type="image/png")
            door.ask("PUT", f"/track?sign={sign}", sign)
        process.terminate()
        output = "".join(process.communicate(timeout=10))
    logs = [path for path in tmp_path.iterdir() if ".log" in path.name]
    written = (output + "".join(path.read_text() for path in logs)).lower()
    assert written.count("/track") == 8 * len(signs)
    for sign in signs:
        assert sign.rpartition(".")[2].lower() not in written


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, door):
        environment = {"TRACKTOR_PORT": str(door.port), "TRACKTOR_DATA": str(tmp_path / "other")}
        second = subprocess.run(
            [sys.executable, *SERVE], env=os.environ | environment, capture_output=True, text=True, timeout=60
        )
    assert second.returncode != 0
    assert f"port {door.port}" in second.stderr
    assert "Traceback" not in second.stderr
