"""Which events of a person a metric counts (SEMANTICS 5)."""

from __future__ import annotations

from .event import Event
from .funnel import Step
from .metric import Metric
from .period import Calendar, Range
from .person import Person
from .truth import matching_events


def occurrences(
    metric: Metric, person: Person, within: Range, calendar: Calendar, step: Step | None = None
) -> list[Event]:
    """Return the person's events in the range that the metric counts, or those of one of its other events, in order."""
    asked = step or metric.first
    found = matching_events(asked.event, asked.where, person, calendar, metric.include_bots)
    return [event for event in found if event.time in within]


def divided(amount: float, base: float) -> float | None:
    """Return the ratio; None where it has no base."""
    return amount / base if base else None
