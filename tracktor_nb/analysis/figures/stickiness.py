"""Stickiness as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import PALETTE, Figure, empty, layout

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.stickiness import StickinessResult


def figure(result: StickinessResult) -> Figure:
    """Return a bar for each number of periods: the people who were active in exactly so many."""
    if not result.people_count:
        return empty("Nobody was active in this period.")
    unit = result.definition.freq
    bars = {
        "type": "bar",
        "x": [bar["periods"] for bar in result.bars],
        "y": [bar["people"] for bar in result.bars],
        "marker": {"color": PALETTE[0]},
        "hovertext": [
            f"<b>active in {number(bar['periods'])} of {number(result.periods)} {unit}s</b><br>"
            f"{number(bar['people'])} people, {percent(bar['people'] / result.people_count)}"
            for bar in result.bars
        ],
        "hoverinfo": "text",
    }
    return {
        "data": [bars],
        "layout": layout(
            height=320,
            bargap=0.12,
            showlegend=False,
            xaxis={
                "showgrid": False,
                "title": {"text": f"active in so many {unit}s", "font": {"size": 12}},
                **({"dtick": 1} if len(result.bars) <= 31 else {}),
            },
            yaxis={"rangemode": "tozero", "tickformat": ",~r", "title": {"text": "people", "font": {"size": 12}}},
        ),
    }
