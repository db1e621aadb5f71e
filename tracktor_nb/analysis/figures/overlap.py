"""An overlap as one bar of three parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .look import PALETTE, Figure, empty
from .share import share

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.overlap import OverlapResult


def figure(result: OverlapResult) -> Figure:
    """Return one bar: the first segment alone, both, the second alone."""
    either = sum(row["people"] for row in result.parts)
    if not either:
        return empty("Nobody is in either segment.")
    colours = {"first only": PALETTE[3], "both": PALETTE[0], "second only": PALETTE[1]}
    return share([(result.labels[row["part"]], row["people"], colours[row["part"]]) for row in result.parts])
