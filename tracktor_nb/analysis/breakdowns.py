"""Splitting a number by a property's value at an event: the columnar twin of `semantics.funnel.breakdown_value`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.values import group_key

from .arrays import Ints
from .columns import Column
from .frames import Log

MOST_VALUES = 100
"""A result shows so many values, the largest ones, and says how many it left out."""


@dataclass(frozen=True)
class Split:
    """For each row the number of its group, and the value of each group; None stands for rows without a value."""

    group: Ints
    values: list[Value]

    def largest(self, sizes: Ints) -> list[int]:
        """Return the groups to show, largest first."""
        order = sorted(range(len(self.values)), key=lambda group: (-sizes[group], _sorting(self.values[group])))
        return order[:MOST_VALUES]


def split_by(log: Log, positions: Ints, by: str) -> Split:
    """Return the groups of the events: by the event's own value, else by the person's as of then."""
    own = log.events.properties.column(by).take(log.order[positions])
    return grouped(own.otherwise(log.of_people.values(by, log.person_code[positions], log.time[positions])))


def grouped(column: Column) -> Split:
    """Return the groups of a column: by the first value of each row."""
    used, codes = np.unique(column.codes, return_inverse=True)
    values: list[Value] = []
    group_of: dict[tuple[type, Value], int] = {}
    groups = []
    for found in (column.values[code] for code in used):
        value = group_key(found[0]) if found else None
        group = group_of.setdefault((bool if isinstance(value, bool) else object, value), len(values))
        if group == len(values):
            values.append(value)
        groups.append(group)
    return Split(np.array(groups, np.int64)[codes], values)


def _sorting(value: Value) -> tuple[str, str]:
    return type(value).__name__, str(value)
