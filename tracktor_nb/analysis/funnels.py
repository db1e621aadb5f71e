"""How far everybody got through ordered steps: the columnar twin of `semantics.funnel.attempt`.

Events stand in the order (person, time, seq), so an event is later than another of the same person exactly if its
position is higher. The kernels take and return arrays of positions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Range, duration

from .arrays import Flags, Ints
from .breakdowns import split_by
from .conditions import matching
from .frames import Log

NONE = -1


@dataclass(frozen=True)
class Attempts:
    """The attempt that counts of everybody who began: one row a person, ascending by person code.

    `chain` holds the positions of the events, one column a step, -1 behind the last step reached.
    """

    person: Ints
    reached: Ints
    chain: Ints


def attempts(funnel: Funnel, log: Log, within: Range, now: int, calendar: Calendar) -> Attempts:
    """Return the attempt of each person that counts (SEMANTICS 4)."""
    steps = [matching(log, step.event, step.where, funnel.include_bots, calendar) for step in funnel.steps]
    limit = within.end if funnel.until == "range end" else now + 1
    begun = log.time[steps[0]]
    starts = steps[0][(begun >= within.start) & (begun < within.end)]
    if funnel.entry == "first":
        starts = starts[_first_of_each(log.person_code[starts])]
    later = [positions[log.time[positions] < limit] for positions in steps[1:]]
    window = duration(funnel.window) if funnel.window else LAST_INSTANT
    walk = chains_per_step if funnel.window_scope == "per step" else chains_from_start
    chain = walk(starts, later, log.person_code, log.time, window)
    return Attempts(log.person_code[chain[:, 0]], (chain != NONE).sum(axis=1), chain)


def chains_from_start(starts: Ints, later: Sequence[Ints], person: Ints, time: Ints, window: int) -> Ints:
    """Return the counted chain of each person, where every step must come within `window` of step 1."""
    reached = np.ones(len(starts), np.int64)
    for _, alive, _ in _walk(starts, later, person, time, window):
        reached[alive] += 1
    best = starts[_furthest_of_each(person[starts], reached)]
    chain = np.full((len(best), len(later) + 1), NONE)
    chain[:, 0] = best
    for column, alive, following in _walk(best, later, person, time, window):
        chain[alive, column] = following
    return chain


def _walk(
    starts: Ints, later: Sequence[Ints], person: Ints, time: Ints, window: int
) -> Iterator[tuple[int, Ints, Ints]]:
    """Yield for each further step which starts reach it, and the event that does: the first one behind the last."""
    alive, current, closing = np.arange(len(starts)), starts, time[starts] + window
    for column, positions in enumerate(later, start=1):
        following = _next(positions, current)
        found = (following != NONE) & (person[following] == person[current]) & (time[following] <= closing)
        alive, current, closing = alive[found], following[found], closing[found]
        yield column, alive, current


def chains_per_step(starts: Ints, later: Sequence[Ints], person: Ints, time: Ints, window: int) -> Ints:
    """Return the counted chain of each person, where every step must come within `window` of the step before.

    Forwards: the events at which each step can be reached at all. Backwards: those of them that lie on a way to the
    furthest step of their person. Among these the earliest next one is always right.
    """
    reachable = [starts]
    for positions in later:
        before = _previous(reachable[-1], positions)
        reachable.append(positions[_linked(before, positions, person, time, window)])
    furthest = np.zeros(int(person[starts].max()) + 1 if len(starts) else 0, np.int64)
    for column, positions in enumerate(reachable):
        furthest[person[positions]] = column
    good = [reachable[-1]]
    for column, positions in reversed(list(enumerate(reachable[:-1]))):
        behind = _next(good[0], positions)
        is_end = furthest[person[positions]] == column
        good.insert(0, positions[is_end | _linked(positions, behind, person, time, window)])
    chain = np.full((len(np.unique(person[starts])), len(good)), NONE)
    current = chain[:, 0] = good[0][_first_of_each(person[good[0]])]
    for column, positions in enumerate(good[1:], start=1):
        current = np.where(furthest[person[current]] >= column, _next(positions, current), current)
        chain[:, column] = np.where(furthest[person[current]] >= column, current, NONE)
    return chain


def _linked(first: Ints, second: Ints, person: Ints, time: Ints, window: int) -> Flags:
    """True where both events exist, are of one person, and the second comes within the window of the first."""
    both = (first != NONE) & (second != NONE)
    linked: Flags = both & (person[first] == person[second]) & (time[second] <= time[first] + window)
    return linked


def _next(positions: Ints, behind: Ints) -> Ints:
    """Return the first of the positions behind each given one, -1 where there is none."""
    return np.append(positions, NONE)[np.searchsorted(positions, behind, "right")]


def _previous(positions: Ints, before: Ints) -> Ints:
    """Return the last of the positions before each given one, -1 where there is none."""
    return np.append(positions, NONE)[np.searchsorted(positions, before, "left") - 1]


def _first_of_each(person: Ints) -> Ints:
    """Return the index of the first row of each person; rows are sorted by person."""
    return np.flatnonzero(np.diff(person, prepend=NONE) != 0)


def _furthest_of_each(person: Ints, reached: Ints) -> Ints:
    """Return for each person the index of its first row with the highest number."""
    order = np.lexsort((-reached, person))
    return order[_first_of_each(person[order])]


def counts(found: Attempts, steps: int) -> list[int]:
    """Return how many people reached each step."""
    return [int((found.reached > step).sum()) for step in range(steps)]


def step_times(found: Attempts, log: Log, step: int) -> Ints:
    """Return the microseconds from the step before to this one (counted from 1), of everybody who made it."""
    chain = found.chain[found.reached >= step]
    return log.time[chain[:, step - 1]] - log.time[chain[:, step - 2]] if step > 1 else np.zeros(0, np.int64)


def summary(times: Ints) -> dict[str, int | None]:
    """Return median, mean and p90 (nearest rank) in whole microseconds, None for no times."""
    if not len(times):
        return dict.fromkeys(("median_time", "mean_time", "p90_time"))
    ordered = np.sort(times)
    low, high = int(ordered[(len(ordered) - 1) // 2]), int(ordered[len(ordered) // 2])
    return {
        "median_time": (low + high) // 2,
        "mean_time": sum(ordered.tolist()) // len(ordered),
        "p90_time": int(ordered[-(-9 * len(ordered) // 10) - 1]),
    }


def steps_of(funnel: Funnel, found: Attempts, log: Log) -> list[dict[str, Any]]:
    """Return one entry a step: label, people, rates against step 1 and the step before, times from there."""
    people = counts(found, len(funnel.steps))
    return [
        {
            "label": step.label,
            "people": people[at],
            "step_rate": _rate(people[at], people[at - 1]) if at else None,
            "rate": _rate(people[at], people[0]),
            **summary(step_times(found, log, at + 1)),
        }
        for at, step in enumerate(funnel.steps)
    ]


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def breakdown_of(funnel: Funnel, found: Attempts, log: Log) -> tuple[list[dict[str, Any]], int]:
    """Return {value, steps} for the largest values at step 1, and how many values were left out."""
    if funnel.by is None:
        return [], 0
    split = split_by(log, found.chain[:, 0], funnel.by)
    reached = np.zeros((len(split.values), len(funnel.steps) + 1), np.int64)
    np.add.at(reached, (split.group, found.reached), 1)
    people = reached[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    shown = split.largest(people[:, 0])
    rows = [{"value": split.values[group], "steps": people[group].tolist()} for group in shown]
    return rows, len(split.values) - len(shown)
