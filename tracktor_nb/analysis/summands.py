"""The numbers in a column, for sums; what else it holds is left out and counted. Twin of `semantics.metric_values`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.semantics.conversion import type_of
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.metric_values import is_summand

from .arrays import Ints
from .columns import Column
from .metric_parts import Floats


@dataclass(frozen=True)
class Summands:
    """The sum of each row's numbers, and how many they are."""

    sums: Floats
    counts: Ints


def summands(column: Column) -> Summands:
    """Return the numbers of each row, looking at each distinct value once."""
    used, codes = np.unique(column.codes, return_inverse=True)
    found = [[value for value in column.values[code] if is_summand(value)] for code in used.tolist()]
    sums = np.array([float(sum(numbers)) for numbers in found], np.float64)
    return Summands(sums[codes], np.array([len(numbers) for numbers in found], np.int64)[codes])


def left_out(column: Column) -> list[dict[str, Any]]:
    """Return {type, count, example} for each type of values that are no numbers, the most frequent first."""
    rows: dict[str, dict[str, Any]] = {}
    used, times = np.unique(column.codes, return_counts=True)
    for code, count in zip(used.tolist(), times.tolist(), strict=True):
        for value in column.values[code]:
            if not is_summand(value):
                row = rows.setdefault(type_of(value), {"type": type_of(value), "count": 0, "example": _shown(value)})
                row["count"] += count
    return sorted(rows.values(), key=lambda row: (-row["count"], row["type"]))


def _shown(value: Value) -> Value:
    """A short text of the value, so that a card can show it."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
