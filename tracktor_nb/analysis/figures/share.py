"""One bar of a whole and its parts."""

from __future__ import annotations

from collections.abc import Sequence

from tracktor_nb.analysis.wording import number, percent

from .look import Figure, layout, wrapped


def share(parts: Sequence[tuple[str, int, str]]) -> Figure:
    """Return the parts, (name, people, colour) each, one behind the other; the legend says how many each has."""
    whole = sum(people for _, people, *_ in parts)
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": f"{number(people)} {wrapped(name)}",
                "x": [people],
                "y": [""],
                "marker": {"color": colour},
                "hovertext": [f"{number(people)} {wrapped(name)}, {percent(people / whole)}"],
                "hoverinfo": "text",
            }
            for name, people, colour in parts
            if people
        ],
        "layout": layout(
            height=110 + 60 * (len(parts) - 2),
            barmode="stack",
            showlegend=True,
            xaxis={"visible": False},
            yaxis={"visible": False},
        ),
    }
