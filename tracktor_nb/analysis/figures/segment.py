"""A segment as one bar of everybody, or its size over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import bucket_in_words, joined, number

from .look import GRID, PALETTE, Figure, empty, layout
from .share import share
from .ticks import time_ticks, wall_clock

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.segment import SegmentResult


def figure(result: SegmentResult) -> Figure:
    """Return the members at the end of each day of the period, or of a period of one day, beside everybody else."""
    if not result.known:
        return empty("Nobody is known yet.")
    return _over_time(result) if len(result.sizes) > 1 else _now(result)


def _now(result: SegmentResult) -> Figure:
    return share([("members", result.count, PALETTE[0]), ("others", result.known - result.count, GRID)])


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
