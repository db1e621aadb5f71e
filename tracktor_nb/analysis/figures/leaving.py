"""Who is leaving, as a share of those who came regularly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .look import GRID, PALETTE, Figure, empty
from .share import share

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.leaving import LeavingResult


def figure(result: LeavingResult) -> Figure:
    """Return one bar: people leaving, and those who still come."""
    if not result.regular:
        return empty("Nobody came on three of the 28 days.")
    return share([("leaving", result.count, PALETTE[4]), ("still coming", result.regular - result.count, GRID)])
