"""Asking only about some people: the columnar twin of `semantics.among`."""

from __future__ import annotations

import numpy as np

from tracktor_nb.semantics.among import asked_at
from tracktor_nb.semantics.condition import Condition
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.segment import Segment

from .arrays import Ints
from .frames import Log
from .segments import members


def of_those_among(
    among: Condition | None,
    positions: Ints,
    log: Log,
    within: Range,
    now: int,
    calendar: Calendar,
    include_bots: bool,
) -> Ints:
    """Return the positions of events whose people the question is about."""
    if among is None:
        return positions
    asked_about = np.zeros(len(log.identities), bool)
    asked_about[members(Segment(among, include_bots), log, asked_at(within, now), calendar)] = True
    return positions[asked_about[log.person_code[positions]]]
