"""A segment's card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import BIG, QUIET, card_of, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.base import Row
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
    warnings = "".join(f"<div style='{QUIET}'>{escape(_said(row))}</div>" for row in result.mistyped)
    return card_of(result, result.title, top + (table(heads, rows, ()) if rows else "") + warnings)


def _said(row: Row) -> str:
    """Return what is wrong with some values, and the comparison that converts them if that changes anything."""
    who = "people have" if row["event"] is None else f"events {row['event']!r} have"
    text = f"{number(row['wrong'])} {who} another type than {row['condition']} asks for ({row['wanted']})."
    if row["would_meet"] == row["meets"]:
        return text
    meet = f"{number(row['would_meet'])} instead of {number(row['meets'])}"
    return f"{text} Converted, {meet} would meet it: {row['offer']}"
