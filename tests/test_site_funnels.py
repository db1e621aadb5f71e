"""Funnels asked of a site: rules explored, groups compared, and who stopped kept as a cohort."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tracktor_nb as tr
from tracktor_nb import Exclusion, Funnel, FunnelComparison, FunnelRules, Segment, has, in_segment
from tracktor_nb.errors import UnknownNameError


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tr.Site]:
    """Ann buys, Bob asks for his money back before he does, Eve only looks."""
    monkeypatch.chdir(tmp_path)
    site = tr.connect(f"sqlite:///{tmp_path / 'shop.db'}", site="shop", create=True)
    for minute, (who, event) in enumerate(
        [("ann", "View"), ("ann", "Purchase"), ("bob", "View"), ("bob", "Refund"), ("bob", "Purchase"), ("eve", "View")]
    ):
        site.track(who, event, time=f"2026-03-01T10:{minute:02d}:00Z")
    for who, plan in (("ann", "gold"), ("bob", "free"), ("eve", "free")):
        site.set(who, {"plan": plan}, time="2026-03-01T09:00:00Z")
    yield site
    site.close()


def test_the_rules_of_a_funnel_are_explored(shop: tr.Site) -> None:
    result: Any = shop.explore_rules(Funnel(["View", "Purchase"], exclude=[Exclusion("Refund")]), "all time")
    assert result.table.loc[1, ["step 1", "step 2"]].tolist() == [3, 1]
    loose: Any = shop.explore_rules(Funnel(["View", "Purchase"]), "all time")
    strict = int(loose.table.index[loose.table["order"] == "strict"][0])
    assert loose.people(1, strict)["distinct_id"].tolist() == ["bob"]
    assert "'Refund' came between" in loose.explain("bob").frame()["why"].str.cat()


def test_two_groups_are_compared_by_condition_or_by_the_name_of_a_segment(shop: tr.Site) -> None:
    shop.save("free riders", Segment(has("plan", "is", "free")))
    funnel = Funnel(["View", "Purchase"])
    result: Any = shop.compare(funnel, has("plan", "is", "gold"), "free riders", "all time")
    assert result.table[["people_a", "people_b"]].values.tolist() == [[1, 2], [1, 1]]
    assert result.definition == FunnelComparison(funnel, has("plan", "is", "gold"), in_segment("free riders"))
    assert result.title == "plan is 'gold' against free riders"
    assert result.people("b", step=1, stopped=True)["distinct_id"].tolist() == ["eve"]
    with pytest.raises(UnknownNameError, match="free"):
        shop.compare(funnel, "free rider", "free riders")


def test_who_stopped_at_a_step_is_kept_as_a_cohort_and_asked_about(shop: tr.Site) -> None:
    result: Any = shop.evaluate(Funnel(["View", "Purchase"]), "all time")
    shop.cohort("only looked", result.segment(1, stopped=True))
    again: Any = shop.evaluate(Funnel(["View", "Purchase"], among=in_segment("only looked")), "all time")
    assert [step["people"] for step in again.steps] == [1, 0]
    assert again.people()["distinct_id"].tolist() == ["eve"]
    assert [step["people"] for step in again.over_time("day").steps] == [1, 0]


def test_rules_and_comparisons_are_saved_and_loaded_like_every_question(shop: tr.Site) -> None:
    shop.save("free riders", Segment(has("plan", "is", "free")))
    questions = {
        "rules": FunnelRules(Funnel(["View", "Purchase"], window="7d")),
        "groups": FunnelComparison(Funnel(["View", "Purchase"]), in_segment("free riders"), has("plan", "is", "gold")),
        "held": Funnel(
            ["View", "Purchase"], hold="product", exclude=["Refund"], freq="week", among=has("plan", "is set")
        ),
    }
    for name, question in questions.items():
        shop.save(name, question)
        assert shop.load(name) == question
        assert shop.evaluate(shop.load(name), "all time").kind == shop.saved().loc[name, "kind"]
