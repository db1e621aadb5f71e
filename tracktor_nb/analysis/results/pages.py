"""The answer to which pages people visit, and which make them stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.pages import card
from tracktor_nb.analysis.figures.pages import figure
from tracktor_nb.semantics.pages import Pages

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class PagesResult(Result):
    """The pages of `sessions` sessions, the one that most people viewed first.

    `rows` holds {page, people, views, entries, went_on, exits, attraction}: how many sessions entered there, how many
    of those viewed a second page, how many ended there. `people("/pricing")` returns who viewed a page,
    `people("/pricing", left=True)` those of whom a session ended there.
    """

    definition: Pages
    sessions: int
    rows: list[Row]

    kind = "pages"
    numbers = ("page", "left")

    @property
    def title(self) -> str:
        return "Most visited and most attractive pages"

    @property
    def table(self) -> pd.DataFrame:
        """The numbers by page, the most visited first."""
        import pandas as pd

        columns = ["page", "people", "views", "entries", "went_on", "exits", "attraction"]
        return pd.DataFrame(self.rows, columns=columns).set_index("page").astype({"attraction": float})

    @property
    def attractive(self) -> pd.DataFrame:
        """The table of the pages at which enough sessions began to say so, the most attractive first."""
        return self.table.dropna(subset="attraction").sort_values("attraction", ascending=False, kind="stable")

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        return ", ".join(f"{row['page']} {row['people']:,}" for row in self.rows[:3]) or "none"

    def _repr_html_(self) -> str:
        return card(self)
