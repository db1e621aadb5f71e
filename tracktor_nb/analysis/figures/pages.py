"""Pages side by side: how many people viewed each, and how many of the sessions entering there went on."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.wording import EMPTY, number, percent

from .look import PALETTE, Figure, empty
from .ranking import MOST_BARS, bars, ranking

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.pages import PagesResult


def figure(result: PagesResult) -> Figure:
    """Return two bars a page, each on its own side: unique people, and the share that goes on."""
    if not result.rows:
        return empty("No event of this period names its page.")
    rows = result.rows[:MOST_BARS]
    hover = [_hover(row) for row in rows]
    people = bars(
        [row["people"] for row in rows],
        [f" {number(row['people'])}" for row in rows],
        hover,
        name="people",
        marker={"color": PALETTE[0]},
    )
    attraction = bars(
        [row["attraction"] or 0 for row in rows],
        [f" {percent(row['attraction'])}" for row in rows],
        hover,
        name="entering here and going on",
        marker={"color": PALETTE[2]},
        xaxis="x2",
    )
    beside = {"visible": False, "domain": [0.66, 1], "range": [0, 1], "anchor": "y"}
    return ranking(
        [row["page"] for row in rows],
        [people, attraction],
        max(row["people"] for row in rows),
        xaxis={"domain": [0, 0.5], "range": [0, 1.5 * max(row["people"] for row in rows)]},
        xaxis2=beside,
        showlegend=True,
    )


def _hover(row: dict[str, Any]) -> str:
    share = percent(row["attraction"])
    went_on = f"{share} of them went on" if share != EMPTY else "too few to say how many go on"
    return (
        f"<b>{escape(row['page'])}</b><br>{number(row['people'])} people, {number(row['views'])} views<br>"
        f"{number(row['entries'])} sessions began here, {went_on}<br>{number(row['exits'])} sessions ended here"
    )
