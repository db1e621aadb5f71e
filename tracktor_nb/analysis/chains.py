"""Finds the best chain of steps in order, in every lane at once: kernels over arrays of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tracktor_nb.semantics.period import LAST_INSTANT

from .arrays import Flags, Ints
from .lanes import Lanes

NONE = -1


@dataclass(frozen=True)
class Course:
    """What chains are made of: the rows that may be each step, ascending, and what bounds the way between them.

    `window` counts from step 1, or `per_step` from the step before; `barred` holds for each gap between two steps the
    positions (of the log, ascending) of events that may not stand in it.
    """

    columns: list[Ints]
    lanes: Lanes
    window: int
    per_step: bool = False
    barred: list[Ints] | None = None


def chains_of(course: Course) -> Ints:
    """Return the best chain of each lane that has one, as positions: one column a step, -1 behind the last reached."""
    if course.per_step:
        chain = _chains_step_by_step(course)
    elif course.barred is not None:
        chain = _chains_around_bars(course)
    else:
        chain = _chains_from_start(course)
    return course.lanes.positions(chain)


# --- one window for all steps, nothing barred -----------------------------------------------------------------------


def _chains_from_start(course: Course) -> Ints:
    """From each start the earliest next event reaches furthest; without a window only the first start matters."""
    starts, lane = course.columns[0], course.lanes.lane
    if course.window == LAST_INSTANT:
        best = starts[first_of_each(lane[starts])]
    else:
        reached = np.ones(len(starts), np.int64)
        for _, alive, _ in _walk(course, starts):
            reached[alive] += 1
        best = starts[_furthest_of_each(lane[starts], reached)]
    chain = _unfilled(best, course)
    for column, alive, following in _walk(course, best):
        chain[alive, column] = following
    return chain


def _walk(course: Course, starts: Ints) -> Iterator[tuple[int, Ints, Ints]]:
    """Yield for each further step which starts reach it, and the event that does: the first one behind the last."""
    lane, time = course.lanes.lane, course.lanes.time
    alive, current, closing = np.arange(len(starts)), starts, time[starts] + course.window
    for column, rows in enumerate(course.columns[1:], start=1):
        following = _next(rows, current)
        found = (following != NONE) & (lane[following] == lane[current]) & (time[following] <= closing)
        alive, current, closing = alive[found], following[found], closing[found]
        yield column, alive, current


# --- a window from step to step -------------------------------------------------------------------------------------


def _chains_step_by_step(course: Course) -> Ints:
    """Forwards: the events at which each step can be reached at all. Backwards: those of them that lead furthest.

    Among these the earliest next one is always right. The nearest event before (or behind) is the one to ask: what
    lies further off has a longer way, with more that is barred on it.
    """
    lane = course.lanes.lane
    reachable = [course.columns[0]]
    for gap, rows in enumerate(course.columns[1:]):
        reachable.append(rows[_linked(course, gap, _previous(reachable[-1], rows), rows)])
    furthest = np.zeros(_lanes_of(course), np.int64)
    for column, rows in enumerate(reachable):
        furthest[lane[rows]] = column
    leading = [reachable[-1]]
    for column, rows in reversed(list(enumerate(reachable[:-1]))):
        leads_on = _linked(course, column, rows, _next(leading[0], rows))
        leading.insert(0, rows[(furthest[lane[rows]] == column) | leads_on])
    chain = _unfilled(leading[0][first_of_each(lane[leading[0]])], course)
    current = chain[:, 0]
    for column, rows in enumerate(leading[1:], start=1):
        goes_on = furthest[lane[current]] >= column
        current = np.where(goes_on, _next(rows, current), current)
        chain[:, column] = np.where(goes_on, current, NONE)
    return chain


def _linked(course: Course, gap: int, first: Ints, second: Ints) -> Flags:
    """True where both exist in one lane, and the second may follow the first over the gap between their steps."""
    lane, time = course.lanes.lane, course.lanes.time
    linked: Flags = (first != NONE) & (second != NONE) & (lane[first] == lane[second])
    if course.per_step:
        linked &= time[second] <= time[first] + course.window
    return linked & _is_free(course, gap, first, second)


def _is_free(course: Course, gap: int, first: Ints, second: Ints) -> Flags | bool:
    """True where nothing barred lies between: as many barred events lie before the second as up to the first."""
    if course.barred is None:
        return True
    free: Flags = _barred_upto(course, gap, first) == _barred_before(course, gap, second)
    return free


def _barred_upto(course: Course, gap: int, rows: Ints) -> Ints:
    assert course.barred is not None
    return np.searchsorted(course.barred[gap], course.lanes.positions(rows), "right")


def _barred_before(course: Course, gap: int, rows: Ints) -> Ints:
    assert course.barred is not None
    return np.searchsorted(course.barred[gap], course.lanes.positions(rows), "left")


# --- one window for all steps, and events barred in between ---------------------------------------------------------


class _Gap(NamedTuple):
    """The way over one gap: the first row behind each one, whether it may follow, and runs of rows without a bar."""

    behind: Ints
    may_follow: Flags
    run: Ints


def _chains_around_bars(course: Course) -> Ints:
    """For each number of steps, from all down: the earliest end that an event can lead to tells who gets there in time.

    Whom no start takes so far is asked again about one step less.
    """
    starts, lane, time = course.columns[0], course.lanes.lane, course.lanes.time
    gaps = [_gap(course, gap) for gap in range(len(course.columns) - 1)]
    settled = np.zeros(_lanes_of(course), bool)
    chains = [_unfilled(starts[:0], course)]
    for length in range(len(course.columns), 0, -1):
        ends = _earliest_ends(course, gaps[: length - 1])
        closing = time[starts] + course.window
        reaches = ~settled[lane[starts]] & (np.append(time, np.iinfo(np.int64).max)[ends[0]] <= closing)
        best = starts[reaches][first_of_each(lane[starts[reaches]])]
        settled[lane[best]] = True
        chains.append(_chains_to_ends(course, best, ends))
    return np.concatenate(chains)


def _gap(course: Course, gap: int) -> _Gap:
    rows, following = course.columns[gap], course.columns[gap + 1]
    index = np.searchsorted(following, rows, "right")
    behind = np.append(following, NONE)[index]
    breaks = np.diff(_barred_before(course, gap, following), prepend=NONE) != 0
    breaks |= np.diff(course.lanes.lane[following], prepend=NONE) != 0
    return _Gap(index, _linked(course, gap, rows, behind), np.cumsum(breaks))


def _earliest_ends(course: Course, gaps: list[_Gap]) -> list[Ints]:
    """Return for each column of so many gaps the earliest row of the last step that its rows lead to.

    Where there is none, the number of rows. Behind an event all rows of the run up to the next bar may follow.
    """
    nowhere = len(course.lanes.time)
    ends = [course.columns[len(gaps)]]
    for gap in reversed(gaps):
        keys = ends[0] + gap.run * (nowhere + 1)  # a run has lower keys than all runs behind it
        lowest = np.minimum.accumulate(keys[::-1])[::-1] - gap.run * (nowhere + 1)
        ends.insert(0, np.where(gap.may_follow, np.append(lowest, nowhere)[gap.behind], nowhere))
    return ends


def _chains_to_ends(course: Course, starts: Ints, ends: list[Ints]) -> Ints:
    """Return the chain from each start (one a lane): the earliest next event that still ends in time."""
    lane, time = course.lanes.lane, course.lanes.time
    closing = np.full(_lanes_of(course), NONE)
    closing[lane[starts]] = time[starts] + course.window
    end_time = np.append(time, np.iinfo(np.int64).max)
    chain = _unfilled(starts, course)
    for column in range(1, len(ends)):
        rows = course.columns[column]
        in_time = rows[end_time[ends[column]] <= closing[lane[rows]]]
        chain[:, column] = _next(in_time, chain[:, column - 1])
    return chain


# --- rows -----------------------------------------------------------------------------------------------------------


def _unfilled(starts: Ints, course: Course) -> Ints:
    """Return chains that have their starts only."""
    chain = np.full((len(starts), len(course.columns)), NONE)
    chain[:, 0] = starts
    return chain


def _lanes_of(course: Course) -> int:
    return int(course.lanes.lane.max(initial=NONE)) + 1


def _next(rows: Ints, behind: Ints) -> Ints:
    """Return the first of the rows behind each given one, -1 where there is none."""
    return np.append(rows, NONE)[np.searchsorted(rows, behind, "right")]


def _previous(rows: Ints, before: Ints) -> Ints:
    """Return the last of the rows before each given one, -1 where there is none."""
    return np.append(rows, NONE)[np.searchsorted(rows, before, "left") - 1]


def first_of_each(sorted_keys: Ints) -> Ints:
    """Return the index of the first row of each person or lane; rows are sorted by it."""
    return np.flatnonzero(np.diff(sorted_keys, prepend=NONE) != 0)


def _furthest_of_each(lane: Ints, reached: Ints) -> Ints:
    """Return for each lane the index of its first row with the highest number."""
    order = np.lexsort((-reached, lane))
    return order[first_of_each(lane[order])]
