"""Generated metrics and formulas: every measure with every option that means something to it."""

from __future__ import annotations

import operator
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.semantics.condition import Condition
from tracktor_nb.semantics.formula import Formula
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import FREQUENCIES

from .condition_strategies import conditions, event_names, property_names, where_conditions

_COUNTS = ("people_who_did", "times_happened", "times_per_person")


@cache
def metrics(wide: bool = False) -> SearchStrategy[Metric]:
    """Every measure, filtered, split and cut."""
    wheres = st.none() | where_conditions(wide)
    return any_metric(event_names(wide), wheres, property_names(wide), conditions(wide), property_names(wide))


@st.composite
def any_metric(
    draw: DrawFn,
    events: SearchStrategy[str],
    wheres: SearchStrategy[Condition | None],
    values: SearchStrategy[str],
    among: SearchStrategy[Condition],
    by: SearchStrategy[str],
) -> Metric:
    """A metric of these events and properties."""
    options: dict[str, Any] = {
        "among": draw(among) if draw(st.integers(0, 3)) == 0 else None,
        "by": draw(by) if draw(st.booleans()) else None,
        "freq": draw(st.sampled_from(FREQUENCIES)),
        "include_bots": draw(st.booleans()),
    }
    family = draw(st.sampled_from(["counts", "pair", "pair", "value", "value"]))
    if family == "counts":
        return Metric(draw(st.sampled_from(_COUNTS)), draw(events), draw(wheres), **options)  # type: ignore[arg-type]
    if family == "pair":
        return draw(_pairs(st.builds(Step, events, wheres), options))
    event, where = (draw(events), draw(wheres)) if draw(st.booleans()) else (None, None)
    named: dict[str, Any] = {"event": event, "where": where, **options}
    return draw(_of_values(draw(values), named, st.builds(Step, events, wheres)))


@st.composite
def _pairs(draw: DrawFn, steps: SearchStrategy[Step], options: dict[str, Any]) -> Metric:
    first = draw(steps)
    second = first if draw(st.integers(0, 2)) == 0 else draw(steps)
    measure, until = draw(st.integers(0, 2)), draw(st.sampled_from(["range end", "now"]))
    if measure == 0:
        return Metric.conversion_rate(first, second, repeatable=True, **options)
    if measure == 1:
        return Metric.conversion_rate(first, second, until=until, **options)
    return Metric.time_between(first, second, until=until, **options)


@st.composite
def _of_values(draw: DrawFn, value: str, named: dict[str, Any], steps: SearchStrategy[Step]) -> Metric:
    per = draw(st.sampled_from([None, "person", "person who did", "set"]))
    if per is None:
        return Metric.total_value(value, **named)
    needed = per == "person who did" and (named["event"] is None or draw(st.booleans()))
    return Metric.average_value(value, per=per, did=draw(steps) if needed else None, **named)


@cache
def formulas(wide: bool = False) -> SearchStrategy[Formula]:
    """Formulas of up to four metrics and numbers, made with operators."""
    return st.sampled_from(FREQUENCIES).flatmap(lambda freq: _formulas(wide, freq))


@cache
def _formulas(wide: bool, freq: str) -> SearchStrategy[Formula]:
    leaves = metrics(wide).map(lambda metric: _unsplit(metric, freq)) | st.sampled_from([0, 1, 2.5, -3, 100, 1e300])
    parts = st.recursive(
        leaves,
        lambda inner: st.builds(_joined, inner, st.sampled_from("+-*/"), inner),
        max_leaves=4,
    )
    return parts.filter(lambda part: isinstance(part, Formula))  # type: ignore[arg-type, return-value]


def _unsplit(metric: Metric, freq: str) -> Metric:
    return replace(metric, by=None, freq=freq)  # type: ignore[arg-type]


def _joined(left: Any, sign: str, right: Any) -> Any:
    """The formula; of two numbers the first."""
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign](left, right)
