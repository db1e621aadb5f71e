"""The way of one person from one event to another: conversion rates and times between (SEMANTICS 5)."""

from __future__ import annotations

from dataclasses import dataclass

from .event import Event, order
from .metric import Metric
from .metric_counts import occurrences
from .period import FIRST_INSTANT, LAST_INSTANT, Calendar, Range
from .person import Person

EVER = Range(FIRST_INSTANT, LAST_INSTANT)


@dataclass(frozen=True)
class Passage:
    """From the first event in the range to the second one that counts, None if that did not happen (yet)."""

    start: Event
    end: Event | None

    @property
    def time(self) -> int | None:
        """The microseconds it took."""
        return None if self.end is None else self.end.time - self.start.time


def passage(metric: Metric, person: Person, asked: Range, now: int, calendar: Calendar) -> Passage | None:
    """Return the person's way in a time between, or in a conversion rate that counts each person once.

    None for somebody who is not counted: without the first event in the range, or, in a conversion rate, with the
    second one before it.
    """
    began = occurrences(metric, person, Range(asked.start, min(asked.end, now + 1)), calendar)
    if not began:
        return None
    start = began[0]
    seconds = occurrences(metric, person, EVER, calendar, metric.then)
    if metric.measure == "conversion_rate":
        # The first ever; where both are the same event, the second ever.
        seconds = seconds[1:2] if metric.then == metric.first else seconds[:1]
        if seconds and order(seconds[0]) < order(start):
            return None
    limit = now + 1 if metric.until == "now" else min(asked.end, now + 1)
    following = (event for event in seconds if order(event) > order(start) and event.time < limit)
    return Passage(start, next(following, None))
