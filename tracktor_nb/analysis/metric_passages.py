"""Conversion rates and times between two events: the columnar twin of `semantics.metric_passage`.

Events stand in the order (person, time, seq): of one person's, the later one has the higher position.
"""

from __future__ import annotations

import numpy as np

from .arrays import Ints
from .metric_scope import Measured, Scope

NONE = -1


def repeatable(scope: Scope) -> Measured:
    """Return times of the second event / times of the first."""
    assert scope.metric.then is not None
    first, second = scope.events(scope.metric.first), scope.events(scope.metric.then)
    person = scope.log.person_code
    return Measured(scope.rows(second), scope.rows(first), (lambda: person[first], lambda: person[second]))


def passages(scope: Scope) -> Measured:
    """Return how many get from the first event to the second, or how long it takes them."""
    metric, person, time = scope.metric, scope.log.person_code, scope.log.time
    assert metric.then is not None
    began = scope.events(metric.first)
    start = began[_first_of_each(person[began])]
    seconds = scope.ever(metric.then)
    if metric.measure == "conversion_rate":
        start, end = _first_ever(start, seconds, person, metric.then == metric.first)
    else:
        end = np.append(seconds, NONE)[np.searchsorted(seconds, start, "right")]
        end = np.where((end != NONE) & (person[end] == person[start]), end, NONE)
    limit = scope.now + 1 if metric.until == "now" else scope.within.end
    through = (end != NONE) & (time[end] < limit)
    done = start[through]
    steps = (lambda: person[start], lambda: person[done])
    if metric.measure == "conversion_rate":
        return Measured(scope.rows(done), scope.rows(start), steps)
    times = time[end[through]] - time[done]
    return Measured(scope.rows(done, times.astype(np.float64)), scope.rows(done), steps, times, len(start))


def _first_ever(start: Ints, seconds: Ints, person: Ints, same: bool) -> tuple[Ints, Ints]:
    """Return the starts of people who had not yet done the second event, and where they first ever do it behind.

    Where both are the same event, their second one is meant.
    """
    ever = _first_of_each(person[seconds])
    if same:
        ever = ever + 1
        ever = ever[np.append(np.diff(person[seconds], append=NONE) == 0, False)[ever - 1]]
    first = np.append(seconds[ever], NONE)
    at = np.searchsorted(person[first[:-1]], person[start])
    second = np.where((first[at] != NONE) & (person[first[at]] == person[start]), first[at], NONE)
    open_ = (second == NONE) | (second >= start)
    return start[open_], np.where(second > start, second, NONE)[open_]


def _first_of_each(person: Ints) -> Ints:
    """Return the index of the first row of each person; rows are sorted by person."""
    return np.flatnonzero(np.diff(person, prepend=NONE) != 0)
