"""A segment's card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import BIG, card_of, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.segment import SegmentResult


def card(result: SegmentResult) -> str:
    """Return the count and the ten examples."""
    share = percent(result.count / result.known) if result.known else ""
    top = f"<span style='{BIG}'>{number(result.count)}</span> of {number(result.known)} people {share}"
    heads = ["person", "e-mail", "last action", "last seen"]
    rows = [
        [
            escape(str(row["distinct_id"])),
            escape(str(row["email"] or "")),
            escape(str(row["last_action"] or "")),
            "" if row["last_seen"] is None else f"{result.calendar.local(row['last_seen']):%Y-%m-%d %H:%M}",
        ]
        for row in result.examples
    ]
    return card_of(result, "Segment", top + (table(heads, rows, ()) if rows else ""))
