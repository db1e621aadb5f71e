"""How a lifecycle is answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.lifecycle import figures_of, lives
from tracktor_nb.semantics.definition import check_choice
from tracktor_nb.semantics.lifecycle import STATES, Lifecycle

from .periods import number_of
from .question import Listed, Question


def answer_lifecycle(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who is what in which period, and the numbers."""
    lifecycle = question.definition
    assert isinstance(lifecycle, Lifecycle)
    found = lives(lifecycle, question.log, question.within, question.now, question.calendar)

    def listed(state: str | None = None, period: int | str | None = None) -> Ints:
        """Everybody who was anything; in one state; in the period that holds an instant."""
        rows = np.ones(len(found.person), bool)
        if state is not None:
            check_choice("state", state, STATES, "the people of a lifecycle")
            rows &= found.state == STATES.index(state)
        if period is not None:
            rows &= found.bucket == number_of(period, found.buckets, question.calendar)
        return np.unique(found.person[rows])

    return listed, figures_of(found)
