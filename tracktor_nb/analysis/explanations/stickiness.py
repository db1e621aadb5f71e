"""In which periods one person was active."""

from __future__ import annotations

from collections import Counter

from tracktor_nb.analysis.wording import bucket_in_words, number
from tracktor_nb.semantics.among import is_among
from tracktor_nb.semantics.doing import doings
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.stickiness import Stickiness, active_periods

from .rows import Told, not_among


def explain_stickiness(stickiness: Stickiness, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the periods in which the person was active, and how often in each."""
    starts, freq = active_periods(stickiness, person, within, now, calendar), stickiness.freq
    if not is_among(stickiness.among, person, within, now, calendar, stickiness.include_bots):
        return not_among(stickiness.among), []
    found = doings(stickiness.event, person, calendar, stickiness.include_bots)
    times = Counter(calendar.floor(event.time, freq) for event in found if event.time in within and event.time <= now)
    rows = [{freq: bucket_in_words(start, freq, calendar), "times": times[start]} for start in starts]
    return f"was active in {number(len(starts))} {freq}{'' if len(starts) == 1 else 's'} of the period", rows
