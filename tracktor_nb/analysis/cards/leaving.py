"""The card of who is leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import BIG, card_of
from .people import people_table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.leaving import LeavingResult


def card(result: LeavingResult) -> str:
    """Return the count and those who left last."""
    share = f", {percent(result.count / result.regular)}" if result.regular else ""
    top = f"<span style='{BIG}'>{number(result.count)}</span> of {number(result.regular)} regular people{share}"
    return card_of(result, result.title, top + people_table(result.examples, result.calendar))
