"""How an overlap is answered."""

from __future__ import annotations

from typing import Any

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.conditions import existing
from tracktor_nb.analysis.overlaps import parts_of
from tracktor_nb.errors import UnknownNameError
from tracktor_nb.semantics.overlap import PARTS, Overlap, Part

from .question import Listed, Question


def answer_overlap(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return the people of each part, and how many they are."""
    overlap, log = question.definition, question.log
    assert isinstance(overlap, Overlap)
    found = parts_of(overlap, log, question.now, question.calendar)

    def listed(part: Part = "both") -> Ints:
        if part not in found:
            raise UnknownNameError("part of an overlap", str(part), PARTS)
        return found[part]

    include_bots = overlap.first.include_bots or overlap.second.include_bots
    parts = [{"part": part, "people": len(found[part])} for part in PARTS]
    return listed, {"parts": parts, "known": int(existing(log, question.now, include_bots).sum())}
