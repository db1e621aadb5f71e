"""Paths as streams."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.wording import number, percent

from .look import FAINT, GRID, INK, PALETTE, Figure, empty, layout, wrapped

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.paths import PathsResult

Row = dict[str, Any]


def figure(result: PathsResult) -> Figure:
    """Return a Sankey diagram: a column a step, the width of a stream its people; time runs from left to right."""
    if not result.people_count:
        return empty(f"Nobody did “{result.definition.event.label}” in this period.")
    nodes = [(step, node) for step, its in enumerate(result.steps) for node in its]
    first = [sum(len(its) for its in result.steps[:step]) for step in range(len(result.steps))]
    links = [
        (first[each["step"]] + each["source"], first[each["step"] + 1] + each["target"], each) for each in result.links
    ]
    after = result.definition.direction == "after"
    stream = {
        "type": "sankey",
        "arrangement": "snap",
        "node": {
            "label": [_label(node) for _, node in nodes],
            "color": [_colour(step, node) for step, node in nodes],
            "align": "left" if after else "right",
            "pad": 18,
            "thickness": 14,
            "line": {"width": 0},
            "customdata": [_told(result, step, node) for step, node in nodes],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        "link": {
            "source": [source if after else target for source, target, _ in links],
            "target": [target if after else source for source, target, _ in links],
            "value": [each["people"] for _, _, each in links],
            "color": "rgba(128,128,128,0.22)",
            "customdata": [_way(result, nodes[source][1], nodes[target][1], each) for source, target, each in links],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        "textfont": {"color": INK, "size": 12, "shadow": "none"},
    }
    rows = max(len(its) for its in result.steps)
    return {"data": [stream], "layout": layout(height=max(260, 70 * rows), margin={"l": 16, "b": 16})}


def name_of(node: Row) -> str:
    """Return how a node is called; others and the end are no events, and are set off by their form."""
    if node["kind"] == "others":
        return f"({number(node['events'])} other event{'' if node['events'] == 1 else 's'})"
    return node["label"] if node["kind"] == "event" else f"({node['label']})"


def _label(node: Row) -> str:
    return f"{wrapped(name_of(node), 22, 1)} · {number(node['people'])}"


def _colour(step: int, node: Row) -> str:
    if node["kind"] == "end":
        return GRID
    return FAINT if node["kind"] == "others" else PALETTE[0] if step == 0 else PALETTE[3]


def _told(result: PathsResult, step: int, node: Row) -> str:
    share = percent(node["people"] / result.people_count)
    where = f"step {step} {result.definition.direction} it" if step else "where paths begin"
    return f"<b>{escape(name_of(node))}</b><br>{where}<br>{number(node['people'])} people, {share} of all"


def _way(result: PathsResult, source: Row, target: Row, link: Row) -> str:
    first, second = (source, target) if result.definition.direction == "after" else (target, source)
    share = percent(link["people"] / source["people"])
    names = f"<b>{escape(name_of(first))} → {escape(name_of(second))}</b>"
    return f"{names}<br>{number(link['people'])} people, {share} of “{escape(name_of(source))}”"
