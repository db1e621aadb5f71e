"""The card of where people stop."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.figures.stops import place_of
from tracktor_nb.analysis.wording import number, percent

from .look import MOST_ROWS, bar, card_of, more_rows, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.stops import StopsResult


def card(result: StopsResult) -> str:
    """Return the places with most people who stopped."""
    shown = result.rows[:MOST_ROWS]
    most = max((row["stopped"] for row in shown), default=0)
    rows = [
        [
            f"{at}. {escape(place_of(row))}",
            escape(row["funnel"] or ""),
            bar(row["stopped"], most),
            f"<b>{number(row['stopped'])}</b>",
            number(row["people"]),
            percent(row["rate"]),
        ]
        for at, row in enumerate(shown, start=1)
    ]
    heads = ["place", "", "", "stopped", "of", "share"]
    body = table(heads, rows, (3, 4, 5)) if rows else "Nobody stopped in this period."
    return card_of(result, result.title, body + more_rows(len(result.rows) - len(shown), "place"))
