"""The answer to a funnel under all rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.funnel_rules import card
from tracktor_nb.analysis.figures.funnel_rules import figure
from tracktor_nb.semantics.funnel_rules import FunnelRules

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class FunnelRulesResult(Result):
    """How many people reached each step under each combination of rules; variant 1 is the funnel as it was asked.

    `variants` holds {order, entry, window_scope, until, include_bots, people}, people a list by step; `differences`
    says for each pair of variants how many people get further under one than under the other. `people(3, 5)` lists
    those of variants 3 and 5.
    """

    definition: FunnelRules
    labels: list[str]
    variants: list[Row]
    differences: list[list[int]]

    kind = "funnel rules"
    numbers = ("one", "other")

    @property
    def title(self) -> str:
        return " → ".join(step.label for step in self.definition.funnel.steps)

    @property
    def table(self) -> pd.DataFrame:
        """A row a variant: its rules, the people at each step, and how many people differ from variant 1."""
        import pandas as pd

        rows = [
            {name: value for name, value in row.items() if name != "people"}
            | {f"step {step}": people for step, people in enumerate(row["people"], start=1)}
            | {"differ": differ}
            for row, differ in zip(self.variants, self.differences[0], strict=True)
        ]
        return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="variant"))

    @property
    def differing(self) -> pd.DataFrame:
        """How many people differ between any two variants."""
        import pandas as pd

        numbers = range(1, len(self.variants) + 1)
        return pd.DataFrame(self.differences, index=pd.Index(numbers, name="variant"), columns=list(numbers))

    @property
    def alike(self) -> list[list[int]]:
        """The numbers of the variants under which everybody gets equally far, one list for each such group."""
        groups: dict[int, list[int]] = {}
        for number, row in enumerate(self.differences):
            groups.setdefault(row.index(0), []).append(number + 1)
        return list(groups.values())

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return f"{len(self.variants)} combinations of rules, {len(self.alike)} different answers"

    def _repr_html_(self) -> str:
        return card(self)
