"""Time along the bottom of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tracktor_nb.semantics.period import Calendar, Freq

from .look import MOST_TICKS


def time_ticks(freq: Freq, starts: Sequence[int], calendar: Calendar) -> dict[str, Any]:
    """Name weeks and months under their own bars; plotly finds the ticks of days and hours itself."""
    if freq not in ("week", "month"):
        return {}
    every = -(-len(starts) // MOST_TICKS)
    shown = [calendar.local(start) for start in starts][:: every or 1]
    years = [start.year if at == 0 or start.year != shown[at - 1].year else "" for at, start in enumerate(shown)]
    return {
        "tickmode": "array",
        "tickvals": [wall_clock(start) for start in shown],
        "ticktext": [
            f"{start:%b}{f' {start.day}' if freq == 'week' else ''}<br>{year}"
            for start, year in zip(shown, years, strict=True)
        ],
    }


def wall_clock(moment: datetime) -> str:
    """Return a local moment as plotly reads it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}"
