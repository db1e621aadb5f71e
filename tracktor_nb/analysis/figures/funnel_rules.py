"""A funnel under all rules, as points."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.wording import number

from .look import PALETTE, Figure, empty, layout, wrapped

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.funnel_rules import FunnelRulesResult

TALLEST = 30
"""So many different answers are drawn; the table has them all."""


def figure(result: FunnelRulesResult) -> Figure:
    """Return a row for each different answer, and on it a point for the people at each step."""
    if not any(row["people"][0] for row in result.variants):
        return empty("Nobody did the first step in this period, under any rule.")
    groups = result.alike[:TALLEST]
    rows = list(range(1, len(groups) + 1))
    steps = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": f"{step + 1}. {wrapped(label, 24, 1)}",
            "x": [result.variants[group[0] - 1]["people"][step] for group in groups],
            "y": rows,
            "marker": {"color": PALETTE[step % len(PALETTE)], "size": 12},
            "hovertext": [_hover(result, group, step) for group in groups],
            "hoverinfo": "text",
            "cliponaxis": False,
        }
        for step, label in enumerate(result.labels)
    ]
    return {
        "data": steps,
        "layout": layout(
            height=110 + 58 * len(rows),
            showlegend=True,
            xaxis={"rangemode": "tozero", "tickformat": ",~r", "title": {"text": "people", "font": {"size": 12}}},
            yaxis={
                "tickvals": rows,
                "ticktext": [_name(result, group) for group in groups],
                "range": [len(rows) + 0.5, 0.5],
            },
        ),
    }


def variant_in_words(row: dict[str, Any], has_window: bool) -> str:
    """Return the rules of a variant, short."""
    scope = {"funnel": "time from step 1", "per step": "time from the step before"}[row["window_scope"]]
    parts = [
        {"loose": "loose order", "strict": "strict order", "any": "any order"}[row["order"]],
        f"{row['entry']} entry",
        *([scope] if has_window else []),
        {"range end": "until the range ends", "now": "until now"}[row["until"]],
        f"bots {'in' if row['include_bots'] else 'out'}",
    ]
    return ", ".join(parts)


def _words(result: FunnelRulesResult, variant: int) -> str:
    return variant_in_words(result.variants[variant - 1], result.definition.funnel.window is not None)


def _name(result: FunnelRulesResult, group: list[int]) -> str:
    more = f"<br>and {number(len(group) - 1)} more" if len(group) > 1 else ""
    return wrapped("as asked" if group[0] == 1 else _change(result, group[0]), 30, 3) + more


def _change(result: FunnelRulesResult, variant: int) -> str:
    """What a variant's rules are where they are not those asked for."""
    asked, words = (_words(result, each).split(", ") for each in (1, variant))
    return ", ".join(word for word in words if word not in asked)


def _hover(result: FunnelRulesResult, group: list[int], step: int) -> str:
    row = result.variants[group[0] - 1]
    differ = result.differences[0][group[0] - 1]
    lines = [f"<b>{escape(result.labels[step])}</b>: {number(row['people'][step])} people"]
    lines += [f"{variant}. {escape(_words(result, variant))}" for variant in group[:8]]
    lines += [f"and {number(len(group) - 8)} more"] if len(group) > 8 else []
    return "<br>".join([*lines, f"{number(differ)} people differ from the funnel as asked"])
