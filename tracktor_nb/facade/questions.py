"""Questions and their answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracktor_nb.semantics import codec
from tracktor_nb.semantics.condition import Condition, Group, in_segment
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.funnel_comparison import FunnelComparison
from tracktor_nb.semantics.funnel_rules import FunnelRules
from tracktor_nb.semantics.overlap import Overlap
from tracktor_nb.semantics.period import Period
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.sending import Moment
from tracktor_nb.store import definitions

from .base import Wired

if TYPE_CHECKING:
    import pandas as pd

    from tracktor_nb.analysis.overview import Overview
    from tracktor_nb.analysis.results import Result


class Questions(Wired):
    """Answers definitions."""

    def evaluate(self, definition: Definition | str, period: Period = "last 30 days", as_of: Moment = None) -> Result:
        """Return the answer to a definition or to a saved name, with its table, people, plot and reasons."""
        known = None if as_of is None else self._instant(as_of)
        if not isinstance(definition, str):
            return self.engine.evaluate(self.name, definition, period, known)
        with self.database.read() as connection:
            stored = definitions.load(connection, self.record.id, definition)
        found = self.engine.evaluate(self.name, codec.from_dict(stored.body), period, known)
        return replace(found, name=stored.name, revision=stored.revision)

    def overview(self, period: Period = "last 30 days", as_of: Moment = None) -> Overview:
        """Return what a newcomer asks first: which pages, where people stop, which campaigns, who is leaving."""
        from tracktor_nb.analysis.overview import Overview

        with self.database.read() as connection:
            saved = definitions.names(connection, self.record.id, "funnel")
        return Overview.of({each.name: each.body for each in saved}, lambda part: self.evaluate(part, period, as_of))

    def explore_rules(self, funnel: Funnel, period: Period = "last 30 days", as_of: Moment = None) -> Result:
        """Return a funnel under every combination of rules, with the people that differ between any two."""
        return self.evaluate(FunnelRules(funnel), period, as_of)

    def compare(
        self,
        funnel: Funnel,
        a: Condition | str,
        b: Condition | str,
        period: Period = "last 30 days",
        as_of: Moment = None,
    ) -> Result:
        """Return how far the people of two groups got, with 95 % intervals; a group is a condition or a saved name."""
        one, other = (in_segment(group) if isinstance(group, str) else group for group in (a, b))
        return self.evaluate(FunnelComparison(funnel, one, other), period, as_of)

    def preview(self, segment: Group | Condition | str) -> Result:
        """Return how many people a segment has now, with ten of them, and values that its comparisons never match.

        A segment, a condition, or a saved name.
        """
        return self.evaluate(_group(segment), "today")

    def members(self, segment: Group | Condition | str) -> pd.DataFrame:
        """Return the members of a segment, indexed by person_id: id, email, last action."""
        return self.preview(segment).people()

    def overlap(self, first: Group | Condition | str, second: Group | Condition | str, as_of: Moment = None) -> Result:
        """Return how many people are in one of two segments and in both; `people("both")` lists them."""
        return self.evaluate(Overlap(_group(first), _group(second)), "today", as_of)


def _group(given: Group | Condition | str) -> Group:
    """Return what is meant by a segment, a condition, or the name of something saved."""
    meant = in_segment(given) if isinstance(given, str) else given
    return Segment(meant) if isinstance(meant, Condition) else meant
