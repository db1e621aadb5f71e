"""Two groups in a funnel, as the difference at each step with its interval."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.wording import number, percent, points

from .look import GRID, INK, PALETTE, Figure, empty, layout, wrapped

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.funnel_comparison import FunnelComparisonResult


def figure(result: FunnelComparisonResult) -> Figure:
    """Return a point a step behind the first: rate of a less rate of b, with the 95 % interval as its whiskers."""
    steps = list(enumerate(result.steps, start=1))[1:]
    drawn = [(at, step) for at, step in steps if step["rate"]["difference"] is not None]
    if not steps:
        return empty("A funnel of one step has no rate to compare.")
    if not drawn:
        return empty("In one of the groups nobody did the first step in this period.")
    rows = list(range(1, len(drawn) + 1))
    a, b = (wrapped(name, 32, 1) for name in result.definition.names)
    return {
        "data": [
            {**_whiskers([step["rate"] for _, step in drawn]), "hovertext": [_hover(result, *row) for row in drawn]}
        ],
        "layout": layout(
            height=90 + 52 * len(rows),
            showlegend=False,
            xaxis={"tickformat": "+.0%", "title": {"text": f"← more of {b} · more of {a} →", "font": {"size": 12}}},
            yaxis={
                "tickvals": rows,
                "ticktext": [f"{at}. {wrapped(step['label'])}" for at, step in drawn],
                "range": [len(rows) + 0.5, 0.5],
                "showgrid": False,
            },
            shapes=[{"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": {"color": GRID}}],
        ),
    }


def _whiskers(rates: list[dict[str, Any]]) -> Figure:
    """Points with the interval to both sides, in colour where it leaves no doubt."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [rate["difference"] for rate in rates],
        "y": list(range(1, len(rates) + 1)),
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [rate["high"] - rate["difference"] for rate in rates],
            "arrayminus": [rate["difference"] - rate["low"] for rate in rates],
            "color": INK,
        },
        "marker": {"size": 11, "color": [PALETTE[0] if is_clear(rate) else INK for rate in rates]},
        "hoverinfo": "text",
    }


def is_clear(rate: dict[str, Any]) -> bool:
    """True if the interval leaves no doubt which of the two is higher."""
    return rate["low"] is not None and not rate["low"] <= 0 <= rate["high"]


def _hover(result: FunnelComparisonResult, at: int, step: dict[str, Any]) -> str:
    first, rate = result.steps[0], step["rate"]
    lines = [f"<b>{at}. {wrapped(step['label'], 60, 4)}</b>"]
    for name, side in zip(result.definition.names, "ab", strict=True):
        counts = f"{number(step[f'people_{side}'])} of {number(first[f'people_{side}'])}"
        lines.append(f"{escape(name)}: {counts}, {percent(rate[side])}")
    interval = f"95 % interval {points(rate['low'])} to {points(rate['high'])}"
    return "<br>".join([*lines, f"difference {points(rate['difference'])} points, {interval}"])
