"""Values of a type that a comparison never matches, and what it would say if they were read as the type asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from tracktor_nb.semantics.condition import And, Condition, Did, Group, Has, Not, Or
from tracktor_nb.semantics.conversion import any_wrong_typed, wanted_types
from tracktor_nb.semantics.period import Calendar

from .arrays import Flags, Ints
from .columns import Column
from .conditions import asked, existing
from .frames import Log


def mistyped(group: Group, log: Log, at: int, calendar: Calendar) -> list[dict[str, Any]]:
    """Return a row for each comparison that meets values of another type than it asks for.

    A row has the `condition`, the `event` whose argument it asks for (None: people's property), the type `wanted`, how
    many people or events have a `wrong` one, how many meet the condition and how many would if values were converted
    (`meets`, `would_meet`), and as `offer` the condition that converts them.
    """
    known = log.people[existing(log, at, group.include_bots)]
    rows = []
    for event, has in _comparisons(group.conditions):
        if has.convert or not wanted_types(has.op, has.value):
            continue
        column, instants = _column(has, event, known, log, at, group.include_bots)
        wrong = column.map(lambda values, has=has: any_wrong_typed(has.op, has.value, values, calendar))  # type: ignore[misc]
        if wrong.any():
            rows.append(_row(has, event, wrong, column, instants, calendar))
    return rows


def _row(
    has: Has, event: str | None, wrong: Flags, column: Column, instants: Ints | int, calendar: Calendar
) -> dict[str, Any]:
    offer = replace(has, convert=True)
    return {
        "condition": repr(has),
        "event": event,
        "wanted": " or ".join(sorted(wanted_types(has.op, has.value))),
        "wrong": int(wrong.sum()),
        "meets": int(asked(has, column, instants, calendar).sum()),
        "would_meet": int(asked(offer, column, instants, calendar).sum()),
        "offer": repr(offer),
    }


def _comparisons(conditions: tuple[Condition, ...], event: str | None = None) -> Iterator[tuple[str | None, Has]]:
    """Yield every comparison that was written here, with the event whose argument it asks for."""
    for condition in conditions:
        if isinstance(condition, Has):
            yield event, condition
        elif isinstance(condition, Did):
            yield from _comparisons(condition.parts, condition.event)
        elif isinstance(condition, (And, Or, Not)):
            yield from _comparisons(condition.parts, event)


def _column(
    has: Has, event: str | None, people: Ints, log: Log, at: int, include_bots: bool
) -> tuple[Column, Ints | int]:
    """Return the values, and the instants at which they are asked about."""
    if event is None:
        return log.of_people.values(has.property, people, at), at
    positions = log.positions(event, include_bots)
    positions = positions[np.flatnonzero(log.time[positions] <= at)]
    return log.events.properties.column(has.property).take(log.order[positions]), log.time[positions]
