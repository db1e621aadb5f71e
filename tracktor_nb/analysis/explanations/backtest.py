"""What a backtest does to one person, effect by effect."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tracktor_nb.analysis.wording import number
from tracktor_nb.semantics.backtest import Backtest, BacktestDifference, rehearsed
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.replay import History, difference
from tracktor_nb.semantics.run import Effect

from .rows import Told

SENDS = ("letter", "message")


@dataclass(frozen=True)
class Whole:
    """One person and those it ever was one with: all their rows, and the identities that are the person now."""

    history: History
    identities: frozenset[int]


def explain_backtest(backtest: Backtest, whole: Whole, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the trace: every start, node, letter and message, and everything that did not happen, with its reason."""
    effects = _effects(backtest, whole, within, now, calendar)
    starts = sum(effect.kind == "entered" for effect in effects)
    sends = sum(effect.kind in SENDS for effect in effects)
    said = f"would have entered {_times(starts)}; letters and messages: {number(sends)}"
    rows = [_row(effect, calendar) for effect in effects]
    return said if starts else "would not have entered", rows


def explain_difference(asked: BacktestDifference, whole: Whole, within: Range, now: int, calendar: Calendar) -> Told:
    """Return each letter and message that only one version sends, or each at another time."""
    old, new = (_effects(side, whole, within, now, calendar) for side in asked.sides)
    differs = difference(old, new)
    pairs: list[tuple[Effect | None, Effect | None]] = [
        *((None, effect) for effect in differs.gained),
        *((effect, None) for effect in differs.lost),
        *differs.moved,
    ]
    rows = [
        {
            "change": "gained" if before is None else "lost" if after is None else "moved",
            "what": (before or after).kind,  # type: ignore[union-attr]
            "name": _about(before or after),  # type: ignore[arg-type]
            "old": "" if before is None else _at(before.at, calendar),
            "new": "" if after is None else _at(after.at, calendar),
        }
        for before, after in pairs
    ]
    counts = f"gains {number(len(differs.gained))}, loses {number(len(differs.lost))}"
    return f"{counts}, gets {number(len(differs.moved))} at another time", rows


def _effects(backtest: Backtest, whole: Whole, within: Range, now: int, calendar: Calendar) -> list[Effect]:
    until = Range(within.start, max(within.start, min(within.end, now + 1)))
    effects: Iterable[Effect] = rehearsed(backtest, whole.history, until, calendar).effects
    return [effect for effect in effects if effect.identity in whole.identities]


def _row(effect: Effect, calendar: Calendar) -> dict[str, Any]:
    body = {name: value for name, value in effect.body.items() if name not in ("held_out", "until") or value}
    if "until" in body:
        body["until"] = _at(int(body["until"]), calendar)
    said = [f"{name}: {value if isinstance(value, str) else json.dumps(value)}" for name, value in body.items()]
    return {"time": _at(effect.at, calendar), "node": effect.node, "what": effect.kind, "details": ", ".join(said)}


def _about(effect: Effect) -> str:
    return str(effect.body.get("letter") or effect.body.get("text"))


def _at(instant: int, calendar: Calendar) -> str:
    return f"{calendar.local(instant):%Y-%m-%d %H:%M:%S}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{number(count)} times"
