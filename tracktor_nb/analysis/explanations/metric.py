"""What one person adds to a metric or to a formula, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tracktor_nb.analysis.wording import number, span, times
from tracktor_nb.semantics.among import is_among
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.formula import Formula
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.metric_counts import occurrences
from tracktor_nb.semantics.metric_passage import EVER, passage
from tracktor_nb.semantics.metric_values import numbers, said, standing
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person

from .rows import Told, event_row, not_among


def explain_metric(metric: Metric, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return what the person adds, and the rows of the log that say so."""
    if not is_among(metric.among, person, within, now, calendar, metric.include_bots):
        return not_among(metric.among), []
    countable = Range(within.start, min(within.end, now + 1))
    if metric.value is not None:
        return _values(metric, person, countable, calendar)
    if metric.then is None:
        found = occurrences(metric, person, countable, calendar)
        return f"did {metric.event!r} {times(len(found))} in the period", _rows(found, calendar)
    if metric.repeatable:
        return _repeatable(metric, person, countable, calendar)
    return _passage(metric, person, within, now, calendar)


def explain_formula(formula: Formula, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return what the person adds to each metric of the formula."""
    told = {name: explain_metric(metric, person, within, now, calendar) for name, metric in formula.metrics.items()}
    rows = [{"metric": name, **row} for name, (_, its) in told.items() for row in its]
    return "; ".join(f"{name}: {summary}" for name, (summary, _) in told.items()), rows


def _repeatable(metric: Metric, person: Person, within: Range, calendar: Calendar) -> Told:
    assert metric.then is not None
    first = occurrences(metric, person, within, calendar)
    second = occurrences(metric, person, within, calendar, metric.then)
    summary = f"did {metric.event!r} {times(len(first))} and {metric.then.event!r} {times(len(second))} in the period"
    together = {event.seq: event for event in (*first, *second)}
    return summary, _rows(sorted(together.values(), key=lambda event: (event.time, event.seq)), calendar)


def _passage(metric: Metric, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    assert metric.then is not None
    way = passage(metric, person, within, now, calendar)
    if way is None:
        began = occurrences(metric, person, Range(within.start, min(within.end, now + 1)), calendar)
        if not began:
            return f"is not counted: did not do {metric.event!r} in the period", []
        before = occurrences(metric, person, EVER, calendar, metric.then)
        return f"is not counted: had done {metric.then.event!r} before", _rows([before[0], began[0]], calendar)
    if way.end is None or way.time is None:
        until = "the end of the period" if metric.until == "range end" else "now"
        return f"did {metric.event!r}, and not {metric.then.event!r} after it until {until}", _rows(
            [way.start], calendar
        )
    summary = f"went on from {metric.event!r} to {metric.then.event!r} after {span(way.time)}"
    return summary, _rows([way.start, way.end], calendar)


def _values(metric: Metric, person: Person, within: Range, calendar: Calendar) -> Told:
    if metric.of_people and metric.per != "set":
        found = standing(metric, person, within.end - 1)
        changes = [each.row for each in said(metric, person, EVER, calendar) if each.values]
        shown = ", ".join(json.dumps(value, ensure_ascii=False) for value in found) or "not set"
        return f"{metric.value!r} is {shown} at the end of the period", _rows(changes, calendar)
    told = [each for each in said(metric, person, within, calendar) if each.values]
    counted = [value for each in told for value in numbers(each.values)]
    words = f"{number(len(counted))} number{'' if len(counted) == 1 else 's'} in {metric.value!r}"
    return f"adds {number(sum(counted))}: {words} in the period", _rows([each.row for each in told], calendar)


def _rows(rows: Sequence[Event | PropertyChange], calendar: Calendar) -> list[dict[str, Any]]:
    return [event_row(row, calendar) for row in rows]
