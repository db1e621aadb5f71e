"""The card of paths."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.figures.paths import name_of
from tracktor_nb.analysis.wording import number, percent

from .look import BIG, MOST_ROWS, QUIET, bar, card_of, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.paths import PathsResult


def card(result: PathsResult) -> str:
    """Return the people, and the broadest ways of each step."""
    top = f"<span style='{BIG}'>{number(result.people_count)}</span> people"
    links = sorted(result.links, key=lambda each: (each["step"], -each["people"]))
    rows = []
    for each in links[:MOST_ROWS]:
        source = result.steps[each["step"]][each["source"]]
        target = result.steps[each["step"] + 1][each["target"]]
        rows.append(
            [
                str(each["step"] + 1),
                escape(name_of(source)),
                escape(name_of(target)),
                bar(each["people"], result.people_count),
                f"<b>{number(each['people'])}</b>",
                percent(each["people"] / source["people"]),
            ]
        )
    more = len(links) - len(rows)
    heads = ["step", "from", "next" if result.definition.direction == "after" else "before it", "", "people", "of from"]
    rest = f"<div style='{QUIET}'>and {number(more)} narrower ways; see plot() and table</div>" if more > 0 else ""
    return card_of(result, result.title, top + (table(heads, rows, (4, 5)) if rows else "") + rest)
