"""A retention's card."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.figures.retention import PARTIAL, cells, has_partial
from tracktor_nb.analysis.wording import number, percent

from .look import MOST_ROWS, QUIET, card_of, more_values, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.retention import RetentionResult

MOST_PERIODS = 13


def card(result: RetentionResult) -> str:
    """Return a coloured row a cohort (the last ones) or a value, and under them the average over whole cells."""
    unit, shown = result.definition.freq, range(result.definition.periods + 1)[:MOST_PERIODS]
    found = cells(result, MOST_ROWS)
    if not found:
        return card_of(result, result.title, f"<div style='{QUIET}'>Nobody began in this period.</div>")
    rows = [
        [escape(name), f"<b>{number(people)}</b>", *(_cell(*its[at]) for at in shown)] for name, people, its in found
    ]
    average = ["<b>average</b>", "", *(percent(result.average[at]["rate"]) for at in shown)]
    heads = [escape(result.definition.by or "cohort"), "people", *(f"{unit} {at}" for at in shown)]
    star = f"<div style='{QUIET}'>{PARTIAL} not over yet, left out of the average</div>" if has_partial(found) else ""
    more = more_values(max(len(result.breakdown) - MOST_ROWS, 0) + result.more_values)
    return card_of(result, result.title, table(heads, [*rows, average], range(1, len(heads))) + more + star)


def _cell(came: int | None, of: int, whole: bool) -> str:
    if came is None or not of:
        return ""
    title = f"{number(came)} of {number(of)}{'' if whole else ', not over yet'}"
    style = f"background:rgba(107,92,255,{0.6 * came / of:.2f});border-radius:4px;padding:2px 6px"
    return f"<span title='{title}' style='{style}'>{percent(came / of)}{'' if whole else PARTIAL}</span>"
