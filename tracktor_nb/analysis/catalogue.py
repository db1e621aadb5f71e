"""What a log knows of: event names and properties, with how often, of which type and with which values."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.semantics.event import Value

from .columns import Column
from .frames import Log

MOST_VALUES = 50
"""Values listed of a property, the most frequent first."""

Row = dict[str, Any]


def event_rows(log: Log) -> list[Row]:
    """Return {name, count, people, first, last} of each event, the most frequent first; times in microseconds."""
    rows = []
    for name in log.names:
        at = log.positions(name, include_bots=True)
        if len(at):
            times, people = log.time[at], log.person_code[at]
            firsts = {"first": int(times.min()), "last": int(times.max())}
            rows.append({"name": name, "count": len(at), "people": len(np.unique(people)), **firsts})
    return sorted(rows, key=lambda row: -row["count"])


def property_rows(log: Log, event: str | None, at: int) -> list[Row]:
    """Return {name, count, type, values} of each argument of an event, or of people's properties as of `at`.

    `count` is how many events (or people) have it; a property of several types is of the most frequent value's.
    """
    if event is None:
        keys = log.changes.properties.keys(np.arange(len(log.changes)))
        columns = {key: log.of_people.values(key, log.people, at) for key in keys}
    else:
        rows = log.order[log.positions(event, include_bots=True)]
        columns = {key: log.events.properties.column(key).take(rows) for key in log.events.properties.keys(rows)}
    found = [_row(key, column) for key, column in columns.items()]
    return [row for row in found if row["count"]]


def _row(name: str, column: Column) -> Row:
    counts = np.bincount(column.codes, minlength=len(column.values))
    often = [code for code in np.argsort(-counts, kind="stable").tolist() if counts[code] and column.values[code]]
    values = [column.values[code][0] for code in often]
    kind = kind_of_value(values[0]) if values else "text"
    shown = [value for value in values if kind in ("text", "number") and kind_of_value(value) == kind][:MOST_VALUES]
    return {"name": name, "count": int((column.codes > 0).sum()), "type": kind, "values": shown}


def kind_of_value(value: Value) -> str:
    """Return "text", "number", "boolean", "list" or "object"."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "object"
