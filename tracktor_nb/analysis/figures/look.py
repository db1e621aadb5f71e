"""The one look of all figures: plotly figures as plain dictionaries, for light and dark pages.

Nothing here needs plotly. Texts are escaped, since plotly reads a little HTML in them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from html import escape
from typing import Any

Figure = dict[str, Any]
# Our violet first, then colours of Okabe and Ito, which people with any colour vision tell apart.
PALETTE = ("#6b5cff", "#e69f00", "#009e73", "#56b4e9", "#d55e00", "#cc79a7", "#8c8c3a", "#7f7f7f")
FAINT = "#b3abff"
GRID = "rgba(128,128,128,0.2)"
INK = "#7a7f8c"  # readable on white and on near-black
DARK = "#1f1b3a"  # readable on every shade of our violet
FONT = {"family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "size": 13, "color": INK}
MOST_TICKS = 12
MOST_SERIES = 6  # more colours than that cannot be told apart in one picture


def layout(**own: Any) -> dict[str, Any]:
    """Return the layout that all figures share, with some of its own."""
    axis: dict[str, Any] = {"gridcolor": GRID, "zeroline": False, "automargin": True, "linecolor": GRID}
    shared: dict[str, Any] = {
        "font": FONT,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(PALETTE),
        "margin": {"l": 8, "r": 16, "t": 16, "b": 8},
        "xaxis": axis,
        "yaxis": axis,
        "separators": ".,",
        "hoverlabel": {"font": {"family": FONT["family"]}, "align": "left"},
        "legend": {
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.02,
            "x": 0,
            "traceorder": "normal",
            "maxheight": 0.8,
        },
        "bargap": 0.25,
    }
    nested: dict[str, Any] = {
        key: {**shared[key], **own.pop(key)} for key in ("xaxis", "yaxis", "margin") if key in own
    }
    return {**shared, **nested, **own}


def room(texts: Iterable[str]) -> dict[str, Any]:
    """Return the right margin that holds the longest of some texts behind bars, however narrow the figure is."""
    return {"r": 16 + 6 * max(map(len, texts), default=0)}


def wrapped(text: str, width: int = 28, lines: int = 2) -> str:
    """Return a long name on a few lines, and of a word that is longer than a line its beginning."""
    words = (word if len(word) <= width else f"{word[: width - 3]}…" for word in text.split())
    return "<br>".join(map(escape, textwrap.wrap(" ".join(words), width, max_lines=lines, placeholder=" …")))


def empty(message: str) -> Figure:
    """Return a figure that says why there is nothing to see."""
    note = {"text": escape(message), "showarrow": False, "font": {"size": 15}, "xref": "paper", "yref": "paper"}
    hidden = {"visible": False}
    return {
        "data": [],
        "layout": layout(annotations=[{**note, "x": 0.5, "y": 0.5}], xaxis=hidden, yaxis=hidden, height=220),
    }
