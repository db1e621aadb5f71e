"""How far one person gets under each rule of a funnel, and in which group of a comparison."""

from __future__ import annotations

from tracktor_nb.semantics.attempt import attempt
from tracktor_nb.semantics.funnel_comparison import FunnelComparison, compared
from tracktor_nb.semantics.funnel_rules import FunnelRules, rules_of
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person

from .funnel import explain_funnel
from .rows import Told


def explain_rules(rules: FunnelRules, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return how far the person gets under each combination of rules, and why no further."""
    rows, reached = [], []
    for number, funnel in enumerate(rules.variants, start=1):
        reached.append(attempt(funnel, person, within, now, calendar).reached)
        told, _ = explain_funnel(funnel, person, within, now, calendar)
        rows.append({"variant": number, **rules_of(funnel), "reached": reached[-1], "why": told})
    of = f"of {len(rules.funnel.steps)} steps"
    if len(set(reached)) == 1:
        return f"reaches {reached[0]} {of} under every rule", rows
    return f"reaches from {min(reached)} to {max(reached)} {of}, depending on the rules; {reached[0]} as asked", rows


def explain_comparison(
    comparison: FunnelComparison, person: Person, within: Range, now: int, calendar: Calendar
) -> Told:
    """Return the groups that the person belongs to, and its attempt."""
    _, in_a, in_b = compared(comparison, person, within, now, calendar)
    groups = [name for name, member in zip(comparison.names, (in_a, in_b), strict=True) if member]
    told, rows = explain_funnel(comparison.funnel, person, within, now, calendar)
    return f"in {' and in '.join(groups) if groups else 'neither group'}; {told}", rows
