"""Holds the logs of sites in memory and answers definitions about them."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock
from typing import Any

from tracktor_nb.semantics.backtest import Backtest, BacktestDifference
from tracktor_nb.semantics.condition import Group
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import MINUTE, NAMED_PERIODS, SECOND, Calendar, Period
from tracktor_nb.semantics.references import lookup_in, parts_of, resolved

from .answers import answer
from .discovery import events_of, properties_of
from .frames import Log, Source
from .results import Result
from .segments import identities_of, members

MOST_ANSWERS = 256
_NOT_GROWING = ("all time", "yesterday", "last week", "last month", "last quarter", "last year")
_OF_NOW = (Group, FunnelComparison)
_REHEARSED = (Backtest, BacktestDifference)
REHEARSED = 10 * MINUTE
"""A backtest takes seconds: while nothing new is recorded it stands for so long, for those who look at its people."""
SLIDING = 5 * SECOND
"""An answer that changes with every instant is given again for so long; `computed_at` says of when it is."""


def _clock() -> int:
    return time.time_ns() // 1000


@dataclass
class _Held:
    """A log, and what was answered about it."""

    log: Log = field(default_factory=Log)
    answers: dict[Hashable, Result] = field(default_factory=dict)


class Engine:
    """Answers about sites. Each question first takes in what is new; the same question is not computed twice.

    `source_of(site)` gives the rows of a site, `calendar_of(site)` its time zone and week, `clock()` the instant, and
    `saved(site, name)` what is saved under a name, so that an answer follows the segments that its question names.
    Questions may come from several threads.
    """

    def __init__(
        self,
        source_of: Callable[[str], Source],
        calendar_of: Callable[[str], Calendar],
        clock: Callable[[], int] = _clock,
        saved: Callable[[str, str], Definition] = lambda site, name: lookup_in({})(name),
    ) -> None:
        self._source_of, self._calendar_of, self._clock, self._saved = source_of, calendar_of, clock, saved
        self._held: dict[str, _Held] = {}
        self._locks: dict[str, Lock] = {}

    def evaluate(
        self, site: str, definition: Definition, period: Period = "all time", as_of: int | None = None
    ) -> Result:
        """Return the answer with everything the site has recorded so far."""
        held, calendar, now = self._fresh(site), self._calendar_of(site), self._clock()
        meant = resolved(definition, partial(self._saved, site))
        key = (meant, period, as_of, calendar, _until_when(meant, period, now, calendar, held.log))
        known = held.answers.get(key)
        if known is None:
            known = answer(meant, held.log, period, now, calendar, as_of)
            if len(held.answers) >= MOST_ANSWERS:
                held.answers.clear()
            held.answers[key] = known
        stands = _slides(meant, period) or as_of is not None
        return replace(known, definition=definition, now=known.now if stands else now)

    def identities(self, site: str, segment: Group, as_of: int | None = None) -> list[int]:
        """Return the ids of all identities of a segment's members now, or as known at an instant."""
        log, calendar, now = self._fresh(site).log, self._calendar_of(site), self._clock()
        if as_of is not None:
            log, now = log.as_of(as_of), min(now, as_of)
        return identities_of(members(resolved(segment, partial(self._saved, site)), log, now, calendar), log)

    def log(self, site: str) -> Log:
        """Return the log of a site, with everything recorded so far."""
        return self._fresh(site).log

    def events(self, site: str) -> list[dict[str, Any]]:
        """Return {name, count} of each event, the most frequent first."""
        return events_of(self.log(site))

    def properties(self, site: str, event: str | None = None) -> list[dict[str, Any]]:
        """Return {name, type, values} of an event's arguments, or of the properties of people."""
        return properties_of(self.log(site), self._clock(), event)

    def _fresh(self, site: str) -> _Held:
        with self._locks.setdefault(site, Lock()):
            held = self._held.get(site) or _Held()
            log = held.log.refreshed(self._source_of(site))
            if log is not held.log:
                held = _Held(log)
            self._held[site] = held
            return held


def _slides(definition: Definition, period: Period) -> bool:
    """True if the answer may differ from one instant to the next: windows that end now, members of now, a part of the
    previous period that grows with this one.
    """
    parts = list(parts_of(definition))
    asks_who = any(isinstance(part, _OF_NOW) or getattr(part, "among", None) is not None for part in parts)
    opens = any(isinstance(part, Funnel) and part.freq and part.window for part in parts)  # windows close one by one
    compares = any(isinstance(part, Metric) for part in parts) and period not in _NOT_GROWING
    if isinstance(definition, _REHEARSED):  # timers ring
        return True
    return asks_who or opens or compares or (isinstance(period, str) and period not in NAMED_PERIODS)


def _until_when(definition: Definition, period: Period, now: int, calendar: Calendar, log: Log) -> int:
    """Return a number that stays the same for as long as an answer about this log holds.

    Named ranges and buckets move on at full hours of the calendar at the earliest; rows of later times count by and by.
    """
    future = log.extent is not None and log.extent[1] > now
    if isinstance(definition, _REHEARSED):
        return now // REHEARSED
    return now // SLIDING if future or _slides(definition, period) else calendar.floor(now, "hour")
