"""How a formula is answered: each metric by itself, then the numbers of each bucket, and the totals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracktor_nb.analysis.metric_parts import Spans
from tracktor_nb.analysis.metric_scope import Measured, Scope
from tracktor_nb.analysis.metrics import Number, before, bucket_rows, measured, series, spans_of, spread, total_of
from tracktor_nb.semantics.comparison import previous
from tracktor_nb.semantics.formula import Formula

from .metric import listing, scope_of
from .question import Listed, Question


def answer_formula(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who is behind each metric of the formula (a step a metric), and the numbers."""
    formula = question.definition
    assert isinstance(formula, Formula)
    scopes = [scope_of(question, metric) for metric in formula.metrics.values()]
    found = [measured(scope) for scope in scopes]
    spans = _spans(scopes)
    each = [series(part, spans) for part in found]
    *values, total = (_value(formula, numbers) for numbers in zip(*each, strict=True))
    return listing(Measured(found[0].over, steps=tuple(part.steps[0] for part in found))), {
        "total": total,
        "buckets": bucket_rows(spans.buckets, values),
        **spread(values, spans.buckets.partial),
        "breakdown": [],
        "previous": _previous(question, formula, scopes),
        "left_out": [row for part in found for row in part.strange],
        "parts": [
            {"name": name, "label": metric.label, "unit": metric.unit, "total": its[-1]}
            for (name, metric), its in zip(formula.parts, each, strict=True)
        ],
    }


def _spans(scopes: Sequence[Scope]) -> Spans:
    """The buckets that cover those of all metrics, which differ in "all time" alone."""
    each = [spans_of(scope) for scope in scopes]
    longest = max(each, key=len)
    assert all(set(spans.buckets.edges) <= set(longest.buckets.edges) for spans in each)
    return longest


def _value(formula: Formula, numbers: Sequence[Number]) -> Number:
    return formula.value(dict(zip(formula.metrics, numbers, strict=True)))


def _previous(question: Question, formula: Formula, scopes: Sequence[Scope]) -> dict[str, Any] | None:
    compared = previous(question.period, question.now, question.calendar)
    if compared is None:
        return None
    asked = [before(scope, compared) for scope in scopes]
    total = _value(formula, [total_of(scope) for scope in asked])
    return {"start": asked[0].within.start, "end": asked[0].within.end, "total": total}
