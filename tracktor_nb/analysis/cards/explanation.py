"""The card of an explanation."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .look import CARD, more_rows, table

MOST_REASONS = 50
"""So many rows are shown; `frame()` has them all."""

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.base import Explanation


def explanation(given: Explanation) -> str:
    """Return the sentence and the rows that decide it."""
    heads = list(dict.fromkeys(key for row in given.rows for key in row))
    rows = [[escape(str(row.get(head, ""))) for head in heads] for row in given.rows[:MOST_REASONS]]
    body = (
        table([escape(head) for head in heads], rows, ()) + more_rows(len(given.rows) - len(rows), "row")
        if rows
        else ""
    )
    return f'<div style="{CARD}"><b>{escape(given.distinct_id)}</b> {escape(given.summary)}{body}</div>'
