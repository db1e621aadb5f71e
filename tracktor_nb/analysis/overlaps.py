"""Who belongs to one of two groups, and to both: the columnar twin of `semantics.overlap`."""

from __future__ import annotations

import numpy as np

from tracktor_nb.semantics.overlap import Overlap, Part
from tracktor_nb.semantics.period import Calendar

from .arrays import Ints
from .frames import Log
from .segments import members


def parts_of(overlap: Overlap, log: Log, at: int, calendar: Calendar) -> dict[Part, Ints]:
    """Return the codes of the people of each part at `at`, ascending."""
    first, second = (members(group, log, at, calendar) for group in (overlap.first, overlap.second))
    return {
        "first only": np.setdiff1d(first, second, assume_unique=True),
        "both": np.intersect1d(first, second, assume_unique=True),
        "second only": np.setdiff1d(second, first, assume_unique=True),
    }
