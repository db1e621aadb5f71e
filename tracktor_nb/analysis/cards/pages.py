"""The card of pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import MOST_ROWS, bar, card_of, more_rows, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.pages import PagesResult


def card(result: PagesResult) -> str:
    """Return the most visited pages with how many people go on from them."""
    shown = result.rows[:MOST_ROWS]
    most = max((row["people"] for row in shown), default=0)
    rows = [
        [
            escape(row["page"]),
            bar(row["people"], most),
            f"<b>{number(row['people'])}</b>",
            *(number(row[name]) for name in ("views", "entries", "exits")),
            percent(row["attraction"]),
        ]
        for row in shown
    ]
    heads = ["page", "", "people", "views", "began here", "ended here", "go on"]
    body = table(heads, rows, range(2, 7)) if rows else "No event of this period names its page."
    return card_of(result, result.title, body + more_rows(len(result.rows) - len(shown), "page"))
