"""How a metric is answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.metric_scope import Measured, Scope
from tracktor_nb.analysis.metrics import before, figures_of, measured, total_of
from tracktor_nb.semantics.comparison import previous
from tracktor_nb.semantics.metric import Metric

from .question import Listed, Question, check_step


def answer_metric(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who is behind the metric, and the numbers."""
    metric = question.definition
    assert isinstance(metric, Metric)
    scope = scope_of(question, metric)
    found = measured(scope)
    return listing(found), {**figures_of(scope, found), "previous": _previous(question, scope)}


def scope_of(question: Question, metric: Metric) -> Scope:
    """Return the metric asked of the question's log and range."""
    return Scope(metric, question.log, question.within, question.now, question.calendar)


def listing(found: Measured) -> Listed:
    """Return who answers for the people of each step; `stopped` are those who are not in the next one."""

    def listed(step: int = 1, stopped: bool = False) -> Ints:
        check_step(step, len(found.steps))
        people = np.unique(found.steps[step - 1]())
        if not stopped:
            return people
        following = found.steps[step]() if step < len(found.steps) else people
        return np.setdiff1d(people, following)

    return listed


def _previous(question: Question, scope: Scope) -> dict[str, Any] | None:
    """Return the total of the same elapsed part of the previous period, and which instants that was."""
    compared = previous(question.period, question.now, question.calendar)
    if compared is None:
        return None
    asked = before(scope, compared)
    return {"start": asked.within.start, "end": asked.within.end, "total": total_of(asked)}
