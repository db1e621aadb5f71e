"""What everybody did: the columnar twin of `semantics.doing`."""

from __future__ import annotations

import numpy as np

from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.period import Calendar

from .activity import acts
from .arrays import Ints
from .conditions import matching
from .frames import Log


def doings(asked: Step | None, log: Log, include_bots: bool, calendar: Calendar) -> Ints:
    """Return the positions of the events that are meant, ascending; None stands for any activity."""
    if asked is None:
        return np.flatnonzero(acts(log, include_bots))
    return matching(log, asked.event, asked.where, include_bots, calendar)


def first_of_each(person: Ints) -> Ints:
    """Return the index of the first row of each person; rows are sorted by person."""
    return np.flatnonzero(np.diff(person, prepend=-1) != 0)
