"""How stickiness is answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.stickiness import active, figures_of
from tracktor_nb.semantics.stickiness import Stickiness

from .periods import check_number
from .question import Listed, Question


def answer_stickiness(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who was active in how many periods, and the numbers."""
    stickiness = question.definition
    assert isinstance(stickiness, Stickiness)
    found = active(stickiness, question.log, question.within, question.now, question.calendar)
    people, times = found.periods()

    def listed(periods: int | None = None, at_least: bool = False) -> Ints:
        """Everybody who was active at all; in exactly so many periods; in at least so many."""
        if periods is None:
            return people
        check_number("periods", periods, 1, max(len(found.buckets), 1))
        return people[np.where(at_least, times >= periods, times == periods)]

    return listed, figures_of(found)
