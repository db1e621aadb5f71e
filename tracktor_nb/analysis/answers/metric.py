"""How a metric is answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.buckets import countable
from tracktor_nb.analysis.metrics import figures_of, occurrences
from tracktor_nb.semantics.metric import Metric

from .question import Listed, Question, check_step


def answer_metric(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who is behind the metric, and the numbers."""
    metric, log = question.definition, question.log
    assert isinstance(metric, Metric)
    found = occurrences(metric, log, countable(question.within, question.now), question.calendar)

    def listed(step: int = 1, stopped: bool = False) -> Ints:
        check_step(step, 1)
        return np.unique(log.person_code[found])

    return listed, figures_of(metric, log, question.within, question.now, question.calendar)
