"""Sessions as bars over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import bucket_in_words, joined, number, percent, span
from tracktor_nb.semantics.period import MINUTE
from tracktor_nb.semantics.session import SessionMeasure

from .look import PALETTE, Figure, empty, layout
from .ticks import time_ticks, wall_clock

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.sessions import SessionsResult

_UNITS: dict[SessionMeasure, tuple[str, str]] = {
    "sessions": ("sessions", ",~r"),
    "mean_length": ("minutes", ",~r"),
    "views_per_session": ("views per session", ",~r"),
    "bounce_rate": ("sessions of one page view", ".0%"),
}


def figure(result: SessionsResult) -> Figure:
    """Return one bar a bucket; partial buckets are hatched and lighter, and say so."""
    if not result.sessions:
        return empty("No session began in this period.")
    unit, form = _UNITS[result.definition.measure]
    return {
        "data": [_bars(result)],
        "layout": layout(
            height=340,
            bargap=0.12,
            showlegend=False,
            xaxis={
                "type": "date",
                "showgrid": False,
                **_ticks(result),
            },
            yaxis={"rangemode": "tozero", "tickformat": form, "title": {"text": unit, "font": {"size": 12}}},
        ),
    }


def _bars(result: SessionsResult) -> Figure:
    freq, calendar, measure = result.definition.freq, result.calendar, result.definition.measure
    partial = [bucket["partial"] for bucket in result.buckets]
    values = [bucket["value"] for bucket in result.buckets]
    hover = [
        joined(
            [
                f"<b>{bucket_in_words(bucket['start'], freq, calendar)}</b><br>{in_words(measure, bucket['value'])}",
                f"partial {freq}" if bucket["partial"] else "",
            ]
        )
        for bucket in result.buckets
    ]
    return {
        "type": "bar",
        "x": [wall_clock(calendar.local(bucket["start"])) for bucket in result.buckets],
        "y": [_minutes(value) for value in values] if measure == "mean_length" else values,
        "marker": {
            "color": PALETTE[0],
            "opacity": [0.45 if cut else 1 for cut in partial],
            "pattern": {"shape": ["/" if cut else "" for cut in partial], "fillmode": "overlay", "size": 6},
        },
        "hovertext": hover,
        "hoverinfo": "text",
    }


def _ticks(result: SessionsResult) -> Figure:
    return time_ticks(result.definition.freq, [bucket["start"] for bucket in result.buckets], result.calendar)


def _minutes(length: float | None) -> float | None:
    return None if length is None else length / MINUTE


def in_words(measure: SessionMeasure, value: float | None) -> str:
    """Return a value of the measure with its unit."""
    if measure == "mean_length":
        return span(value)
    if measure == "bounce_rate":
        return percent(value)
    return f"{number(value)} {_UNITS[measure][0]}"
