"""Two groups of people in one funnel, for everybody: the columnar twin of `semantics.funnel_comparison`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.semantics.condition import Condition
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.proportions import difference

from .among import of_those_among
from .conversions import people_at
from .frames import Log
from .funnels import Attempts, attempts


def sides_of(
    comparison: FunnelComparison, log: Log, within: Range, now: int, calendar: Calendar
) -> tuple[Attempts, Attempts]:
    """Return the attempts of the people of each group."""
    funnel = comparison.funnel
    found = attempts(funnel, log, within, now, calendar)

    def of(group: Condition) -> Attempts:
        kept = of_those_among(group, found.chain[:, 0], log, within, now, calendar, funnel.include_bots)
        return found.some(np.isin(found.chain[:, 0], kept))

    return of(comparison.a), of(comparison.b)


def steps_compared(comparison: FunnelComparison, a: Attempts, b: Attempts) -> list[dict[str, Any]]:
    """Return one entry a step: people of both groups, and the difference of their rates with its interval.

    `rate` is of step 1, `step_rate` of the step before; each has difference, low and high, None where nobody began.
    """
    steps = len(comparison.funnel.steps)
    of_a, of_b = people_at(a.reached, steps), people_at(b.reached, steps)
    rows = []
    for at, label in enumerate(comparison.funnel.labels):
        row: dict[str, Any] = {"label": label, "people_a": of_a[at], "people_b": of_b[at]}
        for name, since in (("rate", 0), ("step_rate", at - 1)):
            row[name] = _against(of_a[at], of_a[since], of_b[at], of_b[since]) if at else None
        rows.append(row)
    return rows


def _against(part: int, whole: int, other_part: int, other_whole: int) -> dict[str, float | None]:
    rates = [count / base if base else None for count, base in ((part, whole), (other_part, other_whole))]
    interval = difference(part, whole, other_part, other_whole)
    low, high = interval or (None, None)
    apart = None if rates[0] is None or rates[1] is None else rates[0] - rates[1]
    return {"a": rates[0], "b": rates[1], "difference": apart, "low": low, "high": high}
