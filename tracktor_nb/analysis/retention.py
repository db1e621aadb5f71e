"""Who came back when: the columnar twin of `semantics.retention`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Range
from tracktor_nb.semantics.retention import LENGTHS, Retention, horizon

from .among import of_those_among
from .arrays import Flags, Ints
from .breakdowns import split_by
from .buckets import Buckets, buckets_of, countable
from .doing import doings, first_of_each
from .frames import Log

NOT_BEGUN, PARTIAL, WHOLE = 0, 1, 2


@dataclass(frozen=True)
class Stays:
    """Everybody who began, one row a person ascending by code: the start event's position and the cohort's number.

    `row` and `period` are the comings back, each pair once, ascending; with `kind="on or after"` the last of a person
    only. `begun` says of each cell (cohort, period) whether it has not begun, is partial, or is whole.
    """

    person: Ints
    start: Ints
    cohort: Ints
    row: Ints
    period: Ints
    cohorts: Buckets
    begun: Ints

    def came_back(self, period: int, kind: str) -> Flags:
        """Return for each row whether the person came back in the period."""
        found = np.zeros(len(self.person), bool)
        found[self.row[self.period >= period if kind == "on or after" else self.period == period]] = True
        return found


def stays(retention: Retention, log: Log, within: Range, now: int, calendar: Calendar) -> Stays:
    """Return who began when, and in which periods each came back."""
    start = _starts(retention, log, within, now, calendar)
    person = log.person_code[start]
    seen = _seen(within, log)
    cohorts = _cohorts(retention, within, seen, log, now, calendar)
    edges = _edges_on(retention, cohorts, calendar)
    until = horizon(retention, seen, now)
    cohort = cohorts.of(log.time[start]) if len(cohorts) else np.zeros(0, np.int64)
    positions = doings(retention.returning, log, retention.include_bots, calendar)
    row_of = np.full(len(log.identities), -1)
    row_of[person] = np.arange(len(person))
    row = row_of[log.person_code[positions]]
    after = (row >= 0) & (positions > np.append(start, 0)[row]) & (log.time[positions] < until)
    row, time = row[after], log.time[positions[after]]
    if retention.clock == "rolling":
        period = (time - log.time[start][row]) // LENGTHS[retention.freq]
    else:
        period = np.searchsorted(edges, time, "right") - 1 - cohort[row]
    row, period = _once(row, period, retention)
    return Stays(person, start, cohort, row, period, cohorts, _begun(retention, edges, len(cohorts), until))


def _starts(retention: Retention, log: Log, within: Range, now: int, calendar: Calendar) -> Ints:
    """Return the position of each person's start event, of those who begin in the range."""
    found = doings(retention.start, log, retention.include_bots, calendar)
    asked = countable(within, now)
    inside = (log.time[found] >= asked.start) & (log.time[found] < asked.end)
    if retention.cohort == "first in range":
        found = found[inside]
        starts = found[first_of_each(log.person_code[found])]
    else:
        first = first_of_each(log.person_code[found])
        starts = found[first[inside[first]]]
    return of_those_among(retention.among, starts, log, within, now, calendar, retention.include_bots)


def _seen(within: Range, log: Log) -> Range:
    """Return the range as far as the log tells: "all time" ends with its last event, nobody can come back later."""
    if within.end != LAST_INSTANT or log.extent is None:
        return within
    return Range(within.start, log.extent[1] + 1)


def _cohorts(retention: Retention, within: Range, seen: Range, log: Log, now: int, calendar: Calendar) -> Buckets:
    """Return the periods in which people begin; those are partial that the range cuts, or that are not over."""
    edges, asked = buckets_of(retention.freq, within, log, now, calendar).edges, countable(seen, now)
    return Buckets(edges, [start < asked.start or end > asked.end for start, end in pairwise(edges.tolist())])


