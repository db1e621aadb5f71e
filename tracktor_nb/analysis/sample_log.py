"""A sample's log as plain columns, and the two shapes others want of it: rows to store, DataFrames to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Column = npt.NDArray[Any]
EventRow = tuple[str, str, int, dict[str, Any]]
ChangeRow = tuple[str, int, dict[str, Any]]
EdgeRow = tuple[str, str, int]


@dataclass(frozen=True)
class Table:
    """Rows of one kind in order of time: whose (index of the person), when (microseconds UTC), and typed columns.

    At least one column; None in it means that this row does not have the property.
    """

    person: Column
    time: Column
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.time)

    def data(self) -> Iterator[dict[str, Any]]:
        """Yield each row's properties."""
        for row in zip(*(column.tolist() for column in self.columns.values()), strict=True):
            yield {name: value for name, value in zip(self.columns, row, strict=True) if value is not None}


@dataclass(frozen=True)
class Sample:
    """A made-up site: its log, and what is true of it by construction.

    `tables` holds the events by name and `changes` the property changes, each in order of time. A person is known by
    an anonymous id, and from `registered_at` on (microseconds; never: the largest int64) by a login as well.
    """

    now: int
    tables: Mapping[str, Table]
    changes: tuple[Table, ...]
    anonymous_ids: Column
    logins: Column
    registered_at: Column
    truth: Mapping[str, Any]

    def __len__(self) -> int:
        return sum(len(table) for table in self.tables.values())

    @property
    def size(self) -> int:
        """The number of rows to store: events, property changes and identity edges."""
        return len(self) + sum(map(len, self.changes)) + int((self.registered_at < self.now).sum())

    def event_rows(self) -> Iterator[EventRow]:
        """Yield (distinct id, event, time in microseconds, properties) of every event in order of time."""
        return _in_order(
            [
                (table.time, zip(self._distinct_ids(table), repeat(name), table.time.tolist(), table.data()))
                for name, table in self.tables.items()
            ]
        )

    def change_rows(self) -> Iterator[ChangeRow]:
        """Yield (distinct id, time in microseconds, new values) of every property change in order of time."""
        return _in_order(
            [
                (table.time, zip(self._distinct_ids(table), table.time.tolist(), table.data(), strict=True))
                for table in self.changes
            ]
        )

    def edge_rows(self) -> Iterator[EdgeRow]:
        """Yield (anonymous id, login, time in microseconds) of every registration in order of time."""
        registered = np.flatnonzero(self.registered_at < self.now)
        registered = registered[np.argsort(self.registered_at[registered], kind="stable")]
        columns = (self.anonymous_ids, self.logins, self.registered_at)
        return zip(*(column[registered].tolist() for column in columns), strict=True)

    def events(self) -> pd.DataFrame:
        """Return the events in order of time: person_id, distinct_id, event, time (UTC) and a column per property."""
        frames = [
            pd.DataFrame(
                {
                    "person_id": table.person + 1,
                    "distinct_id": self._distinct_ids(table),
                    "event": name,
                    "time": pd.to_datetime(table.time, unit="us", utc=True),
                    **table.columns,
                }
            )
            for name, table in self.tables.items()
        ]
        return pd.concat(frames, ignore_index=True).sort_values("time", kind="stable", ignore_index=True)

    def people(self) -> pd.DataFrame:
        """Return the people as they are at `now`: indexed by person_id, one column per property."""
        frame = pd.DataFrame(index=pd.RangeIndex(1, len(self.anonymous_ids) + 1, name="person_id"))
        for table in self.changes:
            for name, values in table.columns.items():
                column = frame[name].to_numpy(object, copy=True) if name in frame else np.full(len(frame), None)
                column[table.person] = values
                frame[name] = pd.Series(column, index=frame.index).infer_objects()
        return frame

    def _distinct_ids(self, table: Table) -> list[str]:
        """The id each row was sent under: the login as soon as there is one."""
        known = table.time >= self.registered_at[table.person]
        ids: list[str] = np.where(known, self.logins[table.person], self.anonymous_ids[table.person]).tolist()
        return ids


def given(condition: Column, column: Column) -> Column:
    """Return the column where the condition holds, None elsewhere."""
    only = np.full(len(condition), None)
    only[condition] = column[condition]
    return only


def words(values: Sequence[Any]) -> Column:
    """Return the values as a column of Python objects, to be picked from by number."""
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _in_order(parts: list[tuple[Column, Iterator[Any]]]) -> Iterator[Any]:
    """Merge parts that are each in order of time into one iterator in order of time."""
    owner = np.repeat(np.arange(len(parts)), [len(times) for times, _ in parts])
    order = np.argsort(np.concatenate([times for times, _ in parts]), kind="stable")
    rows = [part for _, part in parts]
    return (next(rows[part]) for part in owner[order].tolist())
