"""Generated funnels: every rule alone and together, over what anything holds and over what busy logs hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.semantics.condition import Condition, did, did_not, has
from tracktor_nb.semantics.funnel import Exclusion, Funnel, Step
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.funnel_rules import FunnelRules
from tracktor_nb.semantics.period import FREQUENCIES

from .condition_strategies import conditions, event_names, property_names, where_conditions
from .value_strategies import names

_BUSY_STEPS = st.sampled_from(["A", "A", "B", "B", "C"])


@st.composite
def funnels(draw: DrawFn, wide: bool = False) -> Funnel:
    """Funnels of one to five steps, names repeated, with every rule."""
    window = draw(st.sampled_from([None, None, "30m", "1h", "1d", "2d", "7d", "30d"]))
    property = st.none() | property_names(wide)
    return draw(_funnels(draw(_steps(wide)), window, property, property, st.none() | conditions(wide), wide))


@cache
def funnel_questions(wide: bool = False) -> SearchStrategy[FunnelRules | FunnelComparison]:
    """What is asked about funnels beside their numbers."""
    whole = funnels(wide).map(lambda funnel: replace(funnel, by=None, freq=None))
    groups = conditions(wide)
    return st.builds(FunnelRules, whole) | st.builds(FunnelComparison, whole, groups, groups)


@st.composite
def busy_funnels(draw: DrawFn) -> Funnel:
    """Funnels over what busy logs hold, windows as long as their gaps."""
    where = st.integers(0, 5).flatmap(lambda dice: st.none() if dice else where_conditions())
    step = st.one_of(_BUSY_STEPS, _BUSY_STEPS, _BUSY_STEPS, st.builds(Step, _BUSY_STEPS, where))
    return draw(
        _funnels(
            draw(st.lists(step, min_size=2, max_size=4)),
            draw(st.sampled_from([None, "30m", "1h", "1h", "1d", "1d", "2d"])),
            st.none() | st.sampled_from(["plan", "n", "address.city", "created_at", "last_seen"]),
            st.sampled_from([None, None, None, "plan", "n"]),
            st.sampled_from([None, None, None, has("plan", "is set"), did("B"), did_not("C")]),
        )
    )


@st.composite
def _funnels(
    draw: DrawFn,
    steps: list[Any],
    window: str | None,
    by: SearchStrategy[str | None],
    hold: SearchStrategy[str | None],
    among: SearchStrategy[Condition | None],
    wide: bool = False,
) -> Funnel:
    order, split_by = draw(st.sampled_from(["loose", "loose", "strict", "any"])), draw(by)
    return Funnel(
        steps,
        window=window,
        order=order,
        entry=draw(st.sampled_from(["any", "any", "first"])),
        window_scope=draw(st.sampled_from(["funnel", "per step"])) if window and order != "any" else "funnel",
        until=draw(st.sampled_from(["range end", "now"])),
        hold=draw(hold),
        exclude=draw(_exclusions(len(steps), wide)) if order == "loose" else (),
        by=split_by,
        freq=None if split_by else draw(st.none() | st.sampled_from(FREQUENCIES)),
        among=draw(among),
        include_bots=draw(st.booleans()),
    )


@st.composite
def _exclusions(draw: DrawFn, steps: int, wide: bool) -> list[Exclusion]:
    """What may not happen between steps that are there; mostly nothing or one event."""
    found = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2])) if steps > 1 else 0):
        after = draw(st.integers(1, steps - 1))
        before = draw(st.none() | st.integers(after + 1, steps))
        event = draw(event_names(wide) if wide else st.sampled_from(["A", "B", "B", "C", "C", "Visited Site"]))
        found.append(Exclusion(event, draw(st.none() | st.none() | where_conditions(wide)), after, before))
    return found


@cache
def _steps(wide: bool) -> SearchStrategy[list[Step]]:
    plain = (names if wide else st.sampled_from("AABBC")).map(Step)
    asking = st.builds(replace, plain, where=where_conditions(wide))
    step = st.integers(0, 11).flatmap(lambda dice: plain if dice else asking)
    return st.sampled_from([1, 2, 3, 4, 5]).flatmap(lambda length: st.lists(step, min_size=length, max_size=length))
