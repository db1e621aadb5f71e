"""Which campaign brought whom: the columnar twin of `semantics.acquisition`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.semantics.acquisition import LOOKBACK, Acquisition
from tracktor_nb.semantics.period import Calendar, Range

from .activity import active_people, acts
from .arrays import Flags, Ints
from .breakdowns import grouped
from .frames import Log

Found = tuple[list[dict[str, Any]], int, list[Ints], list[Ints]]
"""Rows, how many campaigns were left out, and for each row the people it brought and those of them not active."""


def arrivals(acquisition: Acquisition, log: Log, within: Range, at: int) -> Ints:
    """Return the position of the event by which each person came who counts in the range, ascending."""
    position = np.flatnonzero(acts(log, acquisition.include_bots) & (log.time <= at))
    touch = _touches(log, position, acquisition.by)
    return (_first if acquisition.touch == "first" else _last)(log, position, touch, within)


def _touches(log: Log, position: Ints, by: str) -> Flags:
    return log.events.properties.column(by).take(log.order[position]).map(bool)


def _first(log: Log, position: Ints, touch: Flags, within: Range) -> Ints:
    """The first touch of everybody, or the first event of people without one, if it lies in the range."""
    person = log.person_code[position]
    order = np.lexsort((position, ~touch, person))
    chosen = position[order[np.diff(person[order], prepend=-1) != 0]]
    counted: Ints = chosen[_inside(log, chosen, within)]
    return counted


def _last(log: Log, position: Ints, touch: Flags, within: Range) -> Ints:
    """The last touch of everybody who came in the range, at most 30 days before the last event there; else that."""
    came = position[_inside(log, position, within)]
    came = came[np.diff(log.person_code[came], append=-1) != 0]
    touches = position[touch]
    last = np.append(touches, -1)[np.searchsorted(touches, came, "right") - 1]
    counts = (last >= 0) & (log.person_code[last] == log.person_code[came])
    counts &= log.time[last] >= log.time[came] - LOOKBACK
    credited: Ints = np.where(counts, last, came)
    return credited


def _inside(log: Log, position: Ints, within: Range) -> Flags:
    inside: Flags = (log.time[position] >= within.start) & (log.time[position] < within.end)
    return inside


def brought(acquisition: Acquisition, log: Log, within: Range, at: int, calendar: Calendar) -> Found:
    """Return each campaign with the people it brought and those active, the one with most active people first."""
    found = arrivals(acquisition, log, within, at)
    split = grouped(log.events.properties.column(acquisition.by).take(log.order[found]))
    person = log.person_code[found]
    active = active_people(log, at, calendar, acquisition.include_bots)[person]
    sizes = np.bincount(split.group[active], minlength=len(split.values))
    shown = split.largest(sizes)
    people = [person[split.group == group] for group in shown]
    inactive = [person[(split.group == group) & ~active] for group in shown]
    rows = [
        {
            "campaign": split.values[group],
            "people": len(everybody),
            "active": len(everybody) - len(rest),
            "rate": (len(everybody) - len(rest)) / len(everybody),
        }
        for group, everybody, rest in zip(shown, people, inactive, strict=True)
    ]
    return rows, len(split.values) - len(shown), people, inactive
