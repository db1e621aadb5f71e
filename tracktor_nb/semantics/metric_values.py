"""The numbers that values hold: event arguments, properties set, and properties as they stand (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .event import Event, PropertyChange, Value
from .metric import Metric
from .metric_counts import occurrences
from .period import Calendar, Range
from .person import Person
from .values import group_key, is_number, values_at

LARGEST = 1e290
"""A number beyond it is left out: a sum of a million of them would be none any more."""


class Said(NamedTuple):
    """What a row of the log says about a property, or several things where the path runs along a list."""

    row: Event | PropertyChange
    values: tuple[Value, ...]


def said(metric: Metric, person: Person, within: Range, calendar: Calendar) -> list[Said]:
    """Return what the person's events say in the range; for a property of people, to what it was set in the range."""
    if metric.event is not None:
        events = occurrences(metric, person, within, calendar)
        return [Said(event, values_at(event.properties, str(metric.value))) for event in events]
    changes = (change for change in person.changes if change.time in within)
    return [Said(change, values_at(change.values, str(metric.value))) for change in changes]


def standing(metric: Metric, person: Person, at: int) -> tuple[Value, ...]:
    """Return the property's values as of `at`."""
    return values_at(person.properties(at), str(metric.value))


def standing_group(person: Person, at: int, by: str) -> Value:
    """Return the value of the property that splits people, as of `at`; None for people without one."""
    found = values_at(person.properties(at), by)
    return group_key(found[0]) if found else None


def is_summand(value: Value) -> bool:
    """True for numbers that can be added up; all else is left out and counted."""
    return is_number(value) and abs(value) <= LARGEST


def numbers(values: Iterable[Value]) -> list[float]:
    """Return the values that are numbers."""
    return [value for value in values if is_summand(value)]
