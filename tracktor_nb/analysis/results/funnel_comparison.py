"""The answer to a comparison of two groups in a funnel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.funnel_comparison import card
from tracktor_nb.analysis.figures.funnel_comparison import figure
from tracktor_nb.analysis.wording import number
from tracktor_nb.semantics.funnel_comparison import FunnelComparison

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class FunnelComparisonResult(Result):
    """How far the people of two groups got, and the difference at each step.

    `steps` holds {label, people_a, people_b, rate, step_rate}; the two rates (of step 1, of the step before) are None
    at step 1, else {a, b, difference, low, high}: the difference of b from a, with its 95 % interval. `in_both` people
    are in both groups, which makes the interval too wide. `people("b", step=2)` lists those of a group.
    """

    definition: FunnelComparison
    steps: list[Row]
    in_both: int

    kind = "funnel comparison"
    numbers = ("group", "step", "stopped")

    @property
    def title(self) -> str:
        return " against ".join(self.definition.names)

    @property
    def rule(self) -> str:
        return super().rule + (f" · {number(self.in_both)} people in both groups" if self.in_both else "")

    @property
    def table(self) -> pd.DataFrame:
        """A row a step; `rate_…` of step 1, `step_rate_…` of the step before, each with difference, low and high."""
        import pandas as pd

        rows = []
        for step in self.steps:
            row = {"event": step["label"], "people_a": step["people_a"], "people_b": step["people_b"]}
            for name in ("rate", "step_rate"):
                found = step[name] or dict.fromkeys(("a", "b", "difference", "low", "high"))
                row |= {f"{name}_{part}": value for part, value in found.items()}
            rows.append(row)
        frame = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="step"))
        return frame.astype({column: float for column in frame if "rate_" in str(column)})

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        first, last = self.steps[0], self.steps[-1]
        return ", ".join(f"{last[side]:,} of {first[side]:,}" for side in ("people_a", "people_b"))

    def _repr_html_(self) -> str:
        return card(self)
