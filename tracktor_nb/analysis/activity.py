"""On how many days everybody did something: the columnar twin of `semantics.activity`."""

from __future__ import annotations

import numpy as np

from tracktor_nb.semantics.activity import (
    ACTIVE_DAYS,
    ACTIVE_OF,
    LEAVING_DAYS,
    last_days,
    leaving_ranges,
)
from tracktor_nb.semantics.event import SYSTEM_EVENTS, SYSTEM_EVENTS_OF_PEOPLE
from tracktor_nb.semantics.period import Calendar, Range

from .arrays import Flags, Ints
from .frames import Log


def acts(log: Log, include_bots: bool = False) -> Flags:
    """Return for each event whether it is something the person did."""
    if not include_bots:
        return log.is_activity
    made_by_people = [name not in SYSTEM_EVENTS or name in SYSTEM_EVENTS_OF_PEOPLE for name in log.names]
    flags: Flags = np.array(made_by_people, bool)[log.name]
    return flags


def days_of_everybody(log: Log, within: Range, calendar: Calendar, include_bots: bool = False) -> Ints:
    """Return by person code on how many local days of the range the person did something."""
    position = np.flatnonzero(acts(log, include_bots) & (log.time >= within.start) & (log.time < within.end))
    person = log.person_code[position]
    edges = np.array(calendar.edges(within.start, within.end, "day"))
    day = np.searchsorted(edges, log.time[position], "right")
    new = (np.diff(person, prepend=-1) != 0) | (np.diff(day, prepend=-1) != 0)
    return np.bincount(person[new], minlength=len(log.identities))


def active_people(log: Log, at: int, calendar: Calendar, include_bots: bool = False) -> Flags:
    """Return by person code who did something on two of the last 28 days."""
    days = days_of_everybody(log, last_days(at, ACTIVE_OF, calendar), calendar, include_bots)
    active: Flags = days >= ACTIVE_DAYS
    return active


def regular_people(log: Log, at: int, calendar: Calendar, include_bots: bool = False) -> Flags:
    """Return by person code who did something on three of the 28 days before the last 14."""
    before, _ = leaving_ranges(at, calendar)
    regular: Flags = days_of_everybody(log, before, calendar, include_bots) >= LEAVING_DAYS
    return regular


def silent_people(log: Log, at: int, calendar: Calendar, include_bots: bool = False) -> Flags:
    """Return by person code who did nothing in the last 14 days."""
    _, since = leaving_ranges(at, calendar)
    silent: Flags = days_of_everybody(log, since, calendar, include_bots) == 0
    return silent
