"""Who is a member of a segment: the columnar twin of `semantics.segment`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from tracktor_nb.semantics.condition import Group
from tracktor_nb.semantics.period import DAY, LAST_INSTANT, Calendar, Freq, Range

from .arrays import Ints
from .conditions import belonging, existing
from .frames import Log

__all__ = ["existing", "identities_of", "members", "sizes"]

_LONGEST: dict[Freq, int] = {"day": 100 * DAY, "week": 700 * DAY}
"""The longest range that is cut into days, and into weeks."""


def members(segment: Group, log: Log, at: int, calendar: Calendar) -> Ints:
    """Return the codes of the people who are members of a segment or a cohort at `at`, ascending."""
    return log.people[belonging(segment, log, at, calendar)]


def sizes(segment: Group, log: Log, within: Range, now: int, calendar: Calendar) -> tuple[Freq, list[dict[str, Any]]]:
    """Return how many members there were at the end of each day of the range, or now in the day that is not over.

    Rows hold {start, people, partial}. Long ranges are cut into weeks or months; "all time" begins when somebody was
    first known.
    """
    end = min(within.end, now + 1)
    start = within.start if within.end != LAST_INSTANT else int(log.first_known(True).min(initial=end))
    freq: Freq = next((freq for freq, longest in _LONGEST.items() if end - start <= longest), "month")
    if start >= end:
        return freq, []
    return freq, [_size(segment, log, bucket, end, calendar) for bucket in pairwise(calendar.edges(start, end, freq))]


def _size(segment: Group, log: Log, bucket: tuple[int, int], end: int, calendar: Calendar) -> dict[str, Any]:
    start, over = bucket
    if over > end:
        return {"start": start, "people": len(members(segment, log, end - 1, calendar)), "partial": True}
    known = (segment, calendar, over)
    if known not in log.sizes:
        log.sizes[known] = len(members(segment, log, over - 1, calendar))
    return {"start": start, "people": log.sizes[known], "partial": False}


def identities_of(people: Ints, log: Log) -> list[int]:
    """Return the ids of all identities of the people (codes)."""
    ids: list[int] = log.identities.ids[np.isin(log.person_of, people)].tolist()
    return ids
