"""Where a campaign's journeys came by, and where they wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number

from .look import GRID, PALETTE, Figure, empty
from .ranking import MOST_BARS, bars, ranking

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.campaign import CampaignReport


def figure(report: CampaignReport) -> Figure:
    """Return two bars on one line for each node: the journeys that wait there now, and those that went on."""
    rows = report.nodes[:MOST_BARS]
    most = max((row["arrived"] for row in rows), default=0)
    if not most:
        return empty("Nobody has started yet.")
    waiting, gone = [row["waiting"] for row in rows], [row["arrived"] - row["waiting"] for row in rows]
    hover = [f"{row['node']}: {number(row['arrived'])} arrived, {number(row['waiting'])} waiting" for row in rows]
    data = [
        bars(waiting, [""] * len(rows), hover, name="waiting now", marker={"color": PALETTE[1]}),
        bars(
            gone,
            [number(row["arrived"]) for row in rows],
            hover,
            name="went on or left",
            marker={"color": PALETTE[0], "line": {"color": GRID, "width": 0}},
        ),
    ]
    return ranking([row["node"] for row in rows], data, most, barmode="stack", showlegend=True)
