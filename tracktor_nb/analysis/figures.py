"""Plotly figures as plain dictionaries, in one look that works on light and dark pages.

Nothing here needs plotly. Texts are escaped, since plotly reads a little HTML in them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from .wording import bucket_in_words, joined, number, percent, span, value_in_words

if TYPE_CHECKING:
    from .results import FunnelResult, MetricResult, SegmentResult

Figure = dict[str, Any]

# Our violet first, then colours of Okabe and Ito, which people with any colour vision tell apart.
PALETTE = ("#6b5cff", "#e69f00", "#009e73", "#56b4e9", "#d55e00", "#cc79a7", "#8c8c3a", "#7f7f7f")
FAINT = "#b3abff"
GRID = "rgba(128,128,128,0.2)"
INK = "#7a7f8c"  # readable on white and on near-black
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
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "traceorder": "normal"},
        "bargap": 0.25,
    }
    nested: dict[str, Any] = {
        key: {**shared[key], **own.pop(key)} for key in ("xaxis", "yaxis", "margin") if key in own
    }
    return {**shared, **nested, **own}


def wrapped(text: str, width: int = 28, lines: int = 2) -> str:
    """Return a long name on a few lines."""
    found = textwrap.wrap(text, width, max_lines=lines, placeholder=" …") or [""]
    return "<br>".join(escape(line if len(line) <= width else f"{line[: width - 1]}…") for line in found)


def empty(message: str) -> Figure:
    """Return a figure that says why there is nothing to see."""
    note = {"text": escape(message), "showarrow": False, "font": {"size": 15}, "xref": "paper", "yref": "paper"}
    hidden = {"visible": False}
    return {
        "data": [],
        "layout": layout(annotations=[{**note, "x": 0.5, "y": 0.5}], xaxis=hidden, yaxis=hidden, height=220),
    }


# --- funnels --------------------------------------------------------------------------------------------------------


def funnel(result: FunnelResult) -> Figure:
    """Return one bar a step with its people and rate, or one a step and value of the breakdown."""
    if not result.steps[0]["people"]:
        return empty("Nobody did the first step in this period.")
    bars = _split_steps(result) if result.breakdown else [_whole_steps(result)]
    rows = len(result.steps)
    ticks = [f"{at}. {wrapped(step['label'])}" for at, step in enumerate(result.steps, start=1)]
    return {
        "data": bars,
        "layout": layout(
            height=70 + rows * max(46, 20 * len(bars) + 10) + (30 if len(bars) > 1 else 0),
            barmode="group",
            showlegend=len(bars) > 1,
            xaxis={"visible": False, "rangemode": "tozero", "range": [0, 1.28 * _longest(bars)]},
            yaxis={
                "tickvals": list(range(1, rows + 1)),
                "ticktext": ticks,
                "range": [rows + 0.5, 0.5],
                "showgrid": False,
            },
        ),
    }


def _longest(bars: Sequence[Figure]) -> float:
    return float(max(max(bar["x"]) for bar in bars))


def _whole_steps(result: FunnelResult) -> Figure:
    people = [step["people"] for step in result.steps]
    return _step_bars("people", people, PALETTE[0], [_step_hover(step, at) for at, step in enumerate(result.steps, 1)])


def _split_steps(result: FunnelResult) -> list[Figure]:
    """One group of bars a value; the largest values get a colour, the rest is named in the table."""
    bars = []
    for colour, row in zip(PALETTE[:MOST_SERIES], result.breakdown, strict=False):
        value, people = value_in_words(row["value"]), row["steps"]
        shares = [_share(count, people[0]) for count in people]
        hover = [
            f"<b>{escape(value)}</b><br>{escape(step['label'])}<br>{number(count)} people, {percent(share)}"
            for step, count, share in zip(result.steps, people, shares, strict=True)
        ]
        bars.append(_step_bars(wrapped(value, 24, 1), people, colour, hover))
    return bars


def _step_bars(name: str, people: list[int], colour: str, hover: list[str]) -> Figure:
    labels = [f" {number(count)}  ·  {percent(_share(count, people[0]))}" for count in people]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": people,
        "y": list(range(1, len(people) + 1)),
        "text": labels,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colour},
        "hovertext": hover,
        "hoverinfo": "text",
    }


def _step_hover(step: dict[str, Any], at: int) -> str:
    lines = [f"<b>{at}. {wrapped(step['label'], 60, 4)}</b>", f"{number(step['people'])} people"]
    if at > 1:
        lines.append(f"{percent(step['step_rate'])} of step {at - 1}, {percent(step['rate'])} of step 1")
    if step["median_time"] is not None:
        median, mean, p90 = (span(step[f"{name}_time"]) for name in ("median", "mean", "p90"))
        lines.append(f"time from step {at - 1}: median {median}, mean {mean}, 90 % within {p90}")
    return "<br>".join(lines)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


# --- metrics --------------------------------------------------------------------------------------------------------


def metric(result: MetricResult) -> Figure:
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
            xaxis={"type": "date", "showgrid": False, **_ticks(result)},
            yaxis={"rangemode": "tozero", "tickformat": ",~r", "title": {"text": _unit(result), "font": {"size": 12}}},
        ),
    }


def _ticks(result: MetricResult) -> dict[str, Any]:
    """Name weeks and months under their own bars; plotly finds the ticks of days and hours itself."""
    form = {"week": "%d %b", "month": "%b"}.get(result.definition.freq)
    if form is None:
        return {}
    every = -(-len(result.buckets) // MOST_TICKS)
    starts = [result.calendar.local(bucket["start"]) for bucket in result.buckets][::every]
    years = [start.year if at == 0 or start.year != starts[at - 1].year else "" for at, start in enumerate(starts)]
    return {
        "tickmode": "array",
        "tickvals": [_local(start) for start in starts],
        "ticktext": [f"{start:{form}}<br>{year}" for start, year in zip(starts, years, strict=True)],
    }


def _local(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


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
        "x": [_local(calendar.local(bucket["start"])) for bucket in result.buckets],
        "y": values,
        "marker": {
            "color": colour,
            "opacity": [0.45 if cut else 1 for cut in partial],
            "pattern": {"shape": ["/" if cut else "" for cut in partial], "fillmode": "overlay", "size": 6},
        },
        "hovertext": hover,
        "hoverinfo": "text",
    }


# --- segments -------------------------------------------------------------------------------------------------------


def segment(result: SegmentResult) -> Figure:
    """Return one bar: members, and everybody else."""
    if not result.known:
        return empty("Nobody is known yet.")
    others = result.known - result.count
    parts = [("members", result.count, PALETTE[0], "#fff"), ("others", others, GRID, INK)]
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
                "hovertext": [f"{number(people)} {name}, {percent(people / result.known)}"],
                "hoverinfo": "text",
            }
            for name, people, colour, ink in parts
            if people
        ],
        "layout": layout(
            height=110, barmode="stack", showlegend=False, xaxis={"visible": False}, yaxis={"visible": False}
        ),
    }
