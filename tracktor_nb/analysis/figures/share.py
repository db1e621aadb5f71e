"""One bar of a whole and its parts."""

from __future__ import annotations

from collections.abc import Sequence

from tracktor_nb.analysis.wording import number, percent

from .look import Figure, layout


def share(parts: Sequence[tuple[str, int, str, str]]) -> Figure:
    """Return the parts, (name, people, colour, colour of its text) each, one behind the other."""
    whole = sum(people for _, people, *_ in parts)
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
                "hovertext": [f"{number(people)} {name}, {percent(people / whole)}"],
                "hoverinfo": "text",
            }
            for name, people, colour, ink in parts
            if people
        ],
        "layout": layout(
            height=110, barmode="stack", showlegend=False, xaxis={"visible": False}, yaxis={"visible": False}
        ),
    }
