"""The card of an overlap."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import BIG, bar, card_of, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.overlap import OverlapResult


def card(result: OverlapResult) -> str:
    """Return how many are in both, and a bar for each part."""
    people = {row["part"]: row["people"] for row in result.parts}
    either = sum(people.values())
    top = f"<span style='{BIG}'>{number(people['both'])}</span> in both, {number(either)} in one of the two"
    rows = [
        [
            escape(result.labels[part]),
            bar(count, either),
            f"<b>{number(count)}</b>",
            percent(count / either) if either else "",
        ]
        for part, count in people.items()
    ]
    return card_of(result, result.title, top + table(["", "", "people", "share"], rows, (2, 3)))
