"""An overlap as one bar of three parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import PALETTE, Figure, empty, layout, wrapped

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.overlap import OverlapResult


def figure(result: OverlapResult) -> Figure:
    """Return one bar: the first segment alone, both, the second alone."""
    either = sum(row["people"] for row in result.parts)
    if not either:
        return empty("Nobody is in either segment.")
    colours = {"first only": PALETTE[3], "both": PALETTE[0], "second only": PALETTE[1]}
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": wrapped(result.labels[row["part"]]),
                "x": [row["people"]],
                "y": [""],
                "text": [number(row["people"])],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "marker": {"color": colours[row["part"]]},
                "hovertext": [
                    f"<b>{wrapped(result.labels[row['part']])}</b><br>"
                    f"{number(row['people'])} people, {percent(row['people'] / either)}"
                ],
                "hoverinfo": "text",
            }
            for row in result.parts
        ],
        "layout": layout(
            height=180, barmode="stack", showlegend=True, xaxis={"visible": False}, yaxis={"visible": False}
        ),
    }
