"""In how many periods people were active: the columnar twin of `semantics.stickiness`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.stickiness import Stickiness

from .among import of_those_among
from .arrays import Ints
from .buckets import Buckets, buckets_of, countable
from .doing import doings
from .frames import Log


@dataclass(frozen=True)
class Active:
    """Who was active when: one row for each person and period, ascending."""

    person: Ints
    bucket: Ints
    buckets: Buckets

    def periods(self) -> tuple[Ints, Ints]:
        """Return the people, and in how many periods each was active."""
        people, times = np.unique(self.person, return_counts=True)
        return people, times


def active(stickiness: Stickiness, log: Log, within: Range, now: int, calendar: Calendar) -> Active:
    """Return in which periods of the range everybody was active."""
    asked = countable(within, now)
    buckets = buckets_of(stickiness.freq, within, log, now, calendar)
    found = doings(stickiness.event, log, stickiness.include_bots, calendar)
    found = found[(log.time[found] >= asked.start) & (log.time[found] < asked.end)]
    found = of_those_among(stickiness.among, found, log, within, now, calendar, stickiness.include_bots)
    person, bucket = log.person_code[found], buckets.of(log.time[found]) if len(buckets) else found
    once = (np.diff(person, prepend=-1) != 0) | (np.diff(bucket, prepend=-1) != 0)
    return Active(person[once], bucket[once], buckets)


def figures_of(found: Active) -> dict[str, Any]:
    """Return how many people were active in exactly so many periods, and how many periods a person on average."""
    people, times = found.periods()
    exactly = np.bincount(times, minlength=1)[1:]
    whole = ~np.array(found.buckets.partial, bool)[found.bucket] if len(found.buckets) else np.zeros(0, bool)
    regular = len(np.unique(found.person[whole]))
    return {
        "people_count": len(people),
        "bars": [{"periods": at, "people": count} for at, count in enumerate(exactly.tolist(), start=1)],
        "periods": len(found.buckets),
        "partial": sum(found.buckets.partial),
        "average": int(whole.sum()) / regular if regular else None,
    }