def _edges_on(retention: Retention, cohorts: Buckets, calendar: Calendar) -> Ints:
    """Return the edges of the cohorts, and of all periods that follow the last one."""
    edges = cohorts.edges.tolist()
    for _ in range(retention.periods + 1 if edges else 0):
        edges.append(calendar.next(edges[-1], retention.freq))
    return np.array(edges, np.int64)


def _once(row: Ints, period: Ints, retention: Retention) -> tuple[Ints, Ints]:
    """Return each pair once; rows are sorted by (row, period)."""
    if retention.kind == "on or after":
        last = np.flatnonzero(np.diff(row, append=-1) != 0)
        return row[last], np.minimum(period[last], retention.periods)
    new = (np.diff(row, prepend=-1) != 0) | (np.diff(period, prepend=-1) != 0)
    new &= period <= retention.periods
    return row[new], period[new]


def _begun(retention: Retention, edges: Ints, cohorts: int, until: int) -> Ints:
    cohort, period = np.arange(cohorts)[:, None], np.arange(retention.periods + 1)[None, :]
    if not cohorts:
        return np.zeros((0, retention.periods + 1), np.int64)
    if retention.clock == "rolling":
        length = LENGTHS[retention.freq]
        opens, closes = edges[cohort] + period * length, edges[cohort + 1] + (period + 1) * length
    else:
        opens, closes = edges[cohort + period], edges[cohort + period + 1]
    return np.where(closes <= until, WHOLE, np.where(opens < until, PARTIAL, NOT_BEGUN))


def counts(found: Stays, retention: Retention, group: Ints, groups: int) -> Ints:
    """Return how many of each group of rows came back, one column a period."""
    size = retention.periods + 1
    cells = np.bincount(group[found.row] * size + found.period, minlength=groups * size).reshape(groups, size)
    return cells[:, ::-1].cumsum(axis=1)[:, ::-1] if retention.kind == "on or after" else cells


def figures_of(retention: Retention, found: Stays, log: Log) -> dict[str, Any]:
    """Return cohorts, averages over whole cells, and breakdown."""
    size = np.bincount(found.cohort, minlength=len(found.cohorts))
    came = counts(found, retention, found.cohort, len(found.cohorts))
    whole = found.begun == WHOLE
    breakdown, more = _breakdown_of(retention, found, log)
    return {
        "people_count": len(found.person),
        "cohorts": [
            {
                "start": int(found.cohorts.edges[at]),
                "people": int(size[at]),
                "partial": found.cohorts.partial[at],
                "returned": [None if state == NOT_BEGUN else count for state, count in zip(*states, strict=True)],
                "whole": whole[at].tolist(),
            }
            for at, states in enumerate(zip(found.begun.tolist(), came.tolist(), strict=True))
        ],
        "average": _over((came * whole).sum(axis=0), (size[:, None] * whole).sum(axis=0)),
        "breakdown": breakdown,
        "more_values": more,
    }


def _over(returned: Ints, of: Ints) -> list[dict[str, Any]]:
    rows = zip(returned.tolist(), of.tolist(), strict=True)
    return [{"returned": came, "of": people, "rate": came / people if people else None} for came, people in rows]


def _breakdown_of(retention: Retention, found: Stays, log: Log) -> tuple[list[dict[str, Any]], int]:
    """Return {value, people, average} for the largest values at the start, and how many were left out."""
    if retention.by is None:
        return [], 0
    split = split_by(log, found.start, retention.by)
    cohorts, values = len(found.cohorts), len(split.values)
    group = split.group * cohorts + found.cohort
    whole = found.begun == WHOLE
    size = np.bincount(group, minlength=values * cohorts).reshape(values, cohorts)
    came = counts(found, retention, group, values * cohorts).reshape(values, cohorts, retention.periods + 1)
    returned, of = (came * whole).sum(axis=1), size @ whole
    shown = split.largest(size.sum(axis=1))
    rows = [
        {"value": split.values[at], "people": int(size[at].sum()), "average": _over(returned[at], of[at])}
        for at in shown
    ]
    return rows, values - len(shown)
