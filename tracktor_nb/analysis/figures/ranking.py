"""Rows as horizontal bars, the largest first: what rankings of pages, steps and campaigns share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .look import Figure, layout, room, wrapped

MOST_BARS = 12


def bars(values: Sequence[float | None], texts: Sequence[str], hover: Sequence[str], **own: Any) -> Figure:
    """Return one bar a row, with its text behind it."""
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(range(1, len(values) + 1)),
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "hovertext": list(hover),
        "hoverinfo": "text",
        **own,
    }


def ranking(names: Sequence[str], data: list[Figure], longest: float, **own: Any) -> Figure:
    """Return the figure of some bars a row; the rows have names, `longest` is that of a whole row."""
    rows = len(names)
    return {
        "data": data,
        "layout": layout(
            height=max(110, 60 + rows * 34 + (30 if len(data) > 1 else 0)),
            xaxis={"visible": False, "rangemode": "tozero", "range": [0, longest or 1], **own.pop("xaxis", {})},
            yaxis={
                "tickvals": list(range(1, rows + 1)),
                "ticktext": [wrapped(name) for name in names],
                "range": [rows + 0.5, 0.5],
                "showgrid": False,
            },
            margin=room(text for bars in data for text in bars["text"]),
            **{"showlegend": False, **own},
        ),
    }
