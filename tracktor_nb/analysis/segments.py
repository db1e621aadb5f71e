"""Who is a member of a segment: the columnar twin of `semantics.segment`."""

from __future__ import annotations

from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.segment import Segment

from .arrays import Flags, Ints
from .conditions import truth
from .frames import Log


def members(segment: Segment, log: Log, at: int, calendar: Calendar) -> Ints:
    """Return the codes of the people who are members at `at`, ascending."""
    value = truth(segment.condition, log, at, calendar, segment.include_bots)
    return log.people[value & existing(log, at, segment.include_bots)]


def existing(log: Log, at: int, include_bots: bool = False) -> Flags:
    """Return for each person of `log.people` whether it was known at `at`."""
    return log.first_known(include_bots)[log.people] <= at
