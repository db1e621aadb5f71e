"""What numbers are made of: rows that add up, and values that stand at an instant, by bucket and by group."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
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


NO_BUCKETS = Buckets(np.zeros(0, np.int64), [])


@dataclass(frozen=True)
class Spans:
    """Where to count: the buckets, and behind them the whole range; `reads` are the instants at which each is over."""

    buckets: Buckets
    reads: list[int]

    def __len__(self) -> int:
        return len(self.reads)

    @property
    def whole(self) -> Spans:
        """The whole range alone."""
        return Spans(NO_BUCKETS, self.reads[-1:])


class Part(Protocol):
    """One side of a fraction, or a number by itself."""

    @property
    def by(self) -> Column | None:
        """The value of each row that groups are made of."""

    def tally(self, group: Ints, groups: int, spans: Spans) -> Numbers:
        """Return what each group (a row) adds up to in each span (a column); `group` is the group of each row."""

    def present(self, group: Ints, groups: int, spans: Spans) -> Flags:
        """Return of which groups there is anything in some span."""


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

    def tally(self, group: Ints, groups: int, spans: Spans) -> Numbers:
        bucket = spans.buckets.of(self.time)
        inside = (bucket >= 0) & (bucket < len(spans) - 1)
        cells = np.zeros((groups, len(spans)), np.int64 if self.weight is None else np.float64)
        cells[:, :-1] = self._counted(group[inside], bucket[inside], groups, len(spans) - 1, inside)
        cells[:, -1] = self._counted(group, np.zeros(len(group), np.int64), groups, 1, None)[:, 0]
        return cells

    def present(self, group: Ints, groups: int, spans: Spans) -> Flags:
        return np.bincount(group, minlength=groups) > 0

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

    def tally(self, group: Ints, groups: int, spans: Spans) -> Numbers:
        if self.asked is None:
            return self._in_force(group, groups, spans)
        cells = np.zeros((groups, len(spans)), np.int64 if self.weight is None else np.float64)
        for span, at in enumerate(spans.reads):
            stands = self.standing(at)
            cells[:, span] = np.bincount(group[stands], self._weight(stands), minlength=groups)
        return cells

    def present(self, group: Ints, groups: int, spans: Spans) -> Flags:
        if self.asked is None:
            begins, ends = self._reads(spans)
            return np.bincount(group[begins < ends], minlength=groups) > 0
        seen = [np.bincount(group[self.standing(at)], minlength=groups) > 0 for at in spans.reads]
        present: Flags = np.any(seen, axis=0)
        return present

    def _in_force(self, group: Ints, groups: int, spans: Spans) -> Numbers:
        """Add each row where it begins and take it away where it ends; nothing is rounded on the way."""
        begins, ends = self._reads(spans)
        rows, size = begins < ends, len(spans) + 1
        first, last = group[rows] * size + begins[rows], group[rows] * size + ends[rows]

        def summed(weight: Numbers | None) -> Numbers:
            changes = [np.bincount(cell, weight, minlength=groups * size) for cell in (first, last)]
            return np.cumsum((changes[0] - changes[1]).reshape(groups, size)[:, :-1], axis=1)

        if self.weight is None:
            return summed(None)
        digits = list(_digits(self.weight[rows]))
        return sum((scale * summed(digit) for scale, digit in reversed(digits)), np.zeros((groups, len(spans))))

    def _reads(self, spans: Spans) -> tuple[Ints, Ints]:
        """The number of the first span at whose end each row holds, and of the first behind that at which it does not;
        instants of reads never go back.
        """
        return np.searchsorted(spans.reads, self.since), np.searchsorted(spans.reads, self.until)

    def _weight(self, rows: Flags) -> Numbers | None:
        return None if self.weight is None else self.weight[rows]

    def standing(self, at: int) -> Flags:
        """Return which rows hold at the instant."""
        holds: Flags = (self.since <= at) & (at < self.until)
        return holds if self.asked is None else holds & self.asked(at)[self.person]


DIGIT = 30
"""Bits of a digit: millions of digits can be added up as floats without rounding."""


def _digits(weight: Numbers) -> Iterator[tuple[float, Numbers]]:
    """Yield the weights as digits of 30 bits, the largest first, each with what it counts."""
    rest = np.asarray(weight, np.float64)
    exponent = int(np.frexp(np.abs(rest).max(initial=0))[1])
    while rest.any():
        exponent -= DIGIT
        digit = np.trunc(np.ldexp(rest, -exponent))
        rest = rest - np.ldexp(digit, exponent)
        yield math.ldexp(1, exponent), digit


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
