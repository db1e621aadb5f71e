"""The log as DataFrames: people, events and property changes, a column a property (DESIGN 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tracktor_nb.semantics.condition import Condition
from tracktor_nb.semantics.period import Calendar, Range

from .columns import Column
from .conditions import matching, truth
from .discovery import events_of, properties_of
from .frames import NEVER, Log
from .segments import existing

OWN_COLUMNS = ("person_id", "distinct_id", "event", "time")
"""What an event has besides its properties; a property of the same name appears with `property_` before it."""


def people_frame(log: Log, at: int, calendar: Calendar, where: Condition | None = None) -> pd.DataFrame:
    """Return the people known at `at`, by person_id: the id each is known by, created_at, last_seen, properties."""
    known = existing(log, at)
    if where is not None:
        known = known & truth(where, log, at, calendar)
    codes = log.people[known]
    frame = pd.DataFrame(index=pd.Index(log.identities.ids[codes], name="person_id"))
    frame["distinct_id"] = log.identities.distinct_ids[codes]
    frame["created_at"] = _moments(log.first_known(include_bots=True)[codes])
    seen = log.of_people.last_activity(codes, at)
    frame["last_seen"] = _moments(np.where(seen >= 0, np.append(log.time, NEVER)[seen], NEVER))
    for key in log.changes.properties.keys(np.arange(len(log.changes))):
        frame[_beside(key, frame)] = series(log.of_people.values(key, codes, at)).array
    return frame.dropna(axis="columns", how="all") if len(frame) else frame


def events_frame(
    log: Log, within: Range, calendar: Calendar, name: str | None = None, where: Condition | None = None
) -> pd.DataFrame:
    """Return the events in the range, in order of time: person_id, distinct_id, event, time, one column a property."""
    names = [name] if name is not None else log.names
    found = np.concatenate([np.zeros(0, np.int64), *(matching(log, each, where, True, calendar) for each in names)])
    found = found[(log.time[found] >= within.start) & (log.time[found] < within.end)]
    rows = np.sort(log.order[found.astype(np.int64)])
    rows = rows[np.argsort(log.events.time[rows], kind="stable")]
    identity = log.events.identity[rows]
    frame = pd.DataFrame(
        {
            "person_id": log.identities.ids[log.person_of[identity]],
            "distinct_id": log.identities.distinct_ids[identity],
            "event": np.array([*log.names, None], object)[log.events.name[rows]],
            "time": _moments(log.events.time[rows]),
        }
    )
    for key in log.events.properties.keys(rows):
        frame[_beside(key, frame)] = series(log.events.properties.column(key).take(rows))
    return frame


def changes_frame(log: Log) -> pd.DataFrame:
    """Return every property change in order of time: person_id, distinct_id, time, property, value (None: removed)."""
    rows = np.argsort(log.changes.time, kind="stable")
    identity = log.changes.identity[rows]
    said = [list(log.changes.properties.row(row).items()) for row in rows]
    times = np.array([len(each) for each in said], np.int64)
    return pd.DataFrame(
        {
            "person_id": np.repeat(log.identities.ids[log.person_of[identity]], times),
            "distinct_id": np.repeat(log.identities.distinct_ids[identity], times),
            "time": _moments(np.repeat(log.changes.time[rows], times)),
            "property": [key for each in said for key, _ in each],
            "value": pd.Series([value for each in said for _, value in each], dtype=object),
        }
    )


def properties_frame(log: Log, at: int) -> pd.DataFrame:
    """Return the people's properties by name: how many people have one, its type, and five frequent values."""
    rows = [(row["name"], row["count"], row["type"], row["values"][:5]) for row in properties_of(log, at)]
    return pd.DataFrame(rows, columns=["property", "people", "type", "values"]).set_index("property")


def names_frame(log: Log) -> pd.DataFrame:
    """Return the events by name, the most frequent first: times, people, first and last time."""
    frame = pd.DataFrame(events_of(log), columns=["name", "count", "people", "first", "last"])
    for side in ("first", "last"):
        frame[side] = _moments(frame[side].to_numpy(np.int64))
    return frame.rename(columns={"name": "event", "count": "times"}).set_index("event")


def rows_frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return the rows of an SQL answer as a frame."""
    return pd.DataFrame(rows, columns=list(columns))


def series(column: Column) -> pd.Series:
    """Return a property column with the dtype that its values share; missing values are missing, not 0."""
    values = np.empty(len(column.values), object)
    values[:] = [None if not value else value[0] if len(value) == 1 else list(value) for value in column.values]
    return pd.Series(values[column.codes], dtype=object).infer_objects()


def _moments(instants: np.ndarray) -> Any:
    moments = pd.to_datetime(np.where(instants < NEVER, instants, 0), unit="us", utc=True)
    return moments.where(instants < NEVER)


def _beside(key: str, frame: pd.DataFrame) -> str:
    return f"property_{key}" if key in OWN_COLUMNS or key in frame.columns else key


def saved_frame(stored: Sequence[Any], users: Mapping[str, list[str]] | None = None) -> pd.DataFrame:
    """Return stored definitions as a frame by name: kind, revision, note, author, saved_at, archived.

    With `users` (who asks for a name) also `asks_for` and `asked_by`, names with commas between.
    """
    names = ["name", "kind", "revision", "note", "author", "saved_at", "archived"]
    frame = pd.DataFrame([[getattr(each, name) for name in names] for each in stored], columns=names)
    frame["saved_at"] = _moments(frame["saved_at"].to_numpy(np.int64))
    if users is not None:
        asked = {each.name: [name for name, using in users.items() if each.name in using] for each in stored}
        frame["asks_for"] = [", ".join(asked[name]) for name in frame["name"]]
        frame["asked_by"] = [", ".join(users.get(name, [])) for name in frame["name"]]
    return frame.set_index("name")


def carts_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return people's latest carts as a frame by person_id: id, state, total, bought, revenue, times, the cart."""
    names = ["person_id", "id", "state", "total", "bought", "revenue", "opened_at", "changed_at", "called_at"]
    frame = pd.DataFrame(rows, columns=[*names, "abandoned_from", "cart"])
    for name in ("opened_at", "changed_at", "called_at", "abandoned_from"):
        frame[name] = _moments(np.array([NEVER if row[name] is None else row[name] for row in rows], np.int64))
    return frame.set_index("person_id")


def rejected_frame(kept: Sequence[tuple[Any, str]]) -> pd.DataFrame:
    """Return refused requests, each with what was sent, as a frame by number: received_at, route, code, param, …"""
    names = ["id", "received_at", "route", "code", "param", "message"]
    rows = [[*(getattr(each, name) for name in names), text] for each, text in kept]
    frame = pd.DataFrame(rows, columns=["number", *names[1:], "request"])
    frame["received_at"] = _moments(frame["received_at"].to_numpy(np.int64))
    return frame.set_index("number")
