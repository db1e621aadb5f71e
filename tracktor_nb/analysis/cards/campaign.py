"""The card of a running campaign."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.explanations.campaign import reason_in_words
from tracktor_nb.analysis.wording import joined, number, percent, points
from tracktor_nb.semantics.campaign import Campaign

from .look import BIG, QUIET, card_of, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.campaign import CampaignReport


def card(report: CampaignReport) -> str:
    """Return how many started and reached the goal, the lift over those held out, and a line for each node."""
    goals = f", {number(report.goals)} reached the goal" if report.goals or report.definition.goal is not None else ""
    top = (
        f"<span style='{BIG}'>{number(report.people_count)}</span> people started, "
        f"{number(report.inside)} journeys wait now{goals}{_lift(report)}"
    )
    rows = [
        [
            f"<b>{escape(row['node'])}</b><div style='{QUIET}'>{escape(row['rule'] or 'not in this version')}</div>",
            number(row["arrived"]),
            number(row["waiting"]),
            escape(_listed(row["out"])),
            number(row["done"]),
            escape(_reasons(row, report.definition)),
        ]
        for row in report.nodes
    ]
    return card_of(
        report, report.title, top + table(["node", "came", "waiting", "went on", "done", "not done"], rows, (1, 2, 4))
    )


def _lift(report: CampaignReport) -> str:
    """Return the comparison with those held out."""
    if report.lift is None or report.lift_low is None or report.lift_high is None:
        return ""
    rates = [percent(group["goals"] / group["people"]) for group in (report.treated, report.held_out)]
    bounds = f"{points(report.lift_low)} to {points(report.lift_high)}"
    said = f"{rates[0]} of the treated, {rates[1]} of those held out: {points(report.lift)} points, {bounds} with 95 %"
    unsure = "" if report.lift_low > 0 or report.lift_high < 0 else "; that may be chance"
    return f"<div>{escape(said)} confidence{unsure}</div>"


def _listed(counts: Mapping[str, int]) -> str:
    return joined(f"{name.replace('_', ' ')} {number(count)}" for name, count in counts.items())


def _reasons(row: Mapping[str, Mapping[str, int]], definition: Campaign) -> str:
    counts = {**row["refused"], **row["skipped"], **row["ended"]}
    return joined(f"{number(count)}: {reason_in_words(reason, definition)}" for reason, count in counts.items())
