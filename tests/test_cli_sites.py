"""`tracktor-nb site …` and `tracktor-nb person …` as an operator types them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import tracktor_nb as tr
from tracktor_nb.cli import main

Run = Callable[..., tuple[int, str]]
URL = "sqlite:///tracktor-data/tracktor.db"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in an empty folder with one site; returns (exit code, what it printed)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRACKTOR_DATABASE", raising=False)

    def command(*arguments: str) -> tuple[int, str]:
        outcome = CliRunner().invoke(main, list(arguments))
        return outcome.exit_code, outcome.output

    assert command("site", "add", "shop")[0] == 0
    return command


def connected() -> tr.Site:
    return tr.connect(site="shop")


def test_settings_are_changed_one_by_one_and_taken_back(run: Run) -> None:
    code, text = run("site", "set", "shop", "--signed-only", "--origin", "https://a.example", "--retention-days", "30")
    assert (code, json.loads(text)) == (
        0,
        {"signed_only": True, "origins": ["https://a.example"], "retention_days": 30},
    )
    assert '"signed_only": true' in run("site", "list")[1]
    assert json.loads(run("site", "set", "shop", "--merges-per-hour", "99")[1])["retention_days"] == 30
    code, text = run("site", "set", "shop", "--open", "--any-origin", "--retention-days", "0", "--merges-per-hour", "0")
    assert json.loads(text) == {"signed_only": False}


def test_advanced_events_are_switched_off_and_given_their_time(run: Run) -> None:
    off = ("--no-visited-site", "--no-cart-canceled", "--cart-abandoned-after", "2h")
    settings = json.loads(run("site", "set", "shop", *off)[1])
    assert settings == {"visited_site": False, "cart_canceled": False, "cart_abandoned_after": "2h"}
    on = ("--visited-site", "--cart-canceled", "--cart-abandoned-after", "0", "--cart-canceled-after", "5m")
    assert json.loads(run("site", "set", "shop", *on)[1]) == {
        "visited_site": True, "cart_canceled": True, "cart_canceled_after": "5m",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "shop", "--cart-abandoned-after", "soon"), "30m"),
        (("set", "shop", "--cart-abandoned-after", "31d"), "up to '30d'"),
        (("set", "shop", "--origin", "shop.example"), "https://shop.example, without a path"),
        (("set", "shop", "--retention-days", "-3"), "whole number from 1 on"),
        (("set", "shpo", "--open"), "Did you mean 'shop'"),
        (("remove", "shpo", "--yes"), "Did you mean 'shop'"),
        (("check", "shpo"), "Did you mean 'shop'"),
    ],
)
def test_what_cannot_be_set_is_said_with_its_cure(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, text = run("site", *arguments)
    assert code == 1
    assert said in text
    assert "Traceback" not in text


def test_a_secret_is_rotated_in_two_steps(run: Run) -> None:
    first = re.findall(r"Signing secret +(\w{24})", run("site", "secret", "show", "shop")[1])[0]
    code, second = run("site", "secret", "rotate", "shop")
    assert code == 0
    shown = run("site", "secret", "show", "shop")[1]
    assert re.search(rf"Signing secret +{second.strip()}\nThe one before +{first}\n", shown)
    code, text = run("site", "secret", "rotate", "shop")
    assert (code, "drop the old one first" in text) == (1, True)
    assert run("site", "secret", "drop-old", "shop")[0] == 0
    assert first not in run("site", "secret", "show", "shop")[1]
    assert run("site", "secret", "rotate", "shop")[0] == 0


def test_a_check_prints_the_snippet_and_fails_while_nothing_arrives(run: Run) -> None:
    code, text = run("site", "check", "shop", "--server", "https://t.example.com")
    assert code == 1
    assert "Nothing arrived within the last ten minutes" in text
    assert "https://t.example.com/scripts/" in text


def test_a_site_is_removed_only_if_meant(run: Run) -> None:
    assert run("site", "remove", "shop")[0] == 1, "nobody answered the question"
    assert "shop" in run("site", "list")[1]
    assert run("site", "remove", "shop", "--yes") == (0, "shop is removed.\n")
    assert "No site yet" in run("site", "list")[1]


def test_a_person_is_exported_removed_and_erased(run: Run) -> None:
    site = connected()
    site.track("ann@example.com", "Visit")
    site.identify("a-1", "ann@example.com")
    code, text = run("person", "export", "a-1")
    assert code == 0
    assert [each["id"] for each in json.loads(text)["ids"]] == ["ann@example.com", "a-1"]
    assert run("person", "remove", "a-1", "--site", "shop") == (0, "Removed a person with 2 ids.\n")
    assert run("person", "erase", "ann@example.com")[0] == 1, "nobody answered the question"
    code, text = run("person", "erase", "ann@example.com", "--yes")
    assert code == 0
    assert "1 of event" in text
    assert re.search(r"Signature: [0-9a-f]{64}\n", text)
    code, text = run("person", "export", "ann@example.com")
    assert (code, "Nobody in this site" in text) == (1, True)
