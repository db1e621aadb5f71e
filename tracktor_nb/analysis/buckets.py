"""The hours, days, weeks or months that a question is cut into."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Freq, Range

from .arrays import Ints
from .frames import Log


@dataclass(frozen=True)
class Buckets:
    """The hours, days, weeks or months of a question: n + 1 edges, and which of the n are partial."""

    edges: Ints
    partial: list[bool]

    def __len__(self) -> int:
        return len(self.partial)

    def of(self, times: Ints) -> Ints:
        """Return the number of the bucket that each time lies in."""
        return np.searchsorted(self.edges, times, "right") - 1


def buckets_of(
    freq: Freq, asked: Range, log: Log, now: int, calendar: Calendar, extent: tuple[int, int] | None = None
) -> Buckets:
    """Return the buckets of the range up to `now`; those of "all time" reach from the log's first to its last event,
    or over the `extent` of what is asked about.

    A bucket is partial if the range cuts it, if the log began within it, or if it is not over at `now`.
    """
    within = countable(asked, now)
    began, over = within.start, within.end
    if asked.end == LAST_INSTANT:
        first, last = extent or log.extent or (over, over)
        began, within = first, Range(first, min(over, last + 1))
    if within.start >= within.end:
        return Buckets(np.zeros(0, np.int64), [])
    edges = calendar.edges(within.start, within.end, freq)
    return Buckets(np.array(edges), [start < began or end > over for start, end in pairwise(edges)])


def countable(asked: Range, now: int) -> Range:
    """Return the range without the future."""
    return Range(asked.start, min(asked.end, now + 1))
