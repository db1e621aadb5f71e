"""A metric as bars over time."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import bucket_in_words, joined, number, value_in_words

from .look import MOST_SERIES, PALETTE, Figure, empty, layout, wrapped
from .ticks import time_ticks, wall_clock

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.metric import MetricResult


def figure(result: MetricResult) -> Figure:
    """Return one bar a bucket, stacked by the values of a breakdown where the numbers add up."""
    if not any(bucket["value"] for bucket in result.buckets):
        return empty(f"“{result.definition.event}” did not happen in this period.")
    adds_up = result.definition.measure == "times_happened"
    series = _split_buckets(result) if result.breakdown else [_bars(result, "", PALETTE[0], _values(result))]
    return {
        "data": series,
        "layout": layout(
            height=340,
            barmode="stack" if adds_up else "group",
            bargap=0.12,
            showlegend=len(series) > 1,
            xaxis={
                "type": "date",
                "showgrid": False,
                **time_ticks(result.definition.freq, [bucket["start"] for bucket in result.buckets], result.calendar),
            },
            yaxis={"rangemode": "tozero", "tickformat": ",~r", "title": {"text": _unit(result), "font": {"size": 12}}},
        ),
    }


def _unit(result: MetricResult) -> str:
    return {"people_who_did": "people", "times_happened": "times", "times_per_person": "times per person"}[
        result.definition.measure
    ]


def _values(result: MetricResult) -> list[float | None]:
    return [bucket["value"] for bucket in result.buckets]


def _split_buckets(result: MetricResult) -> list[Figure]:
    rows = zip(PALETTE[:MOST_SERIES], result.breakdown, strict=False)
    return [_bars(result, value_in_words(row["value"]), colour, row["buckets"]) for colour, row in rows]


def _bars(result: MetricResult, name: str, colour: str, values: list[float | None]) -> Figure:
    """Partial buckets are hatched and lighter, and say so."""
    freq, calendar = result.definition.freq, result.calendar
    partial = [bucket["partial"] for bucket in result.buckets]
    hover = [
        joined(
            [
                f"<b>{bucket_in_words(bucket['start'], freq, calendar)}</b>{'<br>' + escape(name) if name else ''}"
                f"<br>{number(value)} {_unit(result)}",
                f"partial {freq}" if bucket["partial"] else "",
            ]
        )
        for bucket, value in zip(result.buckets, values, strict=True)
    ]
    return {
        "type": "bar",
        "name": wrapped(name, 24, 1),
        "x": [wall_clock(calendar.local(bucket["start"])) for bucket in result.buckets],
        "y": values,
        "marker": {
            "color": colour,
            "opacity": [0.45 if cut else 1 for cut in partial],
            "pattern": {"shape": ["/" if cut else "" for cut in partial], "fillmode": "overlay", "size": 6},
        },
        "hovertext": hover,
        "hoverinfo": "text",
    }
