"""A funnel as bars."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.wording import number, percent, span, value_in_words

from .look import MOST_SERIES, PALETTE, Figure, empty, layout, room, wrapped

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.funnel import FunnelResult


def figure(result: FunnelResult) -> Figure:
    """Return one bar a step with its people and rate, or one a step and value of the breakdown."""
    if not result.steps[0]["people"]:
        return empty("Nobody did the first step in this period.")
    bars = _split_steps(result) if result.breakdown else [_whole_steps(result)]
    rows = len(result.steps)
    ticks = [f"{at}. {wrapped(step['label'])}" for at, step in enumerate(result.steps, start=1)]
    return {
        "data": bars,
        "layout": layout(
            height=70 + rows * max(46, 20 * len(bars) + 10) + (30 if len(bars) > 1 else 0),
            barmode="group",
            showlegend=len(bars) > 1,
            xaxis={"visible": False, "rangemode": "tozero", "range": [0, _longest(bars)]},
            margin=room(text for bar in bars for text in bar["text"]),
            yaxis={
                "tickvals": list(range(1, rows + 1)),
                "ticktext": ticks,
                "range": [rows + 0.5, 0.5],
                "showgrid": False,
            },
        ),
    }


def _longest(bars: Sequence[Figure]) -> float:
    return float(max(max(bar["x"]) for bar in bars))


def _whole_steps(result: FunnelResult) -> Figure:
    people = [step["people"] for step in result.steps]
    return _step_bars("people", people, PALETTE[0], [_step_hover(step, at) for at, step in enumerate(result.steps, 1)])


def _split_steps(result: FunnelResult) -> list[Figure]:
    """One group of bars a value; the largest values get a colour, the rest is named in the table."""
    bars = []
    for colour, row in zip(PALETTE[:MOST_SERIES], result.breakdown, strict=False):
        value, people = value_in_words(row["value"]), row["steps"]
        shares = [_share(count, people[0]) for count in people]
        hover = [
            f"<b>{escape(value)}</b><br>{escape(step['label'])}<br>{number(count)} people, {percent(share)}"
            for step, count, share in zip(result.steps, people, shares, strict=True)
        ]
        bars.append(_step_bars(wrapped(value, 24, 1), people, colour, hover))
    return bars


def _step_bars(name: str, people: list[int], colour: str, hover: list[str]) -> Figure:
    labels = [f" {number(count)}  ·  {percent(_share(count, people[0]))}" for count in people]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": people,
        "y": list(range(1, len(people) + 1)),
        "text": labels,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colour},
        "hovertext": hover,
        "hoverinfo": "text",
    }


def _step_hover(step: dict[str, Any], at: int) -> str:
    lines = [f"<b>{at}. {wrapped(step['label'], 60, 4)}</b>", f"{number(step['people'])} people"]
    if at > 1:
        lines.append(f"{percent(step['step_rate'])} of step {at - 1}, {percent(step['rate'])} of step 1")
    if step["median_time"] is not None:
        median, mean, p90 = (span(step[f"{name}_time"]) for name in ("median", "mean", "p90"))
        lines.append(f"time from step {at - 1}: median {median}, mean {mean}, 90 % within {p90}")
    return "<br>".join(lines)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
