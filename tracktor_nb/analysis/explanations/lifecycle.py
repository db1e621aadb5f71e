"""What one person was in each period."""

from __future__ import annotations

from collections import Counter

from tracktor_nb.analysis.wording import bucket_in_words
from tracktor_nb.semantics.among import is_among
from tracktor_nb.semantics.doing import doings
from tracktor_nb.semantics.lifecycle import STATES, Lifecycle, states
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person

from .rows import Told, not_among


def explain_lifecycle(lifecycle: Lifecycle, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the periods in which the person was something, and how often it did what counts in each."""
    told, freq = states(lifecycle, person, within, now, calendar), lifecycle.freq
    if not is_among(lifecycle.among, person, within, now, calendar, lifecycle.include_bots):
        return not_among(lifecycle.among), []
    found = doings(lifecycle.event, person, calendar, lifecycle.include_bots)
    until = min(within.end, now + 1)
    times = Counter(calendar.floor(event.time, freq) for event in found if event.time < until)
    rows = [
        {freq: bucket_in_words(start, freq, calendar), "state": state, "times": times[start]}
        for start, state in sorted(told.items())
    ]
    often = Counter(told.values())
    summary = ", ".join(f"{state} in {often[state]}" for state in STATES if often[state])
    first = f"first active {calendar.local(found[0].time):%Y-%m-%d %H:%M:%S}" if found else "was never active"
    return f"{first}; {summary or f'nothing in any {freq} of the period'}", rows
