"""A metric as bars over time."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import bucket_in_words, joined, measured, value_in_words
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import DAY, HOUR, MINUTE, SECOND

from .look import MOST_SERIES, PALETTE, Figure, empty, layout, wrapped
from .ticks import time_ticks, wall_clock

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.metric import MetricResult


def figure(result: MetricResult) -> Figure:
    """Return one bar a bucket, stacked by the values of a breakdown where the numbers add up."""
    if not any(_says_something(bucket["value"], result) for bucket in result.buckets):
        return empty(_nothing(result))
    series = _split_buckets(result) if result.breakdown else [_bars(result, "", PALETTE[0], _values(result))]
    form = ",.1~%" if result.definition.unit == "share" else ",~r"
    return {
        "data": series,
        "layout": layout(
            height=340,
            barmode="stack" if result.definition.adds_up else "group",
            bargap=0.12,
            showlegend=len(series) > 1,
            xaxis={
                "type": "date",
                "showgrid": False,
                **time_ticks(result.definition.freq, [bucket["start"] for bucket in result.buckets], result.calendar),
            },
            yaxis={"rangemode": "tozero", "tickformat": form, "title": {"text": _axis(result), "font": {"size": 12}}},
        ),
    }


def _says_something(value: float | None, result: MetricResult) -> bool:
    return bool(value) if result.definition.is_count else value is not None


def _nothing(result: MetricResult) -> str:
    event, value = getattr(result.definition, "event", None), _property(result)
    if value is not None:
        return f"Nothing in this period gives “{value}” a number other than 0."
    return f"“{event}” did not happen in this period." if event else "There is nothing to count in this period."


def _property(result: MetricResult) -> str | None:
    """The property that is measured, None where events are counted."""
    return result.definition.value if isinstance(result.definition, Metric) else None


def _axis(result: MetricResult) -> str:
    unit = result.definition.unit
    if unit == "time":
        return _scale(result)[0]
    return "share of people" if unit == "share" else escape(unit or _property(result) or "")


def _scale(result: MetricResult) -> tuple[str, int]:
    """The unit in which the longest time reads well, and its length in microseconds."""
    longest = max(abs(value) for value in _values(result) if value is not None)
    units = [("days", DAY), ("hours", HOUR), ("minutes", MINUTE), ("seconds", SECOND)]
    return next((unit for unit in units if longest >= 2 * unit[1]), units[-1])


def _values(result: MetricResult) -> list[float | None]:
    return [bucket["value"] for bucket in result.buckets]


def _split_buckets(result: MetricResult) -> list[Figure]:
    rows = zip(PALETTE[:MOST_SERIES], result.breakdown, strict=False)
    return [_bars(result, value_in_words(row["value"]), colour, row["buckets"]) for colour, row in rows]


def _bars(result: MetricResult, name: str, colour: str, values: list[float | None]) -> Figure:
    """Partial buckets are hatched and lighter, and say so."""
    freq, calendar, unit = result.definition.freq, result.calendar, result.definition.unit
    scale = _scale(result)[1] if unit == "time" else 1
    partial = [bucket["partial"] for bucket in result.buckets]
    hover = [
        joined(
            [
                f"<b>{bucket_in_words(bucket['start'], freq, calendar)}</b>{'<br>' + escape(name) if name else ''}"
                f"<br>{measured(value, unit)}{f' {escape(unit)}' if unit not in ('time', 'share') else ''}",
                f"partial {freq}" if bucket["partial"] else "",
            ]
        )
        for bucket, value in zip(result.buckets, values, strict=True)
    ]
    return {
        "type": "bar",
        "name": wrapped(name, 24, 1),
        "x": [wall_clock(calendar.local(bucket["start"])) for bucket in result.buckets],
        "y": [None if value is None else value / scale for value in values] if scale > 1 else values,
        "marker": {
            "color": colour,
            "opacity": [0.45 if cut else 1 for cut in partial],
            "pattern": {"shape": ["/" if cut else "" for cut in partial], "fillmode": "overlay", "size": 6},
        },
        "hovertext": hover,
        "hoverinfo": "text",
    }
