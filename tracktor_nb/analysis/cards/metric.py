"""A metric's card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.figures.look import FAINT, PALETTE
from tracktor_nb.analysis.wording import bucket_in_words, joined, measured, number, percent, points, value_in_words

from .look import BIG, MOST_ROWS, QUIET, card_of, more_values, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.metric import MetricResult


MOST_BARS = 90


_SPREAD = ("maximum", "minimum", "average")


def card(result: MetricResult) -> str:
    """Return the total, the spread over whole buckets, the previous period, and a small histogram."""
    freq, unit = result.definition.freq, result.definition.unit
    figures = [("total" if result.definition.is_count else "overall", measured(result.total, unit))]
    figures += [(f"{name} a {freq}", measured(getattr(result, name), unit)) for name in _SPREAD]
    tiles = "".join(_tile(name, value) for name, value in (*figures, *_beside(result)))
    shown = result.breakdown[:MOST_ROWS]
    rows = [[escape(value_in_words(row["value"])), f"<b>{measured(row['total'], unit)}</b>"] for row in shown]
    split = table([escape(str(result.definition.by)), figures[0][0]], rows, (1,)) if rows else ""
    more = more_values(len(result.breakdown) - len(shown) + result.more_values)
    return card_of(
        result, result.title, f"<div style='display:flex;flex-wrap:wrap'>{tiles}</div>{_histogram(result)}{split}{more}"
    )


def _beside(result: MetricResult) -> list[tuple[str, str]]:
    """What a mean time and a ratio never stand without, and what was before."""
    unit, found = result.definition.unit, []
    if unit == "time" and result.base is not None:
        found += [("median", measured(result.median, unit)), ("people", number(result.base))]
        found += [("not finished", percent(result.unfinished))]
    elif result.base is not None:
        found += [("made of", f"{number(result.amount)} / {number(result.base)}")]
    if result.previous is not None:
        change = "" if result.change is None else f" ({points(result.change)} %)"
        found += [("previous period", measured(result.previous["total"], unit) + change)]
    return found


def _tile(name: str, value: str) -> str:
    return f"<div style='margin-right:34px'><div style='{QUIET}'>{name}</div><div style='{BIG}'>{value}</div></div>"


def _histogram(result: MetricResult) -> str:
    """The last buckets as thin bars; partial ones are faint."""
    buckets = result.buckets[-MOST_BARS:]
    highest = max((bucket["value"] or 0 for bucket in buckets), default=0)
    if not highest:
        return f"<div style='{QUIET}'>Nothing to count in this period.</div>"
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
    partial, value = f"partial {freq}" if bucket["partial"] else "", measured(bucket["value"], result.definition.unit)
    return joined([f"{bucket_in_words(bucket['start'], freq, result.calendar)}: {value}", partial])
