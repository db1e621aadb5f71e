"""The one look of all cards: self-contained HTML with inline styles, every text escaped."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.figures.look import PALETTE
from tracktor_nb.analysis.wording import joined, number

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.base import Result
MOST_ROWS = 12
CARD = (
    "font:13px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;border:1px solid rgba(128,128,128,.28);"
    "border-radius:12px;padding:14px 18px;margin:4px 0;max-width:860px;box-sizing:border-box;overflow-wrap:anywhere"
)
QUIET = "opacity:.68;font-size:12px"
_TABLE = "table-layout:auto;border-collapse:collapse;width:100%;margin:8px 0 4px;color:inherit;font-size:13px"
_CELL = "padding:4px 10px 4px 0;border:0;background:none;vertical-align:middle"
BIG = "font-size:26px;font-weight:650;letter-spacing:-.01em"


def card_of(result: Result, title: str, body: str) -> str:
    """Return the card of a result: title, body, and under it the rule and where the numbers come from."""
    return (
        f"<div style=\"{CARD}\"><div style='font-weight:650;margin-bottom:4px'>{escape(title)}</div>{body}"
        f"<div style='{QUIET};margin-top:6px'>{escape(result.rule)}<br>{escape(provenance(result))}</div></div>"
    )


def provenance(result: Result) -> str:
    """Return where the numbers come from: which saved definition, when, and out of how much of the log."""
    saved = f"{result.name}, revision {result.revision}" if result.name is not None else ""
    computed = f"computed {result.computed_at:%Y-%m-%d %H:%M:%S %Z}"
    return joined([saved, computed, f"log up to entry {number(result.watermark)}"])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Container[int]) -> str:
    """Return a table of ready HTML cells; the columns in `right` hold numbers."""
    side = [
        f"{_CELL};{'text-align:right;white-space:nowrap' if at in right else 'text-align:left;min-width:7em'}"
        for at in range(len(heads))
    ]
    head = "".join(
        f"<th style='{style};{QUIET};font-weight:500'>{name}</th>" for style, name in zip(side, heads, strict=True)
    )
    lines = "".join(
        "<tr style='border-top:1px solid rgba(128,128,128,.18);background:none'>"
        + "".join(f"<td style='{style}'>{cell}</td>" for style, cell in zip(side, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f"<div style='overflow-x:auto'><table style='{_TABLE}'><thead><tr style='background:none'>{head}</tr></thead>"
        f"<tbody>{lines}</tbody></table></div>"
    )


def bar(part: int, whole: int) -> str:
    """Return a bar that is full for the whole."""
    width = round(100 * part / whole, 1) if whole else 0
    return (
        f"<div style='width:clamp(40px,18vw,180px);height:14px;border-radius:4px;background:rgba(128,128,128,.14)'>"
        f"<div style='width:{width}%;height:14px;border-radius:4px;background:{PALETTE[0]}'></div></div>"
    )


def more_values(values: int) -> str:
    """Return a line that says how many values are not shown, nothing if all are."""
    return f"<div style='{QUIET}'>and {number(values)} more values</div>" if values else ""


def earlier(buckets: int, freq: str) -> str:
    """Return a line that says how many buckets before those are not shown: "and 2 earlier weeks"; nothing if none."""
    named = f"{freq}{'' if buckets == 1 else 's'}"
    return f"<div style='{QUIET}'>and {number(buckets)} earlier {named}</div>" if buckets > 0 else ""


def more_rows(rows: int, what: str) -> str:
    """Return a line that says how many rows are not shown: "and 3 more pages"; nothing if all are."""
    named = f"{what}{'' if rows == 1 else 's'}"
    return f"<div style='{QUIET}'>and {number(rows)} more {named}</div>" if rows else ""
