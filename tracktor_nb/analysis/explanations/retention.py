"""When one person came back."""

from __future__ import annotations

from tracktor_nb.analysis.wording import bucket_in_words
from tracktor_nb.semantics.among import is_among
from tracktor_nb.semantics.doing import doings
from tracktor_nb.semantics.event import order
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.retention import Retention, horizon, period_of, retained

from .rows import Told, event_row, not_among


def explain_retention(retention: Retention, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the start event and the events by which the person came back, each with its period."""
    stay = retained(retention, person, within, now, calendar)
    if stay is None:
        return _why_not(retention, person, within, now, calendar), []
    until = horizon(retention, within, now)
    found = doings(retention.returning, person, calendar, retention.include_bots)
    back = [event for event in found if order(event) > order(stay.start) and event.time < until]
    rows = [{retention.freq: "start", **event_row(stay.start, calendar)}]
    rows += [
        {retention.freq: period_of(retention, stay.start, event.time, calendar), **event_row(event, calendar)}
        for event in back
    ]
    cohort = f"is of the cohort {bucket_in_words(stay.cohort, retention.freq, calendar)}"
    counted = ", ".join(map(str, sorted(stay.periods)))
    return f"{cohort}; " + (f"counts in {retention.freq} {counted}" if counted else "did not come back"), rows


def _why_not(retention: Retention, person: Person, within: Range, now: int, calendar: Calendar) -> str:
    label = retention.start.label
    found = doings(retention.start, person, calendar, retention.include_bots)
    if not found:
        bots = doings(retention.start, person, calendar, True)
        return f"did not begin; {label!r} never happened{' except as a bot' if bots else ''}"
    inside = [event for event in found if event.time in within and event.time <= now]
    if not inside:
        return f"did not begin; {label!r} happened outside the period only"
    if not is_among(retention.among, person, within, now, calendar, retention.include_bots):
        return not_among(retention.among)
    return (
        f"did not begin in the period; the first {label!r} ever was {calendar.local(found[0].time):%Y-%m-%d %H:%M:%S}"
    )
