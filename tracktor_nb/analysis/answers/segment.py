"""How a segment is answered, and a cohort."""

from __future__ import annotations

from typing import Any

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.mistyped import mistyped
from tracktor_nb.analysis.segments import existing, members, sizes
from tracktor_nb.semantics.condition import Group

from .people import people_page
from .question import Listed, Question, check_step

EXAMPLES = 10


def answer_segment(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return the members now, how many they are, some of them, how many there were, and what could never match."""
    segment, log, now, calendar = question.definition, question.log, question.now, question.calendar
    assert isinstance(segment, Group)
    codes = members(segment, log, now, calendar)

    def listed(step: int = 1, stopped: bool = False) -> Ints:
        check_step(step, 1)
        return codes

    freq, over_time = sizes(segment, log, question.within, now, calendar)
    return listed, {
        "count": len(codes),
        "known": int(existing(log, now, segment.include_bots).sum()),
        "examples": people_page(log, codes, now, 0, EXAMPLES, "").rows,
        "freq": freq,
        "sizes": over_time,
        "mistyped": mistyped(segment, log, now, calendar),
    }
