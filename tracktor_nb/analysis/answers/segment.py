"""How a segment is answered."""

from __future__ import annotations

from typing import Any

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.segments import existing, members
from tracktor_nb.semantics.condition import Group

from .people import people_page
from .question import Listed, Question, check_step

EXAMPLES = 10


def answer_segment(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return the members, how many they are, and some of them."""
    segment, log = question.definition, question.log
    assert isinstance(segment, Group)
    codes = members(segment, log, question.now, question.calendar)

    def listed(step: int = 1, stopped: bool = False) -> Ints:
        check_step(step, 1)
        return codes

    known = int(existing(log, question.now, segment.include_bots).sum())
    examples = people_page(log, codes, question.now, 0, EXAMPLES, "").rows
    return listed, {"count": len(codes), "known": known, "examples": examples}
