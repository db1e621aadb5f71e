"""A segment as one bar of everybody, or its size over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import bucket_in_words, joined, number, percent

from .look import GRID, INK, PALETTE, Figure, empty, layout
from .ticks import time_ticks, wall_clock

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.segment import SegmentResult


def figure(result: SegmentResult) -> Figure:
    """Return the members at the end of each day of the period, or of a period of one day, beside everybody else."""
    if not result.known:
        return empty("Nobody is known yet.")
    return _over_time(result) if len(result.sizes) > 1 else _now(result)


def _now(result: SegmentResult) -> Figure:
    others = result.known - result.count
    parts = [("members", result.count, PALETTE[0], "#fff"), ("others", others, GRID, INK)]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "x": [people],
                "y": [""],
                "text": [f"{number(people)} {name}"],
                "textposition": "inside",
                "insidetextanchor": "start",
                "insidetextfont": {"color": ink},
                "marker": {"color": colour},
                "hovertext": [f"{number(people)} {name}, {percent(people / result.known)}"],
                "hoverinfo": "text",
            }
            for name, people, colour, ink in parts
            if people
        ],
        "layout": layout(
            height=110, barmode="stack", showlegend=False, xaxis={"visible": False}, yaxis={"visible": False}
        ),
    }


def _over_time(result: SegmentResult) -> Figure:
    starts = [size["start"] for size in result.sizes]
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": [wall_clock(result.calendar.local(start)) for start in starts],
        "y": [size["people"] for size in result.sizes],
        "line": {"color": PALETTE[0], "width": 2},
        "fill": "tozeroy",
        "fillcolor": GRID,
        "hovertext": [
            joined(
                [
                    f"<b>{bucket_in_words(size['start'], result.freq, result.calendar)}</b>"
                    f"<br>{number(size['people'])} members at its end",
                    "so far" if size["partial"] else "",
                ]
            )
            for size in result.sizes
        ],
        "hoverinfo": "text",
    }
    return {
        "data": [line],
        "layout": layout(
            height=340,
            showlegend=False,
            xaxis={"type": "date", "showgrid": False, **time_ticks(result.freq, starts, result.calendar)},
            yaxis={"rangemode": "tozero", "tickformat": ",~r", "title": {"text": "members", "font": {"size": 12}}},
        ),
    }
