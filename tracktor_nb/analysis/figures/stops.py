"""The places where people stop, as bars."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.wording import number, percent

from .look import PALETTE, Figure, empty
from .ranking import MOST_BARS, bars, ranking

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.stops import StopsResult


def figure(result: StopsResult) -> Figure:
    """Return one bar a place: how many people stopped there."""
    rows = [row for row in result.rows if row["stopped"]][:MOST_BARS]
    if not rows:
        return empty("Nobody stopped in this period.")
    data = bars(
        [row["stopped"] for row in rows],
        [f" {number(row['stopped'])}  ·  {percent(row['rate'])}" for row in rows],
        [_hover(row) for row in rows],
        name="stopped here",
        marker={"color": PALETTE[4]},
    )
    return ranking([place_of(row) for row in rows], [data], max(row["stopped"] for row in rows))


def place_of(row: dict[str, Any]) -> str:
    """Return the place in words: a page, or a step and the one that was not reached."""
    return str(row["place"]) if row["next"] is None else f"{row['place']}, no {row['next']}"


def _hover(row: dict[str, Any]) -> str:
    funnel = "" if row["funnel"] is None else f"<br>in {escape(row['funnel'])}"
    return (
        f"<b>{escape(place_of(row))}</b>{funnel}<br>{number(row['stopped'])} of {number(row['people'])} people "
        f"stopped here, {percent(row['rate'])}"
    )
