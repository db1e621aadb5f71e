"""A lifecycle's card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.figures.lifecycle import COLOURS
from tracktor_nb.analysis.wording import bucket_in_words, number
from tracktor_nb.semantics.lifecycle import STATES

from .look import MOST_ROWS, QUIET, card_of, earlier, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.lifecycle import LifecycleResult


def card(result: LifecycleResult) -> str:
    """Return the last periods with the people in each state, and the averages over whole ones."""
    freq, shown = result.definition.freq, result.buckets[-MOST_ROWS:]
    if not shown:
        return card_of(result, result.title, f"<div style='{QUIET}'>Nobody was active in this period.</div>")
    rows = [
        [
            escape(bucket_in_words(bucket["start"], freq, result.calendar))
            + (" (partial)" if bucket["partial"] else ""),
            *(number(bucket[state]) for state in STATES),
        ]
        for bucket in shown
    ]
    average = ["<b>average</b>", *(f"<b>{number(result.average[state])}</b>" for state in STATES)]
    heads = [freq, *(f"<span style='color:{COLOURS[state]}'>●</span> {state}" for state in STATES)]
    rest = earlier(len(result.buckets) - len(shown), freq)
    return card_of(result, result.title, table(heads, [*rows, average], range(1, len(heads))) + rest)
