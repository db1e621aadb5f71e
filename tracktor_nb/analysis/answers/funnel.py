"""How a funnel is answered."""

from __future__ import annotations

from typing import Any

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.conversions import breakdown_of, conversion_of, histograms_of, over_time_of, steps_of
from tracktor_nb.analysis.funnels import attempts
from tracktor_nb.semantics.funnel import Funnel

from .question import Listed, Question, check_step


def answer_funnel(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who reached each step, and the numbers."""
    funnel, log = question.definition, question.log
    assert isinstance(funnel, Funnel)
    found = attempts(funnel, log, question.within, question.now, question.calendar)
    breakdown, more = breakdown_of(funnel, found, log)

    def listed(step: int = 1, stopped: bool = False) -> Ints:
        check_step(step, len(funnel.steps))
        return found.at(step, stopped)

    return listed, {
        "steps": steps_of(funnel, found, log),
        "conversion": conversion_of(funnel, found, log),
        "histograms": histograms_of(funnel, found, log),
        "buckets": over_time_of(funnel, found, log, question.within, question.now, question.calendar),
        "breakdown": breakdown,
        "more_values": more,
    }
