"""A metric asked of a log: which rows can count. The columnar twin of `semantics.metric_counts`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tracktor_nb.semantics.among import asked_at
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.segment import Segment

from .among import of_those_among
from .arrays import Flags, Ints
from .breakdowns import column_by
from .buckets import countable
from .conditions import matching
from .frames import Log
from .metric_parts import Part, Rows
from .segments import members


@dataclass(frozen=True)
class Measured:
    """A number as a fraction, or without `under` as it is.

    `steps` gives the codes of the people of each step of the list; `times` are those between two events, `started` is
    how many began; `strange` tells of values that are no numbers.
    """

    over: Part
    under: Part | None = None
    steps: tuple[Callable[[], Ints], ...] = ()
    times: Ints | None = None
    started: int = 0
    strange: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Scope:
    """A metric asked of a log: which rows can count."""

    metric: Metric
    log: Log
    asked: Range
    now: int
    calendar: Calendar

    @cached_property
    def within(self) -> Range:
        """The range without the future."""
        return countable(self.asked, self.now)

    @cached_property
    def at(self) -> int:
        """The last instant of the range, or now."""
        return asked_at(self.asked, self.now)

    def events(self, step: Step) -> Ints:
        """Return the positions of the events of the range and of the people asked about, ascending."""
        positions = self.ever(step)
        times = self.log.time[positions]
        inside = positions[(times >= self.within.start) & (times < self.within.end)]
        metric = self.metric
        return of_those_among(metric.among, inside, self.log, self.asked, self.now, self.calendar, metric.include_bots)

    def ever(self, step: Step) -> Ints:
        """Return the positions of the events at any time, ascending."""
        return matching(self.log, step.event, step.where, self.metric.include_bots, self.calendar)

    def members(self, at: int) -> Flags:
        """Return by person code who is asked about at the instant."""
        flags = np.zeros(len(self.log.identities), np.bool_)
        if self.metric.among is not None:
            group = Segment(self.metric.among, self.metric.include_bots)
            flags[members(group, self.log, at, self.calendar)] = True
        return flags

    def rows(self, positions: Ints, weight: Any = None, once: bool = False) -> Rows:
        """Return events as rows."""
        by = None if self.metric.by is None else column_by(self.log, positions, self.metric.by)
        return Rows(self.log.person_code[positions], self.log.time[positions], weight, once, by)
