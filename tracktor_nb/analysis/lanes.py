"""Rows on which chains are looked for: the events of a person, or those of a person that have one value of a property.

Rows ascend by (lane, time, seq): of two rows of one lane the later event has the higher number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Ints
from .breakdowns import split_by
from .frames import Log


@dataclass(frozen=True)
class Lanes:
    """The lane and the time of each row. With `events` (ascending) and `row_of` only those positions have rows."""

    lane: Ints
    time: Ints
    events: Ints | None = None
    row_of: Ints | None = None
    position: Ints | None = None

    def rows(self, positions: Ints) -> Ints:
        """Return the rows of events, ascending."""
        if self.events is None or self.row_of is None:
            return positions
        return np.sort(self.row_of[np.searchsorted(self.events, positions)])

    def positions(self, rows: Ints) -> Ints:
        """Return where the events of the rows stand in the log; -1 stays -1."""
        return rows if self.position is None else np.append(self.position, -1)[rows]


def undivided(log: Log) -> Lanes:
    """Return a lane for each person; a row is a position of the log."""
    return Lanes(log.person_code, log.time)


def by_value(log: Log, events: Ints, hold: str) -> Lanes:
    """Return a lane for each person and value that the property has at the events (positions, ascending)."""
    person, group = log.person_code[events], split_by(log, events, hold).group
    order = np.lexsort((group, person))  # stable: events of a lane stay in order
    changes = (np.diff(person[order], prepend=-1) != 0) | (np.diff(group[order], prepend=-1) != 0)
    row_of = np.empty(len(events), np.int64)
    row_of[order] = np.arange(len(events))
    return Lanes(np.cumsum(changes) - 1, log.time[events[order]], events, row_of, events[order])
