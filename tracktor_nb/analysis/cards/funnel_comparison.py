"""The card of a comparison of two groups in a funnel."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.figures.funnel_comparison import is_clear
from tracktor_nb.analysis.figures.look import wrapped
from tracktor_nb.analysis.wording import number, percent, points

from .look import card_of, table

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.funnel_comparison import FunnelComparisonResult


def card(result: FunnelComparisonResult) -> str:
    """Return the people and rates of both groups at each step, and the difference with its interval."""
    rows = [
        [
            f"{at}. {escape(step['label'])}",
            _people(step["people_a"], step["rate"], "a"),
            _people(step["people_b"], step["rate"], "b"),
            *_difference(step["rate"]),
        ]
        for at, step in enumerate(result.steps, start=1)
    ]
    names = [wrapped(name, 24, 3) for name in result.definition.names]
    body = table(["step", *names, "difference", "95 % interval", ""], rows, (1, 2, 3, 4))
    return card_of(result, "Two groups in one funnel", body)


def _people(people: int, rate: dict[str, Any] | None, side: str) -> str:
    return f"<b>{number(people)}</b>" + (f" · {percent(rate[side])}" if rate else "")


def _difference(rate: dict[str, Any] | None) -> list[str]:
    if rate is None or rate["difference"] is None:
        return ["", "", ""]
    verdict = ("higher" if rate["difference"] > 0 else "lower") if is_clear(rate) else "not clear"
    return [points(rate["difference"]), f"{points(rate['low'])} to {points(rate['high'])}", verdict]
