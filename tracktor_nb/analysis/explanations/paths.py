"""Which way one person went."""

from __future__ import annotations

from tracktor_nb.analysis.wording import number, span
from tracktor_nb.semantics.among import is_among
from tracktor_nb.semantics.path import Paths, path
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person

from .rows import Told, event_row, not_among


def explain_paths(paths: Paths, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the events of the person's path, each with its step and its distance from the first."""
    walked = path(paths, person, within, now, calendar)
    if not walked:
        among = is_among(paths.among, person, within, now, calendar, paths.include_bots)
        return f"has no path; did not do {paths.event.label!r} in the period" if among else not_among(paths.among), []
    rows = []
    for step, event in enumerate(walked):
        row = event_row(event, calendar)
        row["event"] = f"{step}. {paths.label_of(event.name)}"
        row[paths.direction] = span(abs(event.time - walked[0].time)) if step else ""
        rows.append(row)
    steps = len(walked) - 1
    return f"took {number(steps)} step{'' if steps == 1 else 's'} {paths.direction} {paths.event.label!r}", rows
