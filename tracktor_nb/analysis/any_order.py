"""Finds the best set of events for steps in any order, of everybody at once.

Events that match the same steps are of one kind. From each start the next event is the earliest of a kind for which
a step is still left; `semantics.matching` says once for each set of kinds which these are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracktor_nb.semantics.matching import can_share
from tracktor_nb.semantics.period import LAST_INSTANT

from .arrays import Flags, Ints
from .chains import NONE, first_of_each
from .frames import Log
from .lanes import Lanes


def chains_in_any_order(starts: Ints, steps: Sequence[Ints], log: Log, lanes: Lanes, window: int, limit: int) -> Ints:
    """Return the best chain from each start, as positions: -1 behind the last event; without a window of each lane."""
    events = np.unique(np.concatenate(steps))
    crowd = _crowd(events, steps, log, lanes)
    rows = np.flatnonzero(np.isin(crowd.position, starts))
    if window == LAST_INSTANT:
        rows = rows[first_of_each(crowd.lane[rows])]
    found = _from_each(rows, crowd, len(steps), window, limit)
    return np.append(crowd.position, NONE)[found]


@dataclass(frozen=True)
class _Crowd:
    """The events that match a step, ascending by (lane, time, seq); `kind` numbers the sets of steps in `kinds`."""

    position: Ints
    lane: Ints
    time: Ints
    kind: Ints
    kinds: list[int]


def _crowd(events: Ints, steps: Sequence[Ints], log: Log, lanes: Lanes) -> _Crowd:
    bits = np.zeros(len(events), object if len(steps) > 62 else np.int64)
    for bit, positions in enumerate(steps):
        bits[np.searchsorted(events, positions)] |= 1 << bit
    kinds, kind = np.unique(bits, return_inverse=True)
    rows = lanes.rows(events)
    position = lanes.positions(rows)
    return _Crowd(
        position, lanes.lane[rows], log.time[position], kind[np.searchsorted(events, position)], kinds.tolist()
    )


def _from_each(starts: Ints, crowd: _Crowd, steps: int, window: int, limit: int) -> Ints:
    """Return the rows of the chain from each start."""
    chain = np.full((len(starts), steps), NONE)
    chain[:, 0] = starts
    upcoming = [_upcoming((crowd.kind == kind) & (crowd.time < limit)) for kind in range(len(crowd.kinds))]
    left = _Left(crowd.kinds)
    alive, current, closing = np.arange(len(starts)), starts, crowd.time[starts] + window
    state = left.begun()[crowd.kind[starts]]
    for column in range(1, steps):
        free, following = left.free, np.full(len(current), len(crowd.kind))
        for kind, rows in enumerate(upcoming):
            following = np.where(free[state, kind], np.minimum(following, rows[current + 1]), following)
        found = following < len(crowd.kind)
        found[found] = crowd.lane[following[found]] == crowd.lane[current[found]]
        found[found] = crowd.time[following[found]] <= closing[found]
        alive, current, closing = alive[found], following[found], closing[found]
        state = left.after(state[found], crowd.kind[current])
        chain[alive, column] = current
    return chain


def _upcoming(flags: Flags) -> Ints:
    """Return for each row, and for one behind the last, the first row from there on that has the flag."""
    rows = np.where(np.append(flags, True), np.arange(len(flags) + 1), len(flags))
    return np.minimum.accumulate(rows[::-1])[::-1]


class _Left:
    """Numbers the sets of kinds already used, and says for which kinds each of them leaves a step."""

    def __init__(self, kinds: list[int]) -> None:
        self._kinds = kinds
        self._number: dict[tuple[int, ...], int] = {}
        self._free: list[list[bool]] = []

    @property
    def free(self) -> Flags:
        """A row for each set, a column for each kind."""
        return np.array(self._free, bool).reshape(len(self._free), len(self._kinds))

    def begun(self) -> Ints:
        """Return the number of the set that has one event of each kind."""
        return np.array([self._numbered((kind,)) for kind in range(len(self._kinds))], np.int64)

    def after(self, state: Ints, kind: Ints) -> Ints:
        """Return the number of each set with one more event."""
        pairs, index = np.unique(state * len(self._kinds) + kind, return_inverse=True)
        used = list(self._number)
        grown = [
            self._numbered(tuple(sorted((*used[pair // len(self._kinds)], pair % len(self._kinds)))))
            for pair in pairs.tolist()
        ]
        return np.array(grown, np.int64)[index]

    def _numbered(self, used: tuple[int, ...]) -> int:
        if used not in self._number:
            self._number[used] = len(self._free)
            matched = [self._kinds[kind] for kind in used]
            self._free.append([can_share([*matched, kind]) for kind in self._kinds])
        return self._number[used]
