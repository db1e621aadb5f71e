"""A retention as a triangle of heat."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.wording import bucket_in_words, number, percent, value_in_words

from .look import DARK, Figure, empty, layout, wrapped

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.retention import RetentionResult

MOST_COHORTS = 30
SCALE = [[0.0, "#f4f3ff"], [1.0, "#9187ff"]]
PARTIAL = "*"

Cells = list[tuple[str, int, list[tuple[int | None, int, bool]]]]
"""Rows of name, people, and a cell a period: came back (None: not begun), of how many, whole."""


def figure(result: RetentionResult) -> Figure:
    """Return a row a cohort (with a breakdown: a value) and a column a period.

    A cell that is not over bears a star, a cohort that the range cuts says so.
    """
    rows = cells(result, MOST_COHORTS)
    if not rows:
        return empty(f"Nobody began with “{result.definition.start.label}” in this period.")
    rates = [[came / of if came is not None and of else None for came, of, _ in cells] for _, _, cells in rows]
    heat = {
        "type": "heatmap",
        "z": rates,
        "x": list(range(result.definition.periods + 1)),
        "y": list(range(len(rows))),
        "zmin": 0,
        "zmax": max([rate for row in rates for rate in row if rate is not None], default=0) or 1,
        "colorscale": SCALE,
        "showscale": False,
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
        "text": [[_text(*cell) for cell in cells] for _, _, cells in rows],
        "texttemplate": "%{text}",
        "textfont": {"color": DARK},
        "hovertext": [[_hover(result, name, at, *cell) for at, cell in enumerate(cells)] for name, _, cells in rows],
        "hoverinfo": "text",
    }
    return {"data": [heat], "layout": _layout(result, rows)}


def cells(result: RetentionResult, most: int) -> Cells:
    """Return the rows to draw: the last cohorts with people in them, or the values of a breakdown over whole cells."""
    if result.definition.by is not None:
        return [
            (
                value_in_words(row["value"]),
                row["people"],
                [(each["returned"] if each["of"] else None, each["of"], True) for each in row["average"]],
            )
            for row in result.breakdown[:most]
        ]
    freq, calendar = result.definition.freq, result.calendar
    peopled = [row for row in result.cohorts if row["people"]]
    return [
        (
            bucket_in_words(row["start"], freq, calendar) + (" (part)" if row["partial"] else ""),
            row["people"],
            [(came, row["people"], whole) for came, whole in zip(row["returned"], row["whole"], strict=True)],
        )
        for row in peopled[-most:]
    ]


def has_partial(rows: Cells) -> bool:
    """True if some cell of the rows is not over."""
    return any(not whole for _, _, cells in rows for came, _, whole in cells if came is not None)


def _layout(result: RetentionResult, rows: Cells) -> dict[str, Any]:
    names = [f"{wrapped(name, 28, 1)} · <b>{number(people)}</b>" for name, people, _ in rows]
    notes = [f"{PARTIAL} not over yet"] if has_partial(rows) else []
    notes += [f"the last {MOST_COHORTS} cohorts"] if len(rows) == MOST_COHORTS else []
    note = {"text": escape(" · ".join(notes)), "showarrow": False, "xref": "paper", "yref": "paper"}
    below = {**note, "x": 1, "y": 0, "xanchor": "right", "yanchor": "top", "yshift": -6, "font": {"size": 11}}
    periods = list(range(result.definition.periods + 1))
    every = -(-len(periods) // 16)
    return layout(
        height=90 + 30 * len(rows),
        xaxis={
            "side": "top",
            "showgrid": False,
            "tickvals": periods[::every],
            "ticktext": [f"{result.definition.freq} {at}" for at in periods[::every]],
        },
        yaxis={"showgrid": False, "autorange": "reversed", "tickvals": list(range(len(rows))), "ticktext": names},
        margin={"b": 28},
        annotations=[below] if notes else [],
    )


def _text(came: int | None, of: int, whole: bool) -> str:
    return "" if came is None or not of else f"{percent(came / of)}{'' if whole else PARTIAL}"


def _hover(result: RetentionResult, name: str, period: int, came: int | None, of: int, whole: bool) -> str:
    if came is None or not of:
        return ""
    kind = " or later" if result.definition.kind == "on or after" else ""
    told = f"{number(came)} of {number(of)} came back in {result.definition.freq} {period}{kind} ({percent(came / of)})"
    return f"<b>{escape(name)}</b><br>{told}{'' if whole else '<br>not over yet'}"
