"""The card of a funnel under all rules."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.figures.funnel_rules import variant_in_words
from tracktor_nb.analysis.figures.look import wrapped
from tracktor_nb.analysis.wording import number

from .look import MOST_ROWS, QUIET, card_of, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.funnel_rules import FunnelRulesResult


def card(result: FunnelRulesResult) -> str:
    """Return a line for each different answer: the rules that give it, people by step, and how many people differ."""
    groups = result.alike
    rows = []
    for group in groups[:MOST_ROWS]:
        variant = result.variants[group[0] - 1]
        words = variant_in_words(variant, result.definition.funnel.window is not None)
        others = f" <span style='{QUIET}'>and {number(len(group) - 1)} more</span>" if len(group) > 1 else ""
        differ = result.differences[0][group[0] - 1]
        rows.append(
            [
                f"{group[0]}",
                f"<div style='min-width:15em'>{escape(words)}{others}</div>",
                *map(number, variant["people"]),
                number(differ),
            ]
        )
    heads = ["variant", "rules", *(wrapped(label, 20, 3) for label in result.labels), "people who differ"]
    hidden = len(groups) - len(rows)
    more = f"<div style='{QUIET}'>and {number(hidden)} more answers, see .table</div>" if hidden else ""
    return card_of(result, "One funnel, every rule", table(heads, rows, range(2, len(heads))) + more)
