"""The card of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.analysis.figures.sessions import in_words
from tracktor_nb.analysis.wording import number, percent, span

from .look import BIG, QUIET, card_of

if TYPE_CHECKING:
    from tracktor_nb.analysis.results.sessions import SessionsResult


def card(result: SessionsResult) -> str:
    """Return the numbers of all sessions, and the spread of the measure over whole buckets."""
    if not result.sessions:
        return card_of(result, result.title, "No session began in this period.")
    tiles = [
        ("sessions", number(result.sessions)),
        ("people", number(result.visitors)),
        ("mean length", span(result.mean_length)),
        ("median length", span(result.median_length)),
        ("views per session", number(result.views_per_session)),
        ("one page only", percent(result.bounce_rate)),
    ]
    shown = "".join(_tile(*each) for each in tiles)
    spread = " · ".join(
        f"{name} a {result.definition.freq} {in_words(result.definition.measure, getattr(result, name))}"
        for name in ("maximum", "minimum", "average")
    )
    body = f"<div style='display:flex;flex-wrap:wrap'>{shown}</div><div style='{QUIET}'>{spread}</div>"
    return card_of(result, result.title, body)


def _tile(name: str, value: str) -> str:
    return f"<div style='margin-right:34px'><div style='{QUIET}'>{name}</div><div style='{BIG}'>{value}</div></div>"
