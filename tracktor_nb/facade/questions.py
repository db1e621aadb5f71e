"""Questions and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.semantics.condition import Condition
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import Period
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.sending import Moment

from .base import Wired

if TYPE_CHECKING:
    import pandas as pd

    from tracktor_nb.analysis.results import Result


class Questions(Wired):
    """Answers definitions."""

    def evaluate(self, definition: Definition, period: Period = "last 30 days", as_of: Moment = None) -> Result:
        """Return the answer to a definition, with its table, people, plot and reasons."""
        known = None if as_of is None else self._instant(as_of)
        return self.engine.evaluate(self.name, definition, period, known)

    def preview(self, segment: Segment | Condition) -> Result:
        """Return how many people a segment has, with ten of them."""
        return self.evaluate(segment if isinstance(segment, Segment) else Segment(segment), "all time")

    def members(self, segment: Segment | Condition) -> pd.DataFrame:
        """Return the members of a segment, indexed by person_id: id, email, last action."""
        return self.preview(segment).people()
