"""Backtests as a data scientist asks for them: of a campaign or a saved one, over what was recorded or imported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import tracktor_nb as tr
from tests.analysis.test_service import Running
from tracktor_nb import Campaign, Filter, SendLetter, Site, Trigger, Wait, did, has, in_segment
from tracktor_nb.analysis.client import Client
from tracktor_nb.analysis.results import from_dict
from tracktor_nb.errors import DefinitionError
from tracktor_nb.joining import engine_for

PERIOD = ("2026-03-01", "2026-04-01")
HELLO = Campaign([Trigger.event("Visit"), Filter(in_segment("free"), yes=[SendLetter("Hello")])])
HISTORY = """distinct_id,event,time
ann,Visit,2026-03-02T10:00:00Z
ann,Visit,2026-03-05T10:00:00Z
bob,Visit,2026-03-03T10:00:00Z
eve,Visit,2026-02-03T10:00:00Z
eve,Buy,2026-03-20T10:00:00Z
"""
PEOPLE = """distinct_id,plan,email,time
ann,free,ann@shop.example,2026-01-01T00:00:00Z
bob,pro,bob@shop.example,2026-01-01T00:00:00Z
eve,free,eve@shop.example,2026-01-01T00:00:00Z
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    site = tr.connect(f"sqlite:///{tmp_path / 'shop.db'}", site="shop", create=True)
    yield site
    site.close()


@pytest.fixture
def imported(site: Site, tmp_path: Path) -> Site:
    (tmp_path / "events.csv").write_text(HISTORY)
    site.import_events(tmp_path / "events.csv")
    (tmp_path / "people.csv").write_text(PEOPLE)
    site.import_people(tmp_path / "people.csv")
    site.save("free", tr.Segment(has("plan", "is", "free")))
    return site


def test_a_saved_campaign_is_rehearsed_on_imported_history(imported: Site) -> None:
    imported.save("hello", HELLO)
    result = imported.backtest("hello", PERIOD)
    assert (result.name, result.revision) == ("hello", 1)
    assert result.totals["people"] == 2
    assert result.definition.campaign == HELLO
    assert result.table.loc["trigger-1", "arrived"] == 3
    assert list(result.people("trigger-1")["distinct_id"]) == ["ann", "bob"]
    (sent,) = result.sent
    assert (sent["distinct_id"], sent["name"]) == ("ann", "Hello")
    assert result.deliveries["time"].iloc[0].isoformat() == "2026-03-02T10:00:00+00:00"
    assert result.did_not.set_index("reason").loc["already sent", "people"] == 1
    assert "letters count as sent and unopened" in result.rule
    assert "letters count as sent and unopened" in repr(result)
    assert from_dict(json.loads(json.dumps(result.to_dict()))) == result


def test_the_difference_of_versions_says_who_gains_loses_and_moves(imported: Site) -> None:
    old = Campaign([Trigger.event("Visit"), SendLetter("Hello")])
    new = Campaign([Trigger.event("Visit"), Wait("1d"), SendLetter("Hello"), SendLetter("More")])
    result = imported.backtest_difference(old, new, PERIOD)
    assert result.people_count == {"gained": 2, "lost": 0, "moved": 2}
    assert result.table.loc[("letter", "Hello")].tolist() == [2, 2, 0, 0, 2]
    assert result.table.loc[("letter", "More")].tolist() == [0, 2, 2, 0, 0]
    assert list(result.people("gained", "More")["distinct_id"]) == ["ann", "bob"]
    told = result.explain("bob")
    assert [(row["change"], row["old"], row["new"]) for row in told.rows] == [
        ("gained", "", "2026-03-04 10:00:00"),
        ("moved", "2026-03-03 10:00:00", "2026-03-04 10:00:00"),
    ]
    assert from_dict(json.loads(json.dumps(result.to_dict()))) == result


def test_a_site_of_which_nothing_is_known_says_so(site: Site) -> None:
    result = site.backtest(Campaign([Trigger.entered(did("Buy")), SendLetter("Thanks")]))
    assert (result.totals["people"], result.sent, result.hits) == (0, [], [])
    assert result.table["arrived"].tolist() == [0, 0]
    assert len(result.people()) == len(result.deliveries) == len(result.hit_often) == len(result.did_not) == 0
    assert "0</span> people would have entered" in result._repr_html_()


def test_only_campaigns_can_be_rehearsed(imported: Site) -> None:
    with pytest.raises(DefinitionError, match="'free' is saved as a segment; a backtest needs a campaign"):
        imported.backtest("free")
    with pytest.raises(DefinitionError, match="There is no node 'nowhere'; there are"):
        imported.backtest(HELLO, PERIOD).people("nowhere")


def test_the_analysis_process_answers_the_same_and_lists_its_people(
    imported: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported.save("hello", HELLO)
    here = imported.backtest("hello", PERIOD)
    with Running(engine_for(imported.database), tmp_path):
        monkeypatch.setattr(type(imported), "engine", Client(tmp_path))
        there = imported.backtest("hello", PERIOD)
        assert (there.totals, there.nodes, there.sent) == (here.totals, here.nodes, here.sent)
        assert there.people(kind="letter").equals(here.people(kind="letter"))
        assert there.explain("ann") == here.explain("ann")
