"""What a log holds: event names and properties, for pickers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.person import DERIVED_PROPERTIES

from .arrays import Ints
from .columns import Column
from .frames import Log

MOST_EXAMPLES = 20

_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "number"),
    (float, "number"),
    (str, "text"),
    (list, "list"),
    (dict, "object"),
)


def events_of(log: Log) -> list[dict[str, Any]]:
    """Return {name, count, people, first, last} of each event, the most frequent first; times in microseconds."""
    found = [_event(name, log.positions(name, include_bots=True), log) for name in log.names]
    return sorted((each for each in found if each["count"]), key=lambda each: (-each["count"], each["name"]))


def _event(name: str, at: Ints, log: Log) -> dict[str, Any]:
    times, people = log.time[at], np.unique(log.person_code[at])
    span = {"first": int(times.min()), "last": int(times.max())} if len(at) else {}
    return {"name": name, "count": len(at), "people": len(people), **span}


def properties_of(log: Log, now: int, event: str | None = None) -> list[dict[str, Any]]:
    """Return {name, count, type, values} of an event's arguments, or of people's properties.

    `count` is how many events (or people) have it, `values` are some frequent ones.
    """
    if event is None:
        keys = log.changes.properties.keys(np.arange(len(log.changes)))
        columns = {key: log.of_people.values(key, log.people, now) for key in [*keys, *DERIVED_PROPERTIES]}
    else:
        rows = log.order[log.positions(event, include_bots=True)]
        columns = {key: log.events.properties.column(key).take(rows) for key in log.events.properties.keys(rows)}
    return [{"name": key, **_described(column)} for key, column in columns.items()]


def _described(column: Column) -> dict[str, Any]:
    counts = np.bincount(column.codes, minlength=len(column.values))
    frequent = [int(code) for code in np.argsort(-counts, kind="stable") if code and counts[code]]
    values = [column.values[code][0] for code in frequent[:MOST_EXAMPLES]]
    return {"count": int((column.codes > 0).sum()), "type": _type_of(values[0]) if values else "text", "values": values}


def _type_of(value: Value) -> str:
    return next(name for kind, name in _TYPES if isinstance(value, kind))
