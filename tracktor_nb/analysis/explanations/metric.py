"""What one person adds to a metric."""

from __future__ import annotations

from tracktor_nb.analysis.wording import number
from tracktor_nb.semantics.metric import Metric, occurrences
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person

from .rows import Told, event_row


def explain_metric(metric: Metric, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the events of the person that count."""
    found = occurrences(metric, person, Range(within.start, min(within.end, now + 1)), calendar)
    times = f"{number(len(found))} time{'' if len(found) == 1 else 's'}"
    return f"did {metric.event!r} {times} in the period", [event_row(event, calendar) for event in found]
