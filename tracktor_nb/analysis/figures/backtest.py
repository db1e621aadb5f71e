"""A backtest as bars a day, and the difference of two versions as bars a letter."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import bucket_in_words, joined, number

from .look import PALETTE, Figure, empty, layout
from .ranking import MOST_BARS, bars, ranking
from .ticks import time_ticks, wall_clock

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.backtest import BacktestDifferenceResult, BacktestResult

COLOURS = {"letters": PALETTE[0], "messages": PALETTE[3], "skipped": PALETTE[4]}
CHANGES = {"gained": PALETTE[2], "lost": PALETTE[4], "moved": PALETTE[1]}


def figure(result: BacktestResult) -> Figure:
    """Return letters, messages and what was skipped as a stack a day, and who entered as a line."""
    days = result.days
    if not any(day[name] for day in days for name in ("entered", *COLOURS)):
        return empty("Nobody would have entered in this period.")
    starts = [day["start"] for day in days]
    clocks = [wall_clock(result.calendar.local(start)) for start in starts]
    stacks = [
        {
            "type": "bar",
            "name": name,
            "x": clocks,
            "y": [day[name] for day in days],
            "marker": {"color": colour},
            "hovertext": _hover(result, name),
            "hoverinfo": "text",
        }
        for name, colour in COLOURS.items()
        if any(day[name] for day in days)
    ]
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "entered",
        "x": clocks,
        "y": [day["entered"] for day in days],
        "line": {"color": PALETTE[7], "width": 2},
        "hovertext": _hover(result, "entered"),
        "hoverinfo": "text",
    }
    return {
        "data": [*stacks, line],
        "layout": layout(
            height=360,
            barmode="stack",
            bargap=0.12,
            xaxis={"type": "date", "showgrid": False, **time_ticks("day", starts, result.calendar)},
            yaxis={"tickformat": ",~r", "rangemode": "tozero", "title": {"text": "times", "font": {"size": 12}}},
        ),
    }


def _hover(result: BacktestResult, name: str) -> list[str]:
    return [
        joined(
            [
                f"<b>{bucket_in_words(day['start'], 'day', result.calendar)}</b><br>{number(day[name])} {name}",
                "partial day" if day["partial"] else "",
            ]
        )
        for day in result.days
    ]


def figure_of_difference(result: BacktestDifferenceResult) -> Figure:
    """Return for each letter and message how many people gain it, lose it, or get it at another time."""
    rows = [row for row in result.rows if any(row[change] for change in CHANGES)][:MOST_BARS]
    if not rows:
        return empty("Nothing changes for anybody in this period.")
    data = [
        bars(
            [row[change] for row in rows],
            [f" {number(row[change])}" if row[change] else "" for row in rows],
            [f"<b>{escape(row['name'])}</b><br>{number(row[change])} people {change}" for row in rows],
            name=change,
            marker={"color": colour},
        )
        for change, colour in CHANGES.items()
    ]
    longest = max(row[change] for row in rows for change in CHANGES)
    return ranking([row["name"] for row in rows], data, longest, barmode="group", showlegend=True)
