"""Where every number comes from: the saved definition and its revision, the rule, the instant, what was known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pytest

import tracktor_nb as tr
from tests.analysis.test_service import Running
from tracktor_nb import (
    Acquisition,
    Backtest,
    BacktestDifference,
    Campaign,
    Funnel,
    Leaving,
    Lifecycle,
    Metric,
    Pages,
    Paths,
    Retention,
    Segment,
    SendLetter,
    Sessions,
    Site,
    Stickiness,
    Stops,
    Trigger,
    Wait,
    did,
    has,
)
from tracktor_nb.analysis import client
from tracktor_nb.analysis.answers import KINDS as RESULTS
from tracktor_nb.analysis.results import Result, from_dict
from tracktor_nb.errors import UnknownNameError
from tracktor_nb.joining import engine_for
from tracktor_nb.semantics.codec import kind_of
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.funnel_rules import FunnelRules
from tracktor_nb.semantics.overlap import Overlap

HELLO = Campaign([Trigger.event("Visit"), SendLetter("Hi", every_time=True)])
LATER = Campaign([Trigger.event("Visit"), Wait("1h"), SendLetter("Hi")])
KINDS = [
    Segment(has("plan", "is", "free")),
    Segment(did("Visit")),
    Funnel(["Visit", "Buy"]),
    Funnel(["Visit", "Buy"], order="any", by="plan"),
    FunnelRules(Funnel(["Visit", "Buy"])),
    FunnelComparison(Funnel(["Visit", "Buy"]), did("Buy"), has("plan", "is set")),
    Metric.people_who_did("Visit"),
    Metric.times_happened("Visit", by="plan"),
    Metric.conversion_rate("Visit", "Buy"),
    Metric.time_between("Visit", "Buy"),
    Metric.total_value("price", event="Buy"),
    Metric.times_happened("Buy") / Metric.people_who_did("Visit"),
    Overlap(did("Visit"), did("Buy")),
    Retention("Visit", returning="Buy"),
    Paths("Visit"),
    Lifecycle("Visit"),
    Stickiness("Visit"),
    Sessions(),
    Pages(),
    Stops(),
    Stops({"Sale": Funnel(["Visit", "Buy"])}),
    Acquisition(),
    Leaving(),
    Backtest(HELLO),
    BacktestDifference(HELLO, LATER),
]


def test_no_kind_is_left_out() -> None:
    assert {RESULTS[kind_of(each)].result for each in KINDS} == {each.result for each in RESULTS.values()}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    site = tr.connect(f"sqlite:///{tmp_path / 'shop.db'}", site="shop", create=True)
    site.track("a-1", "Visit", {"page": "/", "utm_campaign": "spring"})
    site.track("ann", "Visit", {"page": "/shop"})
    site.track("ann", "Buy", {"page": "/cart", "price": 3})
    site.set("ann", {"plan": "free", "email": "ann@shop.example"})
    yield site
    site.close()


def test_a_saved_name_is_answered_with_its_revision(site: Site, subtests: pytest.Subtests) -> None:
    for definition in KINDS:
        with subtests.test(definition=definition):
            name = site_name(definition)
            site.save(name, definition)
            asked, by_name = site.evaluate(definition), site.evaluate(name)
            assert (asked.name, by_name.name, by_name.revision) == (None, name, 1)
            assert replace(by_name, name=None, revision=None, now=asked.now) == asked
            assert f"{escape(name)}, revision 1 · computed" in by_name._repr_html_()
            assert from_dict(by_name.to_dict()).revision == 1
            assert by_name.rule.startswith(definition.rule())
            assert by_name.computed_at.tzinfo is not None
            assert by_name.watermark == asked.watermark > 0


def site_name(definition: Any) -> str:
    return f"the question {definition!r}"


def test_the_latest_revision_is_asked(site: Site) -> None:
    for event in ("Visit", "Buy"):
        site.save("question", Metric.people_who_did(event))
    result = site.evaluate("question")
    assert (result.revision, result.table["value"].sum()) == (2, 1)


def test_a_name_that_nobody_saved_is_said_so(site: Site) -> None:
    site.save("checkout", Funnel(["Visit"]))
    with pytest.raises(UnknownNameError, match="Did you mean 'checkout'"):
        site.evaluate("chekout")


def test_as_of_a_date_a_merge_undone_later_still_stands(site: Site, subtests: pytest.Subtests) -> None:
    edge = site.alias("a-1", "ann")
    assert edge is not None
    merged = [site.evaluate(definition, "all time") for definition in KINDS]
    known = site.evaluate(Pages()).computed_at
    site.unalias(edge)
    for definition, before in zip(KINDS, merged, strict=True):
        with subtests.test(definition=definition):
            then = site.evaluate(definition, "all time", as_of=known)
            assert re.sub(r" · as known on [^·]*\(UTC\)", "", timeless(then.rule)) == timeless(before.rule)
            assert undated(then) == undated(before)
            assert then.as_of is not None


def undated(result: Result) -> Result:
    """The answer without when it was computed."""
    return replace(result, as_of=None, watermark=0, now=0)


def timeless(rule: str) -> str:
    """The rule without the minute in which it was asked."""
    return re.sub(r"\d\d:\d\d", "", rule)


def test_what_an_undone_merge_changes_is_seen_now_and_not_as_of_then(site: Site) -> None:
    edge = site.alias("a-1", "ann")
    assert edge is not None
    before = site.evaluate(Pages(), "all time")
    assert before.people("/").index.tolist() == before.people("/cart").index.tolist()
    site.unalias(edge)
    now, then = (site.evaluate(Pages(), "all time", as_of=moment) for moment in (None, before.computed_at))
    assert now.people("/").index.tolist() != now.people("/cart").index.tolist()
    assert then.people("/").index.tolist() == then.people("/cart").index.tolist()
    assert len(site.people(as_of=before.computed_at)) == 1
    assert len(site.people()) == 2


def test_an_event_that_came_later_is_not_known_as_of_before(site: Site, subtests: pytest.Subtests) -> None:
    answers = [site.evaluate(definition, "all time") for definition in KINDS]
    known = site.evaluate(Pages()).computed_at
    site.track("bob", "Visit", {"page": "/", "plan": "free"}, time="2026-01-01T10:00:00Z")
    site.set("bob", {"plan": "free"}, time="2026-01-01T10:00:00Z")
    for definition, before in zip(KINDS, answers, strict=True):
        with subtests.test(definition=definition):
            assert undated(site.evaluate(definition, "all time", as_of=known)) == undated(before)


def test_the_overview_is_over_the_saved_funnels(site: Site) -> None:
    assert site.overview().stops.definition == Stops()
    site.save("Sale", Funnel(["Visit", "Buy"]))
    site.save("Visitors", Metric.people_who_did("Visit"))
    overview = site.overview("last 7 days")
    assert overview.stops.table["stopped"].tolist() == [1]
    assert overview.stops.people(1)["distinct_id"].tolist() == ["a-1"]
    assert overview.pages.table["people"].sum() == 3
    assert overview.campaigns.people("spring")["distinct_id"].tolist() == ["a-1"]
    assert overview.leaving.count == 0
    assert overview.pages.explain("ann").rows[0]["pages"] == "/shop → /cart"


def test_the_overview_comes_through_the_analysis_process(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.save("Sale", Funnel(["Visit", "Buy"]))
    alone = site.overview()
    with Running(engine_for(site.database), tmp_path / "data"):
        monkeypatch.setattr(client, "find_client", lambda folder, database: client.Client(tmp_path / "data"))
        served = site.overview()
        assert [replace(each, now=0) for each in served.results] == [replace(each, now=0) for each in alone.results]
        assert served.pages.people("/cart", left=True)["distinct_id"].tolist() == ["ann"]
        assert served.campaigns.people(None)["distinct_id"].tolist() == ["ann"]
        assert served.stops.explain("ann").summary == "stopped in 0 funnels"
        assert site.evaluate("Sale").revision == 1
