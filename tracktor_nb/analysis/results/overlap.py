"""The answer to an overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.overlap import card
from tracktor_nb.analysis.figures.overlap import figure
from tracktor_nb.analysis.wording import instant_in_words
from tracktor_nb.semantics.overlap import Overlap

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class OverlapResult(Result):
    """How many people belong to one of two segments now, and to both.

    `parts` holds {part, people} for "first only", "both" and "second only"; people are asked for by `part`.
    """

    definition: Overlap
    parts: list[Row]
    known: int

    kind = "overlap"
    numbers = ("part",)

    @property
    def title(self) -> str:
        return "Overlap"

    @property
    def labels(self) -> dict[str, str]:
        """What each part is called: by the rules of the segments, without what they say about bots."""
        first, second = (
            side.rule().rpartition(" · ")[0] or side.rule() for side in (self.definition.first, self.definition.second)
        )
        return {"first only": f"only {first}", "both": "both", "second only": f"only {second}"}

    @property
    def _when(self) -> str:
        return f"on {instant_in_words(self.now, self.calendar)}"

    @property
    def table(self) -> pd.DataFrame:
        """The people of each part, and their share of everybody who is in one of them."""
        import pandas as pd

        frame = pd.DataFrame(self.parts).set_index("part")
        return frame.assign(rate=frame["people"] / frame["people"].sum())

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return ", ".join(f"{row['people']:,} {row['part']}" for row in self.parts)

    def _repr_html_(self) -> str:
        return card(self)
