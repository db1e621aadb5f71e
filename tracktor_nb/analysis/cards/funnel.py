"""A funnel's card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent, span, value_in_words

from .look import MOST_ROWS, bar, card_of, more_values, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.funnel import FunnelResult


def card(result: FunnelResult) -> str:
    """Return the steps with bars, rates and times, and under them the breakdown."""
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
    return card_of(result, "Funnel", body + _breakdown(result))


def _breakdown(result: FunnelResult) -> str:
    shown = result.breakdown[:MOST_ROWS]
    rows = [[escape(value_in_words(row["value"])), *map(number, row["steps"])] for row in shown]
    heads = [escape(str(result.definition.by)), *(f"step {at}" for at in range(1, len(result.steps) + 1))]
    more = len(result.breakdown) - len(shown) + result.more_values
    return table(heads, rows, range(1, len(heads))) + more_values(more) if shown else ""
