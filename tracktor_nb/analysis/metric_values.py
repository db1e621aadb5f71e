"""Total and average values: the columnar twin of `semantics.metric_values`.

Arguments of events and values set are rows; properties of people stand from one change to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays import Ints
from .columns import Column
from .frames import NEVER
from .metric_parts import Part, Rows, Standing
from .metric_scope import Measured, Scope
from .summands import Summands, left_out, summands

NONE = -1


def values(scope: Scope) -> Measured:
    """Return a total value, and what it is divided by."""
    metric = scope.metric
    if metric.of_people and metric.per != "set":
        return _of_standing(scope)
    person, rows, found, column = _set(scope) if metric.of_people else _said(scope)
    counted = found.counts > 0
    over = rows(found.sums)
    holders = lambda: person[counted]  # noqa: E731
    strange = left_out(column)
    if metric.per == "set":
        return Measured(over, rows(found.counts), (holders,), strange=strange)
    under, who = _divisor(scope)
    return Measured(over, under, (*who, holders), strange=strange)


RowsOf = Callable[[Any], Rows]


def _said(scope: Scope) -> tuple[Ints, RowsOf, Summands, Column]:
    """What events say: their people, how to make rows of them, their numbers, and their values."""
    positions = scope.events(scope.metric.first)
    column = scope.log.events.properties.column(str(scope.metric.value)).take(scope.log.order[positions])
    return scope.log.person_code[positions], lambda weight: scope.rows(positions, weight), summands(column), column


def _set(scope: Scope) -> tuple[Ints, RowsOf, Summands, Column]:
    """What the property was set to."""
    metric, log, changes = scope.metric, scope.log, scope.log.changes
    column = changes.properties.column(str(metric.value))
    mask = (column.codes > 0) & (changes.time >= scope.within.start) & (changes.time < scope.within.end)
    if metric.among is not None:
        mask &= scope.members(scope.at)[log.person_of[changes.identity]]
    rows = np.flatnonzero(mask)
    person, time, column = log.person_of[changes.identity[rows]], changes.time[rows], column.take(rows)
    by = None if metric.by is None else log.of_people.values(metric.by, person, time)
    return person, lambda weight: Rows(person, time, weight, by=by), summands(column), column


def _of_standing(scope: Scope) -> Measured:
    metric, people = scope.metric, scope.log.of_people
    person, since, until = _spells(scope, [str(metric.value), *([metric.by] if metric.by else [])])
    column = people.values(str(metric.value), person, since)
    found = summands(column)
    has = np.flatnonzero(found.counts > 0)
    over = _standing(scope, person[has], since[has], until[has], found.sums[has])
    read = _standing(scope, person, since, until, None).standing(scope.at)
    under, who = _divisor(scope)
    holders = lambda: person[read & (found.counts > 0)]  # noqa: E731
    return Measured(over, under, (*who, holders), strange=left_out(column.take(np.flatnonzero(read))))


def _divisor(scope: Scope) -> tuple[Part | None, tuple[Callable[[], Ints], ...]]:
    """Return what a total value is divided by, and who that is."""
    metric = scope.metric
    if metric.per is None:
        return None, ()
    if metric.per == "person who did":
        did = scope.events(metric.doers)
        return scope.rows(did, once=True), (lambda: scope.log.person_code[did],)
    everybody = _everybody(scope)
    return everybody, (lambda: everybody.person[everybody.standing(scope.at)],)


def _everybody(scope: Scope) -> Standing:
    """All people, split by a property only where the values are split by it too: those of events are by their own."""
    by = scope.metric.by if scope.metric.of_people else None
    person, since, until = _spells(scope, [by] if by else [])
    return _standing(scope, person, since, until, None, split=by is not None)


def _standing(scope: Scope, person: Ints, since: Ints, until: Ints, weight: Any, split: bool = True) -> Standing:
    metric = scope.metric
    by = scope.log.of_people.values(metric.by, person, since) if metric.by and split else None
    asked = None
    if metric.among is not None:
        # Who is asked about where events are counted does not change from bucket to bucket.
        ending = scope.members(scope.at) if not metric.of_people else None
        asked = scope.members if ending is None else lambda at: ending
    return Standing(person, since, until, weight, by, asked)


def _spells(scope: Scope, paths: list[str]) -> tuple[Ints, Ints, Ints]:
    """Return person, since and until of the spells in which what the paths reach stays the same, from when each
    person is known on.
    """
    known = scope.log.first_known(scope.metric.include_bots)
    people = np.flatnonzero(known < NEVER)
    turns = [(people, known[people]), *(scope.log.of_people.turns(path) for path in paths)]
    person = np.concatenate([each for each, _ in turns])
    time = np.concatenate([each for _, each in turns])
    time = np.maximum(time, known[person])
    order = np.lexsort((time, person))
    person, time = person[order], time[order]
    distinct = (np.diff(person, prepend=NONE) != 0) | (np.diff(time, prepend=NONE) != 0)
    person, time = person[distinct], time[distinct]
    last = np.append(np.diff(person) != 0, True) if len(person) else np.zeros(0, np.bool_)
    until = np.where(last, NEVER, np.append(time[1:], NEVER))
    return person, time, until
