"""A segment as one bar of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import GRID, INK, PALETTE, Figure, empty, layout

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.segment import SegmentResult


def figure(result: SegmentResult) -> Figure:
    """Return one bar: members, and everybody else."""
    if not result.known:
        return empty("Nobody is known yet.")
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
