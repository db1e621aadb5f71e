"""What each campaign brought, as bars of active and other people."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.wording import number, percent, value_in_words

from .look import FAINT, PALETTE, Figure, empty
from .ranking import MOST_BARS, bars, ranking

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.acquisition import AcquisitionResult


def figure(result: AcquisitionResult) -> Figure:
    """Return one stacked bar a campaign: active people, and the others it brought."""
    rows = result.rows[:MOST_BARS]
    if not rows:
        return empty("Nobody came in this period.")
    hover = [_hover(row) for row in rows]
    active = bars(
        [row["active"] for row in rows],
        ["" for _ in rows],
        hover,
        name="active",
        marker={"color": PALETTE[0]},
    )
    others = bars(
        [row["people"] - row["active"] for row in rows],
        [f" {number(row['active'])} active  ·  {percent(row['rate'])}" for row in rows],
        hover,
        name="not active",
        marker={"color": FAINT},
    )
    longest = max(row["people"] for row in rows)
    names = [campaign_in_words(row["campaign"]) for row in rows]
    return ranking(names, [active, others], longest, barmode="stack", showlegend=True)


def campaign_in_words(campaign: Any) -> str:
    """Return the campaign's name, or words for people whom none brought."""
    return "direct or not tagged" if campaign is None else value_in_words(campaign)


def _hover(row: dict[str, Any]) -> str:
    return (
        f"<b>{escape(campaign_in_words(row['campaign']))}</b><br>{number(row['people'])} people came, "
        f"{number(row['active'])} are active, {percent(row['rate'])}"
    )
