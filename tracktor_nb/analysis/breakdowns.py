"""Splitting a number by a property's value at an event: the columnar twin of `semantics.funnel.breakdown_value`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.values import group_key

from .arrays import Flags, Ints
from .columns import NOTHING, Column
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

    def having(self, value: Value) -> Flags:
        """Return for each row whether it has the value; DefinitionError if none has."""
        same = [_kind(value) == _kind(each) and value == each for each in self.values]
        if True not in same:
            raise DefinitionError(f"{value!r} is none of the {len(self.values)} values of this breakdown.")
        has: Flags = self.group == same.index(True)
        return has


def split_by(log: Log, positions: Ints, by: str) -> Split:
    """Return the groups of the events: by the event's own value, else by the person's as of then."""
    return grouped(column_by(log, positions, by))


def column_by(log: Log, positions: Ints, by: str) -> Column:
    """Return the value that splits the events: the event's own, else the person's as of then."""
    own = log.events.properties.column(by).take(log.order[positions])
    return own.otherwise(log.of_people.values(by, log.person_code[positions], log.time[positions]))


def grouped_together(columns: Sequence[Column]) -> tuple[list[Ints], list[Value]]:
    """Return the groups of the rows of several columns, and the value of each group."""
    codes, values = [], list(NOTHING)
    for column in columns:
        codes.append(np.where(column.codes > 0, column.codes + len(values), 0).astype(np.int32))
        values += column.values
    split = grouped(Column(np.concatenate(codes), values))
    return np.split(split.group, np.cumsum([len(each) for each in codes])[:-1]), split.values


def grouped(column: Column) -> Split:
    """Return the groups of a column: by the first value of each row."""
    used, codes = np.unique(column.codes, return_inverse=True)
    values: list[Value] = []
    group_of: dict[tuple[type, Value], int] = {}
    groups = []
    for found in (column.values[code] for code in used):
        value = group_key(found[0]) if found else None
        group = group_of.setdefault((_kind(value), value), len(values))
        if group == len(values):
            values.append(value)
        groups.append(group)
    return Split(np.array(groups, np.int64)[codes], values)


def _kind(value: Value) -> type:
    """True and 1 are two values, 1 and 1.0 are one."""
    return bool if isinstance(value, bool) else object


def _sorting(value: Value) -> tuple[str, str]:
    return type(value).__name__, str(value)
