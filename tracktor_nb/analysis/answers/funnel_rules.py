"""How a funnel is answered under all rules, and for two groups."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.conversions import people_at
from tracktor_nb.analysis.funnel_comparisons import sides_of, steps_compared
from tracktor_nb.analysis.funnel_rules import reached_under
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.funnel_rules import FunnelRules, rules_of

from .question import Listed, Question, check_step


def answer_rules(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who differs between two combinations of rules, and how many people each counts."""
    rules = question.definition
    assert isinstance(rules, FunnelRules)
    variants, steps = rules.variants, len(rules.funnel.steps)
    found = reached_under(variants, question.log, question.within, question.now, question.calendar)

    def listed(one: int = 1, other: int = 2) -> Ints:
        for number in (one, other):
            if not 1 <= number <= len(variants):
                raise DefinitionError(f"There is no variant {number!r}: they are numbered from 1 to {len(variants)}.")
        return found.differing(one - 1, other - 1)

    rows = [
        {**rules_of(funnel), "people": people_at(reached, steps)}
        for funnel, reached in zip(variants, found.steps, strict=True)
    ]
    return listed, {"labels": list(rules.funnel.labels), "variants": rows, "differences": found.differences()}


def answer_comparison(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who of each group reached each step, and the numbers side by side."""
    comparison = question.definition
    assert isinstance(comparison, FunnelComparison)
    sides = sides_of(comparison, question.log, question.within, question.now, question.calendar)

    def listed(group: str = "a", step: int = 1, stopped: bool = False) -> Ints:
        if group not in ("a", "b"):
            raise DefinitionError(f"group={group!r} is not there: the groups are 'a' and 'b'.")
        check_step(step, len(comparison.funnel.steps))
        return sides["ab".index(group)].at(step, stopped)

    both = int(np.isin(sides[0].person, sides[1].person).sum())
    return listed, {"steps": steps_compared(comparison, *sides), "in_both": both}
