from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from tracktor_nb.cli import main
from tracktor_nb.errors import PayloadError
from tracktor_nb.settings import load_settings
from tracktor_nb.site import connect
from tracktor_nb.store.rejected import keep_rejected


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in an empty folder; returns (exit code, what it printed)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKTOR_DATABASE", raising=False)

    def command(*arguments: str) -> tuple[int, str]:
        outcome = CliRunner().invoke(main, list(arguments))
        return outcome.exit_code, outcome.output

    return command


def test_adding_a_site_prints_its_secrets_and_the_snippet_that_carries_its_token(run):
    code, text = run("site", "add", "shop", "--zone", "Europe/Vienna")
    assert code == 0
    sid = re.search(r"Token \(sid\)\s+(\w{24})", text)[1]
    assert f"/scripts/{sid}.js" in text
    assert run("site", "list") == (0, f"{'shop':<20} {sid}  Europe/Vienna\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("site", "add", "shop", "--zone", "Mars/Base"), "Mars/Base"),
        (("import", "missing.csv", "--site", "shop"), "missing.csv"),
        (("up",), "No site"),
    ],
)
def test_what_cannot_be_done_is_one_line_without_a_traceback(run, arguments, said):
    code, text = run(*arguments)
    assert code != 0
    assert said in text
    assert "Traceback" not in text


def test_a_file_is_imported_into_a_new_site_and_a_second_time_adds_nothing(run, tmp_path):
    (tmp_path / "events.csv").write_text("user_id,event,when,amount\n007,Purchase,2026-01-02,3.5\n007,,2026-01-02,1\n")
    code, text = run("import", "events.csv", "--site", "shop", "--map", "time=when")
    assert code == 3, "a refused row shows in the exit code"
    assert "1 stored" in text
    assert "line 3" in text
    assert "0 stored, 1 there already" in run("import", "events.csv", "--site", "shop", "--map", "time=when")[1]
    assert "shop" in run("site", "list")[1]


def test_a_mapping_that_is_none_is_explained(run, tmp_path):
    (tmp_path / "events.csv").write_text("a,b\n")
    code, text = run("import", "events.csv", "--site", "shop", "--map", "time")
    assert code == 2
    assert "OURS=THEIRS" in text


def test_help_lists_the_commands_with_a_line_each(run):
    code, text = run("--help")
    assert code == 0
    for command in ("demo", "up", "serve", "work", "analysis", "dashboards", "lab", "site", "import", "settings"):
        assert re.search(rf"^  {command}\s+\w+", text, re.M), command


def test_refused_requests_are_listed_and_replayed(run):
    run("site", "add", "shop")
    site = connect(load_settings().url)
    why = PayloadError("bad_ts", "ts", "`ts` is no time.")
    for id in ("ann", "null"):
        raw = f"id={id}&action=View&ts=soon&sign=ABCDEF".encode()
        site.database.writer.run(lambda tx, raw=raw: keep_rejected(tx, site.record.id, 1, "track", raw, why))
    code, text = run("rejected", "list")
    assert code == 0
    assert "/track  bad_ts: `ts` is no time." in text
    assert "id=ann&action=View&ts=soon&sign=…" in text
    code, text = run("rejected", "replay", "--all", "--set", "ts=1790000000", "--drop", "sign")
    assert (code, text.splitlines()[-1]) == (3, "1 of 2 recorded.")
    assert "2 is refused again: reserved_id" in text
    assert run("rejected", "replay", "2", "--set", "id=bob", "--set", "ts=1790000000", "--drop", "sign")[0] == 0
    assert run("rejected", "list") == (0, "")
    site.close()
