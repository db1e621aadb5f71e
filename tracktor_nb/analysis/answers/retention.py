"""How a retention is answered."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.arrays import Flags, Ints
from tracktor_nb.analysis.breakdowns import split_by
from tracktor_nb.analysis.frames import Log
from tracktor_nb.analysis.retention import WHOLE, figures_of, stays
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.retention import Retention

from .periods import check_number, number_of
from .question import Listed, Question

EVERY = object()
"""Stands for every value of a breakdown; None is the value of those that have none."""


def answer_retention(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who began, who came back when, and the numbers."""
    retention, log = question.definition, question.log
    assert isinstance(retention, Retention)
    found = stays(retention, log, question.within, question.now, question.calendar)

    def listed(
        cohort: int | str | None = None, period: int | None = None, returned: bool = True, value: Any = EVERY
    ) -> Ints:
        """Everybody who began; of one cohort; who came back in a period or not, of all cohorts where it is whole."""
        rows = np.ones(len(found.person), bool)
        if value is not EVERY:
            rows &= _having(retention, found.start, log, value)
        if cohort is not None:
            rows &= found.cohort == number_of(cohort, found.cohorts, question.calendar)
        if period is not None:
            check_number("period", period, 0, retention.periods)
            if cohort is None:
                rows &= (found.begun[:, period] == WHOLE)[found.cohort]
            rows &= found.came_back(period, retention.kind) == returned
        return found.person[rows]

    return listed, figures_of(retention, found, log)


def _having(retention: Retention, start: Ints, log: Log, value: Any) -> Flags:
    """Return for each start whether it has the value of the breakdown."""
    if retention.by is None:
        raise DefinitionError("This retention has no breakdown; ask for one with by=.")
    return split_by(log, start, retention.by).having(value)
