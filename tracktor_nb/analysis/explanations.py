"""Why one person is where it is, told by the one-person truth of `semantics`."""

from __future__ import annotations

import json
from typing import Any

from tracktor_nb.semantics.condition import And, Condition, Did, Not, Or
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.funnel import Funnel, attempt
from tracktor_nb.semantics.metric import Metric, occurrences
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Range, duration_in_words
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.segment import Segment, exists, membership
from tracktor_nb.semantics.truth import matching_events, truth, window_of

from .wording import number, span

Told = tuple[str, list[dict[str, Any]]]
"""A sentence, and the rows that decide."""


def explain(definition: Definition, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return why the person is where it is in the answer."""
    if isinstance(definition, Funnel):
        return _funnel(definition, person, within, now, calendar)
    if isinstance(definition, Metric):
        return _metric(definition, person, Range(within.start, min(within.end, now + 1)), calendar)
    assert isinstance(definition, Segment), definition
    return _segment(definition, person, now, calendar)


def _funnel(funnel: Funnel, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    chain = attempt(funnel, person, within, now, calendar).chain
    rows = [_event_row(event, calendar) for event in chain]
    for at, row in enumerate(rows):
        row["event"] = f"{at + 1}. {funnel.steps[at].label}"
        row["after"] = span(chain[at].time - chain[at - 1].time) if at else ""
    if len(chain) == len(funnel.steps):
        return f"reached all {number(len(chain))} steps", rows
    return _why_stopped(funnel, person, chain, within, now, calendar), rows


def _why_stopped(
    funnel: Funnel, person: Person, chain: tuple[Event, ...], within: Range, now: int, calendar: Calendar
) -> str:
    step = funnel.steps[len(chain)]
    done = f"reached step {len(chain)} of {len(funnel.steps)}; " if chain else "did not begin; "
    ever = matching_events(step.event, step.where, person, calendar, funnel.include_bots)
    if not ever:
        bots = matching_events(step.event, step.where, person, calendar, True)
        return f"{done}{step.label!r} never happened{' except as a bot' if bots else ''}"
    if not chain:
        return f"{done}{step.label!r} happened outside the period only"
    limit = within.end if funnel.until == "range end" else now + 1
    behind = [event for event in ever if (event.time, event.seq) > (chain[-1].time, chain[-1].seq)]
    if not behind:
        again = " again" if step in funnel.steps[: len(chain)] else ""
        return f"{done}{step.label!r} did not happen{again} after that"
    if behind[0].time >= limit:
        return f"{done}{step.label!r} came after the end of the period"
    window = duration_in_words(funnel.window) if funnel.window else ""
    origin = "the step before" if funnel.window_scope == "per step" else "step 1"
    waited = behind[0].time - (chain[-1] if funnel.window_scope == "per step" else chain[0]).time
    return f"{done}{step.label!r} came {span(waited)} after {origin}, later than {window}"


def _metric(metric: Metric, person: Person, within: Range, calendar: Calendar) -> Told:
    found = occurrences(metric, person, within, calendar)
    times = f"{number(len(found))} time{'' if len(found) == 1 else 's'}"
    return f"did {metric.event!r} {times} in the period", [_event_row(event, calendar) for event in found]


def _event_row(event: Event, calendar: Calendar) -> dict[str, Any]:
    shown = json.dumps(dict(event.properties), ensure_ascii=False) if event.properties else ""
    return {"time": f"{calendar.local(event.time):%Y-%m-%d %H:%M:%S}", "event": event.name, "properties": shown}


def _segment(segment: Segment, person: Person, now: int, calendar: Calendar) -> Told:
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
