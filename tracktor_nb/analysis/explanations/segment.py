"""Why one person is a member of a segment, or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tracktor_nb.analysis.wording import number
from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.condition import And, Asset, Condition, Did, Group, Has, InCompany, InSegment, Not, Or
from tracktor_nb.semantics.condition.company import COMPANY
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.segment import exists
from tracktor_nb.semantics.truth import belongs, matching_events, truth, window_of
from tracktor_nb.semantics.values import values_at

from .rows import Told

_JOINED = {And: "all of", Or: "one of", Not: "not"}


def explain_segment(segment: Group, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return whether the person is a member, and each part of the condition with what was found for it."""
    is_member, recheck_at = belongs(segment, person, now, calendar)
    summary = "is a member" if is_member else "is not a member"
    if not exists(person, now, segment.include_bots):
        summary += ": not known yet, or seen only as a bot"
    if recheck_at is not None and recheck_at < LAST_INSTANT:
        summary += f"; may change by itself from {calendar.local(recheck_at):%Y-%m-%d %H:%M:%S} on"
    if isinstance(segment, Cohort):
        return summary, [_row(segment.rule(), is_member, _listed(segment, person), 0)]
    return summary, [row for part in segment.conditions for row in _parts(part, person, now, calendar, segment, 0)]


def _parts(
    condition: Condition, person: Person, now: int, calendar: Calendar, group: Group, depth: int
) -> Iterator[dict[str, Any]]:
    """Yield a row for the condition, and under it one for each of its parts."""
    value, _ = truth(condition, person, now, calendar, group.include_bots)
    words = _JOINED.get(type(condition), condition.rule())
    yield _row(words, value, _found(condition, person, now, calendar, group.include_bots), depth)
    inside = group
    if isinstance(condition, InSegment) and condition.stands_for is not None:
        inside = condition.stands_for
    for part in _inner(condition):
        yield from _parts(part, person, now, calendar, inside, depth + 1)


def _inner(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that decide about this one."""
    if isinstance(condition, Asset):
        return condition.meaning.parts if isinstance(condition.meaning, And) else (condition.meaning,)
    return condition.parts if isinstance(condition, (And, Or, Not, InSegment)) else ()


def _found(condition: Condition, person: Person, now: int, calendar: Calendar, include_bots: bool) -> str:
    if isinstance(condition, Did):
        return _counted(condition, person, now, calendar, include_bots)
    if isinstance(condition, Has):
        return _value(person, condition.property, now)
    if isinstance(condition, InCompany):
        return _value(person, COMPANY, now)
    if isinstance(condition, InSegment) and isinstance(condition.stands_for, Cohort):
        return _listed(condition.stands_for, person)
    return ""


def _counted(condition: Did, person: Person, now: int, calendar: Calendar, include_bots: bool) -> str:
    """How often it happened in the window, and when it did last."""
    window, _ = window_of(condition, now, calendar)
    found = matching_events(condition.event, condition.where, person, calendar, include_bots)
    times = [event.time for event in found if event.time in window and event.time <= now]
    last = f", last on {calendar.local(times[-1]):%Y-%m-%d %H:%M:%S}" if times else ""
    return f"{number(len(times))} time{'' if len(times) == 1 else 's'}{last}"


def _value(person: Person, path: str, now: int) -> str:
    """What the path reaches, as JSON: nothing, a value, or several."""
    values = values_at(person.properties(now), path)
    return ", ".join(json.dumps(value, ensure_ascii=False) for value in values) or "null"


def _listed(cohort: Cohort, person: Person) -> str:
    return "listed" if cohort.number in person.cohorts else "not listed"


def _row(words: str, holds: bool, found: str, depth: int) -> dict[str, Any]:
    return {"condition": "\u2003" * depth + words, "holds": "yes" if holds else "no", "found": found}
