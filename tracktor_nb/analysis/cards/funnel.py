"""A funnel's card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import bucket_in_words, joined, number, percent, span, value_in_words

from .look import MOST_ROWS, QUIET, bar, card_of, earlier, more_values, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.funnel import FunnelResult


def card(result: FunnelResult) -> str:
    """Return the steps with bars, rates and times, and under them the breakdown or the funnel over time."""
    first = result.steps[0]["people"]
    rows = [
        [
            f"{at}. {escape(step['label'])}",
            bar(step["people"], first),
            f"<b>{number(step['people'])}</b>",
            percent(step["step_rate"]) if at > 1 else "",
            percent(step["rate"]),
            span(step["median_time"]) if at > 1 else "",
        ]
        for at, step in enumerate(result.steps, start=1)
    ]
    body = table(["step", "", "people", "of step before", "of step 1", "median time"], rows, (2, 3, 4, 5))
    return card_of(result, "Funnel", body + _conversion(result) + _breakdown(result) + _over_time(result))


def _conversion(result: FunnelResult) -> str:
    """How long people took from step 1 to the last."""
    found = result.conversion
    if found["median_time"] is None:
        return ""
    median, mean, p90 = (span(found[f"{name}_time"]) for name in ("median", "mean", "p90"))
    return f"<div style='{QUIET}'>all steps took: median {median}, mean {mean}, 90 % within {p90}</div>"


def _over_time(result: FunnelResult) -> str:
    """The last buckets: who began, who got to the last step."""
    freq = result.definition.freq
    if freq is None:
        return ""
    rows = [
        [
            escape(bucket_in_words(row["start"], freq, result.calendar)),
            number(row["steps"][0]),
            number(row["steps"][-1]),
            percent(row["steps"][-1] / row["steps"][0] if row["steps"][0] else None),
            joined([f"partial {freq}" if row["partial"] else "", "" if row["ripe"] else "window still open"]),
        ]
        for row in result.buckets[-MOST_ROWS:]
    ]
    rest = earlier(len(result.buckets) - len(rows), freq)
    return table([freq, "step 1", "last step", "of step 1", ""], rows, (1, 2, 3)) + rest if rows else ""


def _breakdown(result: FunnelResult) -> str:
    shown = result.breakdown[:MOST_ROWS]
    rows = [[escape(value_in_words(row["value"])), *map(number, row["steps"])] for row in shown]
    heads = [escape(str(result.definition.by)), *(f"step {at}" for at in range(1, len(result.steps) + 1))]
    more = len(result.breakdown) - len(shown) + result.more_values
    return table(heads, rows, range(1, len(heads))) + more_values(more) if shown else ""
