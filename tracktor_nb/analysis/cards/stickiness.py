"""The card of stickiness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.wording import number, percent

from .look import BIG, MOST_ROWS, bar, card_of, more_values, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.stickiness import StickinessResult


def card(result: StickinessResult) -> str:
    """Return the average, and a bar for each number of periods."""
    unit = result.definition.freq
    top = (
        f"<span style='{BIG}'>{number(result.average)}</span> whole {unit}s a person, "
        f"{number(result.people_count)} people in {number(result.periods)} {unit}s"
    )
    most = max((each["people"] for each in result.bars), default=0)
    rows = [
        [
            number(each["periods"]),
            bar(each["people"], most),
            f"<b>{number(each['people'])}</b>",
            percent(each["people"] / result.people_count),
        ]
        for each in result.bars[:MOST_ROWS]
    ]
    more = more_values(len(result.bars) - len(rows))
    return card_of(
        result, result.title, top + (table([f"{unit}s", "", "people", "share"], rows, (2, 3)) + more if rows else "")
    )
