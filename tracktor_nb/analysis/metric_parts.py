"""What numbers are made of: rows that add up, and values that stand at an instant, by bucket and by group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from .arrays import Flags, Ints
from .buckets import Buckets
from .columns import Column

Floats = npt.NDArray[np.floating[Any]]
Numbers = npt.NDArray[Any]
"""Counts as integers, sums as floats."""


@dataclass(frozen=True)
class Spans:
    """Where to count: the buckets, and behind them the whole range; `reads` are the instants at which each is over."""

    buckets: Buckets
    reads: list[int]

    def __len__(self) -> int:
        return len(self.reads)


@dataclass(frozen=True)
class Tally:
    """`cells` has a row a group and a column a span; `present` is true for groups of which there is anything."""

    cells: Numbers
    present: Flags


class Part(Protocol):
    """One side of a fraction, or a number by itself."""

    @property
    def by(self) -> Column | None:
        """The value of each row that groups are made of."""

    def tally(self, group: Ints, groups: int, spans: Spans) -> Tally:
        """Return what each group adds up to in each span; `group` is the group of each row."""


@dataclass(frozen=True)
class Rows:
    """Rows of (person, time), sorted by person; each adds its weight, or 1.

    With `once` a person counts once, however many rows there are.
    """

    person: Ints
    time: Ints
    weight: Numbers | None = None
    once: bool = False
    by: Column | None = None

    def tally(self, group: Ints, groups: int, spans: Spans) -> Tally:
        bucket = spans.buckets.of(self.time)
        inside = (bucket >= 0) & (bucket < len(spans) - 1)
        cells = np.zeros((groups, len(spans)), np.int64 if self.weight is None else np.float64)
        cells[:, :-1] = self._counted(group[inside], bucket[inside], groups, len(spans) - 1, inside)
        cells[:, -1] = self._counted(group, np.zeros(len(group), np.int64), groups, 1, None)[:, 0]
        return Tally(cells, np.bincount(group, minlength=groups) > 0)

    def _counted(self, group: Ints, bucket: Ints, groups: int, size: int, rows: Flags | None) -> Numbers:
        """Return groups x buckets."""
        cell: Ints = group * size + bucket
        if self.once:
            person = (self.person if rows is None else self.person[rows]).astype(np.int64)
            cell = _distinct(person * (groups * size) + cell) % max(groups * size, 1)
        weight = self.weight if self.weight is None or rows is None else self.weight[rows]
        return np.bincount(cell, weight, minlength=groups * size).reshape(groups, size)


def _distinct(keys: Ints) -> Ints:
    """Return each key once; events of one person in order are sorted already."""
    if not (keys[1:] >= keys[:-1]).all():
        keys = np.sort(keys)
    distinct: Ints = keys[np.diff(keys, prepend=-1) != 0]
    return distinct


@dataclass(frozen=True)
class Standing:
    """Values that people have from one instant until another; each adds its weight, or 1, to the instants between.

    `asked` tells by person code who is asked about at an instant, None if everybody is.
    """

    person: Ints
    since: Ints
    until: Ints
    weight: Numbers | None = None
    by: Column | None = None
    asked: Callable[[int], Flags] | None = None

    def tally(self, group: Ints, groups: int, spans: Spans) -> Tally:
        cells = np.zeros((groups, len(spans)), np.int64 if self.weight is None else np.float64)
        present = np.zeros(groups, np.bool_)
        for span, at in enumerate(spans.reads):
            stands = self.standing(at)
            weight = None if self.weight is None else self.weight[stands]
            cells[:, span] = np.bincount(group[stands], weight, minlength=groups)
            present |= np.bincount(group[stands], minlength=groups) > 0
        return Tally(cells, present)

    def standing(self, at: int) -> Flags:
        """Return which rows hold at the instant."""
        holds: Flags = (self.since <= at) & (at < self.until)
        return holds if self.asked is None else holds & self.asked(at)[self.person]


def one_group(part: Part) -> Ints:
    """Return the same group for each row."""
    rows: Any = part
    return np.zeros(len(rows.person), np.int64)


def divided(over: Numbers, under: Numbers | None) -> list[float | None]:
    """Return the numbers themselves, or their ratios: None where there is nothing to divide by."""
    if under is None:
        return list(over.tolist())
    pairs: Sequence[tuple[float, float]] = list(zip(over.tolist(), under.tolist(), strict=True))
    return [amount / base if base else None for amount, base in pairs]
