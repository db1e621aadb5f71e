"""When a condition holds for one person, and exactly when that may next change (SEMANTICS 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from tracktor_nb.errors import DefinitionError

from .cohort import Cohort
from .condition import And, Asset, Condition, Did, Group, Has, InCompany, InSegment, Not, Or
from .conversion import converted, wanted_types
from .event import Event, Value
from .operators import OPERATORS, predicate, turning_points
from .period import LAST_INSTANT, NAMED_PERIODS, Calendar, Period, Range, duration, next_move, resolve
from .person import Person
from .values import values_at

Truth = tuple[bool, int | None]
"""The answer, and the earliest later instant at which it may change without new input (None: never)."""


def truth(condition: Condition, person: Person, at: int, calendar: Calendar, include_bots: bool = False) -> Truth:
    """Return whether the condition holds for the person at `at`, and when that may next change without input."""
    if isinstance(condition, Has):
        return _has_truth(condition, person, at, calendar)
    if isinstance(condition, Did):
        return _did_truth(condition, person, at, calendar, include_bots)
    if isinstance(condition, (Asset, InCompany)):
        return truth(condition.meaning, person, at, calendar, include_bots)
    if isinstance(condition, InSegment):
        return belongs(group_of(condition), person, at, calendar)
    if isinstance(condition, Not):
        value, recheck_at = truth(condition.condition, person, at, calendar, include_bots)
        return not value, recheck_at
    assert isinstance(condition, (And, Or)), condition
    parts = [truth(each, person, at, calendar, include_bots) for each in condition.conditions]
    joined = all if isinstance(condition, And) else any
    return joined(value for value, _ in parts), earliest(recheck_at for _, recheck_at in parts)


def belongs(group: Group, person: Person, at: int, calendar: Calendar) -> Truth:
    """Return whether the person is one of the group at `at`, and when that may next change without input."""
    if not exists(person, at, group.include_bots):
        coming = [event.time for event in person.events] + [change.time for change in person.changes]
        return False, _after(at, coming)
    if isinstance(group, Cohort):
        return group.number in person.cohorts, None
    (condition,) = group.conditions
    return truth(condition, person, at, calendar, group.include_bots)


def exists(person: Person, at: int, include_bots: bool = False) -> bool:
    """True if the person was known at `at` by a property change or an event, bots' events left out unless asked for."""
    return any(change.time <= at for change in person.changes) or any(
        event.time <= at and (include_bots or not event.bot) for event in person.events
    )


def group_of(condition: InSegment) -> Group:
    """Return what the name of a segment stands for, which `references.resolved` has looked up."""
    if condition.stands_for is None:
        raise DefinitionError(
            f"{condition!r} asks for a saved segment, and nobody said what is saved. Ask the site,"
            f" or give tr.evaluate(…) segments={{{condition.name!r}: …}}."
        )
    return condition.stands_for


def matches(condition: Condition | None, properties: Mapping[str, Value], at: int, calendar: Calendar) -> bool:
    """True if an event's arguments meet the condition at `at`, the event's own time; no condition is always met."""
    if condition is None:
        return True
    if isinstance(condition, Has):
        return holds(condition, values_at(properties, condition.property), at, calendar)
    if isinstance(condition, Not):
        return not matches(condition.condition, properties, at, calendar)
    assert isinstance(condition, (And, Or)), condition
    joined = all if isinstance(condition, And) else any
    return joined(matches(each, properties, at, calendar) for each in condition.conditions)


def holds(condition: Has, values: Iterable[Value], at: int, calendar: Calendar) -> bool:
    """True if the values that a property has (none, one, or several along a path) meet the operator."""
    return test_of(condition, calendar)(values, at)


@lru_cache(maxsize=512)
def test_of(condition: Has, calendar: Calendar) -> Callable[[Iterable[Value], int], bool]:
    """Return `holds` for one condition, ready to be asked about many values."""
    positive = OPERATORS[condition.op].negates
    test = predicate(positive or condition.op, condition.value, condition.ignore_case, calendar)
    return lambda values, at: any(test(value, at) for value in _read(condition, values, calendar)) is (positive is None)


def _read(condition: Has, values: Iterable[Value], calendar: Calendar) -> Iterable[Value]:
    """The values as the condition compares them."""
    if not condition.convert:
        return values
    wanted = wanted_types(condition.op, condition.value)
    return [converted(value, wanted, calendar) for value in values]


def earliest(instants: Iterable[int | None]) -> int | None:
    """Return the smallest of the instants, None if there is none."""
    return min((instant for instant in instants if instant is not None), default=None)


def _has_truth(condition: Has, person: Person, at: int, calendar: Calendar) -> Truth:
    values = values_at(person.properties(at), condition.property)
    read = _read(condition, values, calendar)
    turning = [point for value in read for point in turning_points(condition.op, condition.value, value, calendar)]
    inputs = [change.time for change in person.changes] + [person.created_at]
    if condition.property == "last_seen":
        inputs += [event.time for event in person.events]
    return holds(condition, values, at, calendar), _after(at, [*turning, *inputs])


def _after(at: int, instants: Iterable[int | None]) -> int | None:
    return earliest(instant for instant in instants if instant is not None and at < instant < LAST_INSTANT)


def _did_truth(condition: Did, person: Person, at: int, calendar: Calendar, include_bots: bool) -> Truth:
    known = matching_events(condition.event, condition.where, person, calendar, include_bots)
    window, closing = window_of(condition, at, calendar)
    times = [event.time for event in known if event.time in window and event.time <= at]
    value = condition.least <= len(times) and (condition.at_most is None or len(times) <= condition.at_most)
    turning = [event.time for event in known if event.time > at] + [closing]
    if condition.within is not None and condition.within not in NAMED_PERIODS:
        turning.append(_leaving(times, condition, duration(condition.within)))
    next_count = _after(at, turning)
    if condition.known_for is None:
        return value, next_count
    # Somebody nobody knows anything of is never known for long.
    known_since = LAST_INSTANT if person.created_at is None else person.created_at
    old_enough = known_since + duration(condition.known_for)
    if old_enough <= at:
        return value, next_count
    until = old_enough if value else None if next_count is None else max(old_enough, next_count)
    return False, _after(at, [until])


def matching_events(
    name: str, where: Condition | None, person: Person, calendar: Calendar, include_bots: bool
) -> list[Event]:
    """Return the person's events of that name whose arguments meet `where`, in order."""
    return [
        event
        for event in person.events
        if event.name == name
        and (include_bots or not event.bot)
        and matches(where, event.properties, event.time, calendar)
    ]


def window_of(condition: Did, at: int, calendar: Calendar) -> tuple[Range, int | None]:
    """Return the instants that count at `at`, and the next instant at which a named range moves on."""
    period: Period = condition.between or condition.within or "all time"
    return resolve(period, at, calendar), next_move(period, at, calendar)


def _leaving(times: list[int], condition: Did, length: int) -> int | None:
    """Return when the sliding window loses the event whose leaving changes the answer: 1 us after it closes."""
    count = len(times)
    if condition.at_most is not None and count > condition.at_most:
        return times[count - condition.at_most - 1] + length + 1
    if count >= condition.least > 0:
        return times[count - condition.least] + length + 1
    return None
