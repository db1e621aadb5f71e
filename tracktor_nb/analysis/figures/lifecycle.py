"""A lifecycle as bars: who was active above zero, who fell silent below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import bucket_in_words, joined, number
from tracktor_nb.semantics.lifecycle import STATES

from .look import PALETTE, Figure, empty, layout
from .ticks import time_ticks, wall_clock

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.lifecycle import LifecycleResult

COLOURS: dict[str, str] = dict(zip(STATES, (PALETTE[0], PALETTE[3], PALETTE[2], PALETTE[4]), strict=True))


def figure(result: LifecycleResult) -> Figure:
    """Return a stack a period, dormant people below zero; partial periods are hatched and lighter, and say so."""
    if not any(bucket[state] for bucket in result.buckets for state in STATES):
        return empty("Nobody was active in this period.")
    starts = [bucket["start"] for bucket in result.buckets]
    return {
        "data": [_bars(result, state) for state in STATES],
        "layout": layout(
            height=360,
            barmode="relative",
            bargap=0.12,
            xaxis={"type": "date", "showgrid": False, **time_ticks(result.definition.freq, starts, result.calendar)},
            yaxis={
                "tickformat": ",~r",
                "zeroline": True,
                "zerolinecolor": "rgba(128,128,128,0.6)",
                "title": {"text": "people (dormant below zero)", "font": {"size": 12}},
            },
        ),
    }


def _bars(result: LifecycleResult, state: str) -> Figure:
    freq, calendar = result.definition.freq, result.calendar
    partial = [bucket["partial"] for bucket in result.buckets]
    sign = -1 if state == "dormant" else 1
    return {
        "type": "bar",
        "name": state,
        "x": [wall_clock(calendar.local(bucket["start"])) for bucket in result.buckets],
        "y": [sign * bucket[state] for bucket in result.buckets],
        "marker": {
            "color": COLOURS[state],
            "opacity": [0.45 if cut else 1 for cut in partial],
            "pattern": {"shape": ["/" if cut else "" for cut in partial], "fillmode": "overlay", "size": 6},
        },
        "hovertext": [
            joined(
                [
                    f"<b>{bucket_in_words(bucket['start'], freq, calendar)}</b><br>{number(bucket[state])} {state}",
                    f"partial {freq}" if bucket["partial"] else "",
                ]
            )
            for bucket in result.buckets
        ],
        "hoverinfo": "text",
    }
