"""What two versions of a campaign would have sent, person by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.semantics.backtest import Backtest, BacktestDifference, rehearsed
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.replay import Difference, difference
from tracktor_nb.semantics.run import Effect

from .backtests import SENDS, histories_of, what_of
from .frames import Log

CHANGES = ("gained", "lost", "moved")
MOST_CHANGES = 1000
"""How many of the changes are listed one by one."""


@dataclass(frozen=True)
class Change:
    """A letter or message to one person (a code) that only one version sends, or each at another time."""

    person: int
    change: str
    kind: str
    name: str | None
    old: int | None
    new: int | None


@dataclass(frozen=True)
class Compared:
    """How many of each letter and message both versions send, and what changes, by the earlier instant."""

    sent: tuple[dict[tuple[str, str | None], int], dict[tuple[str, str | None], int]]
    changes: list[Change]


def compared(asked: BacktestDifference, log: Log, within: Range, calendar: Calendar) -> Compared:
    """Return what the two versions, their segments resolved, send over the range."""
    old, new = (_sends(side, log, within, calendar) for side in asked.sides)
    changes = [
        change
        for person in old.keys() | new.keys()
        for change in _changes(person, difference(old.get(person, ()), new.get(person, ())))
    ]
    changes.sort(key=lambda each: (min(at for at in (each.old, each.new) if at is not None), each.person, each.change))
    return Compared((_counted(old), _counted(new)), changes)


def rows_of(found: Compared) -> list[dict[str, Any]]:
    """Return for each letter and message how many each version sends, and how many people gain, lose or move."""
    old, new = found.sent
    return [
        {
            "kind": kind,
            "name": name,
            "old": old.get((kind, name), 0),
            "new": new.get((kind, name), 0),
            **{
                change: len({each.person for each in found.changes if (each.kind, each.name, each.change) == its})
                for change in CHANGES
                for its in [(kind, name, change)]
            },
        }
        for kind, name in sorted(old.keys() | new.keys(), key=str)
    ]


def _sends(side: Backtest, log: Log, within: Range, calendar: Calendar) -> dict[int, list[Effect]]:
    """Return the letters and messages of each person (a code), in order."""
    histories = histories_of(side, log, within, calendar)
    sends = [
        effect
        for history in histories
        for effect in rehearsed(side, history, within, calendar).effects
        if effect.kind in SENDS
    ]
    people = histories.people(np.array([effect.identity for effect in sends], np.int64))
    found = defaultdict[int, list[Effect]](list)
    for person, effect in zip(people.tolist(), sends, strict=True):
        found[person].append(effect)
    return found


def _changes(person: int, differs: Difference) -> Iterator[Change]:
    for effect in differs.gained:
        yield Change(person, "gained", *what_of(effect)[:2], None, effect.at)
    for effect in differs.lost:
        yield Change(person, "lost", *what_of(effect)[:2], effect.at, None)
    for before, after in differs.moved:
        yield Change(person, "moved", *what_of(before)[:2], before.at, after.at)


def _counted(sends: dict[int, list[Effect]]) -> dict[tuple[str, str | None], int]:
    counts = defaultdict[tuple[str, str | None], int](int)
    for effects in sends.values():
        for effect in effects:
            counts[what_of(effect)[:2]] += 1
    return dict(counts)
