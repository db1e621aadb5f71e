"""A metric's card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.figures.look import FAINT, PALETTE
from tracktor_nb.analysis.wording import bucket_in_words, joined, number, value_in_words

from .look import BIG, MOST_ROWS, QUIET, card_of, more_values, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.metric import MetricResult


MOST_BARS = 90


_SPREAD = ("maximum", "minimum", "average")


def card(result: MetricResult) -> str:
    """Return the total, the spread over whole buckets, and a small histogram."""
    freq = result.definition.freq
    figures = [("total", result.total)] + [(f"{name} a {freq}", getattr(result, name)) for name in _SPREAD]
    tiles = "".join(_tile(name, value) for name, value in figures)
    shown = result.breakdown[:MOST_ROWS]
    rows = [[escape(value_in_words(row["value"])), f"<b>{number(row['total'])}</b>"] for row in shown]
    split = table([escape(str(result.definition.by)), "total"], rows, (1,)) if rows else ""
    more = more_values(len(result.breakdown) - len(shown) + result.more_values)
    return card_of(
        result, result.title, f"<div style='display:flex;flex-wrap:wrap'>{tiles}</div>{_histogram(result)}{split}{more}"
    )


def _tile(name: str, value: float | None) -> str:
    return (
        f"<div style='margin-right:34px'><div style='{QUIET}'>{name}</div>"
        f"<div style='{BIG}'>{number(value)}</div></div>"
    )


def _histogram(result: MetricResult) -> str:
    """The last buckets as thin bars; partial ones are faint."""
    buckets = result.buckets[-MOST_BARS:]
    highest = max((bucket["value"] or 0 for bucket in buckets), default=0)
    if not highest:
        return f"<div style='{QUIET}'>No such event in this period.</div>"
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
