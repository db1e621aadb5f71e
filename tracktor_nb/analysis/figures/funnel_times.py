"""A funnel over time, and how long people take."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.wording import bucket_in_words, joined, number, percent, span

from .look import MOST_SERIES, PALETTE, Figure, empty, layout, wrapped
from .ticks import time_ticks, wall_clock

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.funnel import FunnelResult


def over_time_figure(result: FunnelResult) -> Figure:
    """Return a line a step behind the first: its share of those who began in each bucket.

    Buckets that are cut, or whose people have not had the whole window yet, have hollow points and say so.
    """
    if not any(row["steps"][0] for row in result.buckets) or result.definition.freq is None:
        return empty("Nobody did the first step in this period.")
    if len(result.steps) == 1:
        return empty("A funnel of one step has no rate to show over time.")
    labels = list(enumerate((step["label"] for step in result.steps), start=1))[1:]
    lines = [_line(result, step, label, colour) for (step, label), colour in zip(labels, PALETTE, strict=False)]
    starts = [row["start"] for row in result.buckets]
    return {
        "data": lines[:MOST_SERIES],
        "layout": layout(
            height=340,
            showlegend=len(lines) > 1,
            hovermode="x",
            xaxis={"type": "date", "showgrid": False, **time_ticks(result.definition.freq, starts, result.calendar)},
            yaxis={
                "rangemode": "tozero",
                "tickformat": ".0%",
                "title": {"text": "of those who began", "font": {"size": 12}},
            },
        ),
    }


def _line(result: FunnelResult, step: int, label: str, colour: str) -> Figure:
    rates = [row["steps"][step - 1] / row["steps"][0] if row["steps"][0] else None for row in result.buckets]
    whole = [row["ripe"] and not row["partial"] for row in result.buckets]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"{step}. {wrapped(label, 24, 1)}",
        "x": [wall_clock(result.calendar.local(row["start"])) for row in result.buckets],
        "y": rates,
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "size": 7, "symbol": ["circle" if done else "circle-open" for done in whole]},
        "hovertext": [_hover(result, row, step, label, rate) for row, rate in zip(result.buckets, rates, strict=True)],
        "hoverinfo": "text",
    }


def _hover(result: FunnelResult, row: dict[str, Any], step: int, label: str, rate: float | None) -> str:
    freq = result.definition.freq
    assert freq is not None
    people = f"{number(row['steps'][step - 1])} of {number(row['steps'][0])} people, {percent(rate)}"
    unfinished = joined([f"partial {freq}" if row["partial"] else "", "" if row["ripe"] else "window still open"])
    lines = [f"<b>{bucket_in_words(row['start'], freq, result.calendar)}</b>", escape(label), people, unfinished]
    return "<br>".join(line for line in lines if line)


def times_figure(result: FunnelResult, step: int | None = None) -> Figure:
    """Return a bar a bin of the time from step 1 to the last, or to a step from the one before."""
    rows = result.bins(step)
    if not rows:
        return empty("Nobody got that far in this period.")
    names = [_bin(row) for row in rows]
    return {
        "data": [
            {
                "type": "bar",
                "x": names,
                "y": [row["people"] for row in rows],
                "marker": {"color": PALETTE[0]},
                "hovertext": [
                    f"<b>{name}</b><br>{number(row['people'])} people" for name, row in zip(names, rows, strict=True)
                ],
                "hoverinfo": "text",
            }
        ],
        "layout": layout(
            height=300,
            bargap=0.08,
            xaxis={"type": "category", "showgrid": False},
            yaxis={"rangemode": "tozero", "tickformat": ",~r", "title": {"text": "people", "font": {"size": 12}}},
        ),
    }


def _bin(row: dict[str, Any]) -> str:
    if row["end"] is None:
        return f"{span(row['start'])} and more"
    return f"{span(row['start']) if row['start'] else '0'} – {span(row['end'])}"
