"""What the door serves beside the calls: the library, the demo page, static files, health."""

from __future__ import annotations

import asyncio
import gzip
import json
import sqlite3
import time
from pathlib import Path

import pytest

from tracktor_nb.errors import PayloadError
from tracktor_nb.ingest import directory
from tracktor_nb.ingest.bots import is_bot
from tracktor_nb.ingest.directory import Directory
from tracktor_nb.ingest.segment import KINDS
from tracktor_nb.ingest_server import STATIC, make_app
from tracktor_nb.store import writer
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.sites import add_site, change_site, remove_site

from .conftest import Door, running

WRITE_ONLY = {"/(set|track|alias|cart)/?", "/batch/?", rf"/v1/({KINDS})/?"}
PUBLIC = {r"/scripts/([^/]*)\.js", r"/tio\.js", r"/config/([^/]*)\.json", "/healthz", "/metrics", "/static/(.*)"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Static files as the JavaScript build leaves them."""
    (tmp_path / "tio.js").write_text("/* tio.js */\nvar tio = 1;\n")
    return tmp_path


def test_t1_the_public_token_opens_no_route_that_reads(door: Door) -> None:
    patterns = {rule.matcher.regex.pattern.rstrip("$") for rule in make_app(door.database).wildcard_router.rules}  # type: ignore[attr-defined]
    assert patterns == WRITE_ONLY | PUBLIC


def test_the_library_carries_the_token_of_its_site(door: Door, built: Path) -> None:
    with running(door.database, static_dir=built) as port:
        served = Door(door.database, port, door.site)
        for path in (f"/scripts/{door.site.sid}.js", f"/tio.js?sid={door.site.sid}"):
            answer = served.ask("GET", path)
            assert (answer.status, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
            first, _, code = answer.body.decode().partition("\n")
            assert (first[:19], first[-1:], code) == ("window.__tioConfig=", ";", "var tio = 1;\n")
            config = json.loads(first[19:-1])
            assert config == {"sid": door.site.sid, "autoEvents": [], "session": 1800} | {
                "advanced": {"visited": True, "cart": True}
            }
            assert served.ask("GET", f"/config/{door.site.sid}.json").json == config
            packed = served.ask("GET", path, Accept_Encoding="gzip, br")
            assert gzip.decompress(packed.body) == answer.body
            again = served.ask("GET", path, If_None_Match=answer.headers["etag"])
            assert (again.status, again.body) == (304, b"")


def test_a_newly_built_library_is_served_without_a_restart(door: Door, built: Path) -> None:
    with running(door.database, static_dir=built) as port:
        served = Door(door.database, port, door.site)
        served.ask("GET", f"/scripts/{door.site.sid}.js")
        (built / "tio.js").write_text("/* tio.js */\nvar tio = 2;\n")
        assert b"tio = 2" in served.ask("GET", f"/scripts/{door.site.sid}.js").body


@pytest.mark.parametrize("path", ["/scripts/nobody.js", "/tio.js?sid=nobody", "/tio.js", "/scripts/.js"])
def test_a_page_with_a_wrong_token_is_told_in_its_console(door: Door, path: str) -> None:
    answer = door.ask("GET", path)
    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")
    assert answer.body.startswith(b'console.warn("tracktor: ')


def test_a_token_cannot_break_out_of_the_warning(door: Door) -> None:
    answer = door.ask("GET", "/tio.js?sid=%22);alert(1);//%3C/script%3E%0A")
    assert answer.body.count(b"\n") == 1
    assert b"</script>" not in answer.body
    assert b'\\")' in answer.body


def test_a_library_that_is_not_built_says_so(door: Door, tmp_path: Path) -> None:
    with running(door.database, static_dir=tmp_path) as port:
        answer = Door(door.database, port, door.site).ask("GET", f"/scripts/{door.site.sid}.js")
    assert answer.status == 503
    assert b"js/build.py" in answer.body


def test_static_files_are_kept_by_browsers_when_asked_for_by_version(door: Door, built: Path) -> None:
    with running(door.database, static_dir=built) as port:
        served = Door(door.database, port, door.site)
        assert "max-age=3153" in served.ask("GET", "/static/tio.js?v=1").headers["cache-control"]
        assert "cache-control" not in served.ask("GET", "/static/tio.js").headers
        for path in ("/static/../secret", "/static/%2e%2e/secret", "/static/", "/static/nothing"):
            assert served.ask("GET", path).json["error"]["code"] in ("not_found", "forbidden")


def test_the_demo_page_is_there_in_demo_mode_only(door: Door) -> None:
    demo = {"demo_site": door.site.name, "dashboard_url": "http://dashboard.example/"}
    with running(door.database, demo=True, **demo) as port:
        answer = Door(door.database, port, door.site).ask("GET", "/demo")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f"http://127.0.0.1:{port}/scripts/{door.site.sid}.js" in answer.body.decode()
    assert "http://dashboard.example/" in answer.body.decode()
    with running(door.database) as port:
        assert Door(door.database, port, door.site).ask("GET", "/demo").status == 404


def test_the_demo_page_needs_a_site(tmp_path: Path) -> None:
    with open_database(f"sqlite:///{tmp_path / 'empty.db'}") as database, running(database, demo=True) as port:
        site = database.writer.run(lambda tx: add_site(tx, "gone"))
        database.writer.run(lambda tx: remove_site(tx, site.id, 1))
        answer = Door(database, port, site).ask("GET", "/demo")
    assert (answer.status, answer.json["error"]["code"]) == (404, "no_site")


def test_health_is_a_commit(door: Door) -> None:
    assert door.ask("GET", "/healthz").json == {"ok": True}
    assert door.ask("HEAD", "/healthz").status == 200


def test_92_a_locked_database_is_told_and_the_call_can_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LONGEST_WAIT", 0.2)
    path = tmp_path / "shop.db"
    with open_database(f"sqlite:///{path}") as database, running(database) as port:
        door = Door(database, port, database.writer.run(lambda tx: add_site(tx, "shop")))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        locked = door.post("/track", id="unicorn", action="rate", message_id="m")
        assert (locked.status, locked.json["error"]["code"], locked.headers["retry-after"]) == (503, "busy", "2")
        assert door.post("/track", id="unicorn").status == 400
        assert door.ask("GET", "/healthz").status == 503
        assert door.ask("GET", f"/scripts/{door.site.sid}.js").status in (200, 503)
        other.rollback()
        other.close()
        assert door.post("/track", id="unicorn", action="rate", message_id="m").json == {"ok": True, "message_id": "m"}
        assert len(door.events()) == 1


def test_40_the_token_of_a_removed_site_is_refused(door: Door) -> None:
    door.database.writer.run(lambda tx: remove_site(tx, door.site.id, 1))
    answer = door.get("/track", id="unicorn", action="rate")
    assert (answer.status, answer.json["error"]["code"]) == (401, "site_removed")
    assert door.events() == []


def test_a_site_that_changes_is_noticed_soon(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(directory: Directory) -> tuple[bool, str]:
        before = (await directory.find(door.site.sid)).settings.get("signed_only")
        await asyncio.to_thread(_demand_signatures, door.database, door.site.id)
        believed = (await directory.find(door.site.sid)).settings.get("signed_only")
        directory_time = time.monotonic() + 2 * seconds
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: directory_time)
        found = (await directory.find(door.site.sid)).settings.get("signed_only")
        await asyncio.to_thread(door.database.writer.run, lambda tx: remove_site(tx, door.site.id, 1))
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: directory_time + 2 * seconds)
        with pytest.raises(PayloadError, match="removed"):
            await directory.find(door.site.sid)
        monkeypatch.undo()
        return before, believed, found  # type: ignore[return-value]

    seconds = directory.TRUSTED_SECONDS
    assert asyncio.run(look(Directory(door.database))) == (None, None, True)


def _demand_signatures(database: Database, site_id: int) -> None:
    database.writer.run(lambda tx: change_site(tx, site_id, settings={"signed_only": True}))


@pytest.mark.parametrize(
    ("agent", "bot"),
    [
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", True),
        ("Mozilla/5.0 (compatible; AhrefsBot/7.0)", True),
        ("Baiduspider+", True),
        ("facebookexternalhit/1.1", True),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/120 Mobile", False),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/150.0.0.0", False),
        ("python-requests/3.0", False),
        ("", False),
    ],
)
def test_programs_are_told_by_their_names(agent: str, bot: bool) -> None:
    assert is_bot(agent) is bot


def test_the_built_files_are_where_the_door_looks() -> None:
    assert (STATIC / "tio.js").exists(), "run `python js/build.py`"
