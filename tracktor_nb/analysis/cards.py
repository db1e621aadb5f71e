"""Answers as HTML for notebooks: one self-contained card, inline styles, every text escaped."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from .figures import FAINT, PALETTE
from .wording import bucket_in_words, joined, number, percent, span, value_in_words

if TYPE_CHECKING:
    from .results import Explanation, FunnelResult, MetricResult, Result, SegmentResult

MOST_ROWS = 12
MOST_BARS = 90

_CARD = (
    "font:13px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;border:1px solid rgba(128,128,128,.28);"
    "border-radius:12px;padding:14px 18px;margin:4px 0;max-width:860px;box-sizing:border-box"
)
_QUIET = "opacity:.68;font-size:12px"
_TABLE = "table-layout:auto;border-collapse:collapse;width:100%;margin:8px 0 4px;color:inherit;font-size:13px"
_CELL = "padding:4px 10px 4px 0;border:0;background:none;vertical-align:middle"
_BIG = "font-size:26px;font-weight:650;letter-spacing:-.01em"


def funnel(result: FunnelResult) -> str:
    """Return the steps with bars, rates and times, and under them the breakdown."""
    first = result.steps[0]["people"]
    rows = [
        [
            f"{at}. {escape(step['label'])}",
            _bar(step["people"], first),
            f"<b>{number(step['people'])}</b>",
            percent(step["step_rate"]) if at > 1 else "",
            percent(step["rate"]),
            span(step["median_time"]) if at > 1 else "",
        ]
        for at, step in enumerate(result.steps, start=1)
    ]
    body = _table(["step", "", "people", "of step before", "of step 1", "median time"], rows, (2, 3, 4, 5))
    return _card(result, "Funnel", body + _funnel_breakdown(result))


def _funnel_breakdown(result: FunnelResult) -> str:
    shown = result.breakdown[:MOST_ROWS]
    rows = [[escape(value_in_words(row["value"])), *map(number, row["steps"])] for row in shown]
    heads = [escape(str(result.definition.by)), *(f"step {at}" for at in range(1, len(result.steps) + 1))]
    more = len(result.breakdown) - len(shown) + result.more_values
    return _table(heads, rows, range(1, len(heads))) + _more(more) if shown else ""


def metric(result: MetricResult) -> str:
    """Return the total, the spread over whole buckets, and a small histogram."""
    freq = result.definition.freq
    figures = [("total", result.total)] + [(f"{name} a {freq}", getattr(result, name)) for name in _SPREAD]
    tiles = "".join(_tile(name, value) for name, value in figures)
    shown = result.breakdown[:MOST_ROWS]
    rows = [[escape(value_in_words(row["value"])), f"<b>{number(row['total'])}</b>"] for row in shown]
    table = _table([escape(str(result.definition.by)), "total"], rows, (1,)) if rows else ""
    more = _more(len(result.breakdown) - len(shown) + result.more_values)
    return _card(
        result, result.title, f"<div style='display:flex;flex-wrap:wrap'>{tiles}</div>{_histogram(result)}{table}{more}"
    )


def _tile(name: str, value: float | None) -> str:
    return (
        f"<div style='margin-right:34px'><div style='{_QUIET}'>{name}</div>"
        f"<div style='{_BIG}'>{number(value)}</div></div>"
    )


_SPREAD = ("maximum", "minimum", "average")


def _histogram(result: MetricResult) -> str:
    """The last buckets as thin bars; partial ones are faint."""
    buckets = result.buckets[-MOST_BARS:]
    highest = max((bucket["value"] or 0 for bucket in buckets), default=0)
    if not highest:
        return f"<div style='{_QUIET}'>No such event in this period.</div>"
    bars = "".join(
        f"<div title='{escape(_bucket_title(bucket, result), quote=True)}' "
        f"style='flex:1 1 0;min-width:1px;border-radius:2px 2px 0 0;"
        f"height:{max(1, round(56 * (bucket['value'] or 0) / highest))}px;"
        f"background:{FAINT if bucket['partial'] else PALETTE[0]}'></div>"
        for bucket in buckets
    )
    return f"<div style='display:flex;align-items:flex-end;gap:1px;height:58px;margin:10px 0 6px'>{bars}</div>"


def _bucket_title(bucket: dict[str, Any], result: MetricResult) -> str:
    freq = result.definition.freq
    partial = f"partial {freq}" if bucket["partial"] else ""
    return joined([f"{bucket_in_words(bucket['start'], freq, result.calendar)}: {number(bucket['value'])}", partial])


def segment(result: SegmentResult) -> str:
    """Return the count and the ten examples."""
    share = percent(result.count / result.known) if result.known else ""
    top = f"<span style='{_BIG}'>{number(result.count)}</span> of {number(result.known)} people {share}"
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
    return _card(result, "Segment", top + (_table(heads, rows, ()) if rows else ""))


def explanation(given: Explanation) -> str:
    """Return the sentence and the rows that decide it."""
    heads = list(dict.fromkeys(key for row in given.rows for key in row))
    rows = [[escape(str(row.get(head, ""))) for head in heads] for row in given.rows]
    body = _table([escape(head) for head in heads], rows, ()) if rows else ""
    return f'<div style="{_CARD}"><b>{escape(given.distinct_id)}</b> {escape(given.summary)}{body}</div>'


def _card(result: Result, title: str, body: str) -> str:
    computed = f"computed {result.computed_at:%Y-%m-%d %H:%M:%S %Z} · log up to entry {number(result.watermark)}"
    return (
        f"<div style=\"{_CARD}\"><div style='font-weight:650;margin-bottom:4px'>{escape(title)}</div>{body}"
        f"<div style='{_QUIET};margin-top:6px'>{escape(result.rule)}<br>{escape(computed)}</div></div>"
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Container[int]) -> str:
    """Return a table of ready HTML cells; the columns in `right` hold numbers."""
    side = [
        f"{_CELL};{'text-align:right;white-space:nowrap' if at in right else 'text-align:left'}"
        for at in range(len(heads))
    ]
    head = "".join(
        f"<th style='{style};{_QUIET};font-weight:500'>{name}</th>" for style, name in zip(side, heads, strict=True)
    )
    lines = "".join(
        "<tr style='border-top:1px solid rgba(128,128,128,.18);background:none'>"
        + "".join(f"<td style='{style}'>{cell}</td>" for style, cell in zip(side, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f"<table style='{_TABLE}'><thead><tr style='background:none'>{head}</tr></thead><tbody>{lines}</tbody></table>"
    )


def _bar(part: int, whole: int) -> str:
    width = round(100 * part / whole, 1) if whole else 0
    return (
        f"<div style='width:180px;height:14px;border-radius:4px;background:rgba(128,128,128,.14)'>"
        f"<div style='width:{width}%;height:14px;border-radius:4px;background:{PALETTE[0]}'></div></div>"
    )


def _more(values: int) -> str:
    return f"<div style='{_QUIET}'>and {number(values)} more values</div>" if values else ""
