"""Why one person is a member of a segment, or not."""

from __future__ import annotations

import json
from typing import Any

from tracktor_nb.analysis.wording import number
from tracktor_nb.semantics.condition import And, Condition, Did, Not, Or
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.segment import Segment, exists, membership
from tracktor_nb.semantics.truth import matching_events, truth, window_of

from .rows import Told


def explain_segment(segment: Segment, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return whether the person is a member, and each part of the condition with what was found for it."""
    is_member, recheck_at = membership(segment, person, now, calendar)
    summary = "is a member" if is_member else "is not a member"
    if not exists(person, now, segment.include_bots):
        summary += ": not known yet, or seen only as a bot"
    if recheck_at is not None and recheck_at < LAST_INSTANT:
        summary += f"; may change by itself from {calendar.local(recheck_at):%Y-%m-%d %H:%M:%S} on"
    return summary, list(_parts(segment.condition, person, now, calendar, segment.include_bots, 0))


def _parts(
    condition: Condition, person: Person, now: int, calendar: Calendar, include_bots: bool, depth: int
) -> list[dict[str, Any]]:
    """One row for the condition, and under it one for each of its parts."""
    value, _ = truth(condition, person, now, calendar, include_bots)
    words = {And: "all of", Or: "one of", Not: "not"}.get(type(condition), condition.rule())
    detail = ""
    if isinstance(condition, Did):
        window, _ = window_of(condition, now, calendar)
        found = matching_events(condition.event, condition.where, person, calendar, include_bots)
        counted = sum(event.time in window and event.time <= now for event in found)
        detail = f"{number(counted)} time{'' if counted == 1 else 's'}"
    elif not isinstance(condition, (And, Or, Not)):
        detail = json.dumps(person.properties(now).get(condition.property), ensure_ascii=False)  # type: ignore[attr-defined]
    row = {"condition": "\u2003" * depth + words, "holds": "yes" if value else "no", "found": detail}
    inner = condition.parts if isinstance(condition, (And, Or, Not)) else ()
    return [row, *(each for part in inner for each in _parts(part, person, now, calendar, include_bots, depth + 1))]
