"""Conditions about everybody at once: the columnar twin of `semantics.truth`.

What an operator means stands in `semantics` alone: it is asked once for each distinct value of a property.
"""

from __future__ import annotations

import numpy as np

from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.condition import And, Asset, Condition, Did, Group, Has, InCompany, InSegment, Not, Or
from tracktor_nb.semantics.operators import OPERATORS
from tracktor_nb.semantics.period import Calendar, Range, duration
from tracktor_nb.semantics.truth import group_of, test_of, window_of

from .arrays import Flags, Ints
from .columns import Column
from .frames import Log


def truth(condition: Condition, log: Log, at: int, calendar: Calendar, include_bots: bool = False) -> Flags:
    """Return for each person of `log.people` whether the condition holds at `at`."""
    if isinstance(condition, Has):
        return asked(condition, log.of_people.values(condition.property, log.people, at), at, calendar)
    if isinstance(condition, Did):
        return _did(condition, log, at, calendar, include_bots)
    if isinstance(condition, (Asset, InCompany)):
        return truth(condition.meaning, log, at, calendar, include_bots)
    if isinstance(condition, InSegment):
        return belonging(group_of(condition), log, at, calendar)
    if isinstance(condition, Not):
        return ~truth(condition.condition, log, at, calendar, include_bots)
    assert isinstance(condition, (And, Or)), condition
    return _joined(condition, [truth(each, log, at, calendar, include_bots) for each in condition.conditions])


def belonging(group: Group, log: Log, at: int, calendar: Calendar) -> Flags:
    """Return for each person of `log.people` whether it is one of the group at `at`."""
    known = existing(log, at, group.include_bots)
    if isinstance(group, Cohort):
        return known & np.isin(log.people, log.listed(group.number))
    (condition,) = group.conditions
    return known & truth(condition, log, at, calendar, group.include_bots)


def existing(log: Log, at: int, include_bots: bool = False) -> Flags:
    """Return for each person of `log.people` whether it was known at `at`."""
    return log.first_known(include_bots)[log.people] <= at


def matching(log: Log, name: str, where: Condition | None, include_bots: bool, calendar: Calendar) -> Ints:
    """Return the positions of events of that name whose arguments meet `where`, ascending."""
    positions = log.positions(name, include_bots)
    return positions if where is None else positions[_arguments_meet(where, log, positions, calendar)]


def _arguments_meet(where: Condition, log: Log, positions: Ints, calendar: Calendar) -> Flags:
    if isinstance(where, Has):
        column = log.events.properties.column(where.property).take(log.order[positions])
        return asked(where, column, log.time[positions], calendar)
    if isinstance(where, Not):
        return ~_arguments_meet(where.condition, log, positions, calendar)
    assert isinstance(where, (And, Or)), where
    return _joined(where, [_arguments_meet(each, log, positions, calendar) for each in where.conditions])


def _joined(group: And | Or, parts: list[Flags]) -> Flags:
    joined: Flags = np.all(parts, axis=0) if isinstance(group, And) else np.any(parts, axis=0)
    return joined


def asked(condition: Has, column: Column, at: Ints | int, calendar: Calendar) -> Flags:
    """Ask about each value once, or, where the operator looks back from the event's own time, each event."""
    test = test_of(condition, calendar)
    if isinstance(at, int):
        return column.map(lambda values: test(values, at))
    if OPERATORS[condition.op].takes != "duration":
        return column.map(lambda values: test(values, 0))
    rows = zip(column.codes.tolist(), at.tolist(), strict=True)
    return np.fromiter((test(column.values[code], instant) for code, instant in rows), bool, len(column.codes))


def _did(condition: Did, log: Log, at: int, calendar: Calendar, include_bots: bool) -> Flags:
    positions = matching(log, condition.event, condition.where, include_bots, calendar)
    window, _ = window_of(condition, at, calendar)
    counts = counted(log, positions, Range(window.start, min(window.end, at + 1)))
    value = counts >= condition.least
    if condition.at_most is not None:
        value &= counts <= condition.at_most
    if condition.known_for is not None:
        value &= log.first_known(True)[log.people] + duration(condition.known_for) <= at
    return value


def counted(log: Log, positions: Ints, within: Range) -> Ints:
    """Return for each person of `log.people` how many of the events lie in the range."""
    times = log.time[positions]
    inside = positions[(times >= within.start) & (times < within.end)]
    return np.bincount(log.person_code[inside], minlength=len(log.identities))[log.people]
