"""A segment's card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import BIG, QUIET, card_of
from .people import people_table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.base import Row
    from tracktor_nb.analysis.results.segment import SegmentResult


def card(result: SegmentResult) -> str:
    """Return the count and the ten examples."""
    share = f", {percent(result.count / result.known)}" if result.known else ""
    top = f"<span style='{BIG}'>{number(result.count)}</span> of {number(result.known)} people{share}"
    warnings = "".join(f"<div style='{QUIET}'>{escape(_said(row))}</div>" for row in result.mistyped)
    return card_of(result, result.title, top + people_table(result.examples, result.calendar) + warnings)


def _said(row: Row) -> str:
    """Return what is wrong with some values, and the comparison that converts them if that changes anything."""
    who = "people have" if row["event"] is None else f"events {row['event']!r} have"
    text = f"{number(row['wrong'])} {who} another type than {row['condition']} asks for ({row['wanted']})."
    if row["would_meet"] == row["meets"]:
        return text
    meet = f"{number(row['would_meet'])} instead of {number(row['meets'])}"
    return f"{text} Converted, {meet} would meet it: {row['offer']}"
