"""Who is new, returning, resurrected and dormant: the columnar twin of `semantics.lifecycle`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.semantics.lifecycle import STATES, Lifecycle
from tracktor_nb.semantics.period import Calendar, Range

from .among import of_those_among
from .arrays import Ints
from .buckets import Buckets, buckets_of, countable
from .doing import doings, first_of_each
from .frames import Log

NEW, RETURNING, RESURRECTED, DORMANT = range(len(STATES))


@dataclass(frozen=True)
class Lives:
    """What people are in the periods of the range: one row for each person, period and state."""

    person: Ints
    bucket: Ints
    state: Ints
    buckets: Buckets


def lives(lifecycle: Lifecycle, log: Log, within: Range, now: int, calendar: Calendar) -> Lives:
    """Return what everybody is in each period of the range."""
    until = countable(within, now).end
    buckets = _partial_at_the_ends(buckets_of(lifecycle.freq, within, log, now, calendar), until, log)
    if not len(buckets):
        nothing = np.zeros(0, np.int64)
        return Lives(nothing, nothing, nothing, buckets)
    found = doings(lifecycle.event, log, lifecycle.include_bots, calendar)
    found = found[log.time[found] < until]
    found = of_those_among(lifecycle.among, found, log, within, now, calendar, lifecycle.include_bots)
    # Number -1 is the period before the range, and -2 stands for all earlier ones.
    before = calendar.floor(int(buckets.edges[0]) - 1, lifecycle.freq)
    bucket = np.searchsorted(np.append(before, buckets.edges), log.time[found], "right") - 2
    person = log.person_code[found]
    once = np.flatnonzero((np.diff(person, prepend=-1) != 0) | (np.diff(bucket, prepend=-3) != 0))
    return _told(person[once], bucket[once], buckets)


def _told(person: Ints, bucket: Ints, buckets: Buckets) -> Lives:
    """Return the states of people who were active in those periods, sorted by (person, bucket), each pair once."""
    first = np.zeros(len(person), bool)
    first[first_of_each(person)] = True
    follows = ~first & (np.diff(bucket, prepend=-3) == 1)
    state = np.where(first, NEW, np.where(follows, RETURNING, RESURRECTED))
    goes_on = np.append(follows, False)[1:]
    silent = ~goes_on & (bucket >= -1) & (bucket + 1 < len(buckets))
    shown = bucket >= 0
    return Lives(
        np.concatenate([person[shown], person[silent]]),
        np.concatenate([bucket[shown], bucket[silent] + 1]),
        np.concatenate([state[shown], np.full(int(silent.sum()), DORMANT)]),
        buckets,
    )


def _partial_at_the_ends(buckets: Buckets, until: int, log: Log) -> Buckets:
    """Return the buckets with those partial in which the log began, or that are not over."""
    began = log.extent[0] if log.extent is not None else until
    edges = buckets.edges.tolist()
    cut = [edges[at] < began < edges[at + 1] or edges[at + 1] > until for at in range(len(buckets))]
    return Buckets(buckets.edges, cut)


def figures_of(found: Lives) -> dict[str, Any]:
    """Return the people of each state in each period, and their averages over whole periods."""
    size = len(found.buckets)
    cells = np.bincount(found.state * size + found.bucket, minlength=len(STATES) * size).reshape(len(STATES), size)
    partial = found.buckets.partial
    whole = cells[:, ~np.array(partial, bool)]
    means = whole.mean(axis=1).tolist() if whole.size else [None] * len(STATES)
    return {
        "buckets": [
            {"start": int(found.buckets.edges[at]), **dict(zip(STATES, column, strict=True)), "partial": partial[at]}
            for at, column in enumerate(cells.T.tolist())
        ],
        "average": dict(zip(STATES, means, strict=True)),
    }
