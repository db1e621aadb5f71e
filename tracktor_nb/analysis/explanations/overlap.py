"""Why one person is in one of two segments, or in both."""

from __future__ import annotations

from tracktor_nb.semantics.overlap import Overlap, Part, part_of
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person

from .rows import Told
from .segment import explain_segment


def explain_overlap(overlap: Overlap, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return which part the person belongs to, and for each segment the parts of its condition."""
    part = part_of(overlap, person, now, calendar)
    rows = [
        {"segment": side, **row}
        for side, group in (("first", overlap.first), ("second", overlap.second))
        for row in explain_segment(group, person, within, now, calendar)[1]
    ]
    return _SAID[part], rows


_SAID: dict[Part | None, str] = {
    "first only": "is in the first alone",
    "both": "is in both",
    "second only": "is in the second alone",
    None: "is in neither",
}
