"""How a retention is answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.retention import WHOLE, figures_of, stays
from tracktor_nb.semantics.retention import Retention

from .periods import check_number, number_of
from .question import Listed, Question


def answer_retention(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who began, who came back when, and the numbers."""
    retention, log = question.definition, question.log
    assert isinstance(retention, Retention)
    found = stays(retention, log, question.within, question.now, question.calendar)

    def listed(cohort: int | str | None = None, period: int | None = None, returned: bool = True) -> Ints:
        """Everybody who began; of one cohort; who came back in a period or not, of all cohorts where it is whole."""
        rows = np.ones(len(found.person), bool)
        if cohort is not None:
            rows &= found.cohort == number_of(cohort, found.cohorts, question.calendar)
        if period is not None:
            check_number("period", period, 0, retention.periods)
            if cohort is None:
                rows &= (found.begun[:, period] == WHOLE)[found.cohort]
            rows &= found.came_back(period, retention.kind) == returned
        return found.person[rows]

    return listed, figures_of(retention, found, log)
