"""How far everybody got through a funnel: the columnar twin of `semantics.attempt`.

Events stand in the order (person, time, seq), so an event is later than another of the same person exactly if its
position is higher. The kernels (`chains`, `any_order`) take and return arrays of positions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracktor_nb.semantics.funnel import Funnel, later_until
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Range, duration

from .among import of_those_among
from .any_order import chains_in_any_order
from .arrays import Flags, Ints
from .chains import NONE, Course, chains_of, first_of_each
from .conditions import matching
from .frames import Log
from .lanes import by_value, undivided


@dataclass(frozen=True)
class Attempts:
    """The attempt that counts of everybody who began: one row a person, ascending by person code.

    `chain` holds the positions of the events, one column a step, -1 behind the last step reached.
    """

    person: Ints
    reached: Ints
    chain: Ints

    def some(self, rows: Flags) -> Attempts:
        """Return the attempts of some people."""
        return Attempts(self.person[rows], self.reached[rows], self.chain[rows])

    def at(self, step: int, stopped: bool) -> Ints:
        """Return the people who reached a step, or of these only who stopped there; nobody stops at the last."""
        stops = (self.reached == step) & (step < self.chain.shape[1])
        return self.person[stops if stopped else self.reached >= step]


def attempts(funnel: Funnel, log: Log, within: Range, now: int, calendar: Calendar) -> Attempts:
    """Return the attempt of each person that counts (SEMANTICS 4)."""
    steps = [matching(log, step.event, step.where, funnel.include_bots, calendar) for step in funnel.steps]
    limit = later_until(funnel, within, now)
    window = duration(funnel.window) if funnel.window else LAST_INSTANT
    starts = _starts(funnel, steps, log, within)
    lanes = undivided(log) if funnel.hold is None else by_value(log, np.unique(np.concatenate(steps)), funnel.hold)
    if funnel.order == "any":
        chain = chains_in_any_order(starts, steps, log, lanes, window, limit)
    else:
        later = [positions[log.time[positions] < limit] for positions in steps[1:]]
        columns = [lanes.rows(positions) for positions in (starts, *later)]
        course = Course(columns, lanes, window, funnel.window_scope == "per step", _barred(funnel, log, calendar))
        chain = chains_of(course)
    found = _best_of_each(chain, log)
    kept = of_those_among(funnel.among, found.chain[:, 0], log, within, now, calendar, funnel.include_bots)
    return found.some(np.isin(found.chain[:, 0], kept)) if len(kept) < len(found.person) else found


def _starts(funnel: Funnel, steps: list[Ints], log: Log, within: Range) -> Ints:
    """Return the positions of the events that may be step 1."""
    first = np.unique(np.concatenate(steps)) if funnel.order == "any" else steps[0]
    begun = log.time[first]
    starts = first[(begun >= within.start) & (begun < within.end)]
    return starts[first_of_each(log.person_code[starts])] if funnel.entry == "first" else starts


def _barred(funnel: Funnel, log: Log, calendar: Calendar) -> list[Ints] | None:
    """Return for each gap between steps the positions of events that may not stand in it; None if all may."""
    gaps = range(1, len(funnel.steps))
    if funnel.order == "strict":
        return [np.flatnonzero(~log.bot) if not funnel.include_bots else np.arange(len(log.time))] * len(gaps)
    if not funnel.exclude:
        return None
    excluded = [matching(log, each.event, each.where, funnel.include_bots, calendar) for each in funnel.exclude]
    pairs = list(zip(funnel.exclude, excluded, strict=True))
    nothing = np.zeros(0, np.int64)
    return [
        np.unique(np.concatenate([nothing, *(found for each, found in pairs if each.covers(gap, len(funnel.steps)))]))
        for gap in gaps
    ]


def _best_of_each(chain: Ints, log: Log) -> Attempts:
    """Return the best chain of each person: the furthest, of equals the earliest."""
    person, reached = log.person_code[chain[:, 0]], (chain != NONE).sum(axis=1)
    order = np.lexsort((*chain.T[::-1], -reached, person))
    best = order[first_of_each(person[order])]
    return Attempts(person[best], reached[best], chain[best])
