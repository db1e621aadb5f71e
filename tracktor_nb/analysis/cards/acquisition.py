"""The card of what campaigns bring."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.figures.acquisition import campaign_in_words
from tracktor_nb.analysis.wording import number, percent

from .look import MOST_ROWS, bar, card_of, more_rows, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.acquisition import AcquisitionResult


def card(result: AcquisitionResult) -> str:
    """Return the campaigns that brought most active people."""
    shown = result.rows[:MOST_ROWS]
    most = max((row["active"] for row in shown), default=0)
    rows = [
        [
            escape(campaign_in_words(row["campaign"])),
            bar(row["active"], most),
            f"<b>{number(row['active'])}</b>",
            number(row["people"]),
            percent(row["rate"]),
        ]
        for row in shown
    ]
    body = table(["campaign", "", "active", "of", "share"], rows, (2, 3, 4)) if rows else "Nobody came in this period."
    return card_of(
        result, result.title, body + more_rows(len(result.rows) - len(shown) + result.more_values, "campaign")
    )
