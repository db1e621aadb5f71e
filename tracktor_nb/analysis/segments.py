"""Who is a member of a segment: the columnar twin of `semantics.segment`."""

from __future__ import annotations

import numpy as np

from tracktor_nb.semantics.condition import Group
from tracktor_nb.semantics.period import Calendar

from .arrays import Ints
from .conditions import belonging, existing
from .frames import Log

__all__ = ["existing", "identities_of", "members"]


def members(segment: Group, log: Log, at: int, calendar: Calendar) -> Ints:
    """Return the codes of the people who are members of a segment or a cohort at `at`, ascending."""
    return log.people[belonging(segment, log, at, calendar)]


def identities_of(people: Ints, log: Log) -> list[int]:
    """Return the ids of all identities of the people (codes)."""
    ids: list[int] = log.identities.ids[np.isin(log.person_of, people)].tolist()
    return ids
