"""What came of a backtest, in columns: a row for each effect, and how often each thing happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.semantics.backtest import Backtest, rehearsed
from tracktor_nb.semantics.heeded import heeded
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.replay import Replay
from tracktor_nb.semantics.run import Effect

from .arrays import Flags, Ints
from .frames import Log
from .histories import Histories

SENDS = ("letter", "message")
PASSES = ("visit", "left")
"""Effects that say by which output a journey went on."""
DOES = (*SENDS, "set", "track", "add", "remove", "webhook")
"""What actions do."""
WHYS = ("skip", "refused", "delay", "exit")
"""Effects that have a reason."""

What = tuple[str, str | None, str | None]
"""What an effect is: its kind, what it is about (a letter, a text, a list, …), and an output or a reason."""


@dataclass(frozen=True)
class Rehearsal:
    """The effects of a backtest over everybody, in columns; `person` is a code of the log.

    `node` counts in `nodes`, `what` in `whats`. `waiting` has the person and the node of each journey inside at the
    end.
    """

    log: Log
    nodes: list[str]
    whats: list[What]
    person: Ints
    node: Ints
    what: Ints
    at: Ints
    waiting: tuple[Ints, Ints]

    def of(self, *kinds: str) -> Flags:
        """Return which effects are of some kinds."""
        return self.such(lambda what: what[0] in kinds)

    def such(self, ask: Callable[[What], bool]) -> Flags:
        """Return which effects are such, asked once per what."""
        return np.array([*map(ask, self.whats), False], bool)[self.what]

    def at_node(self, node: str) -> Flags:
        """Return which effects happened at a node."""
        found: Flags = self.node == (self.nodes.index(node) if node in self.nodes else -1)
        return found


def rehearsal(backtest: Backtest, log: Log, within: Range, calendar: Calendar) -> Rehearsal:
    """Return what the campaign, its segments resolved, would have done over the log until the end of the range."""
    histories = histories_of(backtest, log, within, calendar)
    return _collected(histories, (rehearsed(backtest, each, within, calendar) for each in histories))


def histories_of(backtest: Backtest, log: Log, within: Range, calendar: Calendar) -> Histories:
    """Return the histories that a backtest goes through."""
    return Histories(log, heeded(backtest.campaign, within, calendar), within, backtest.name)


def _collected(histories: Histories, replays: Iterable[Replay]) -> Rehearsal:
    codes: dict[What, int] = {}
    places: dict[str, int] = {}
    identity, node, what, at = (list[int]() for _ in range(4))
    waiting, waiting_at = list[int](), list[int]()
    for replay in replays:
        for effect in replay.effects:
            identity.append(effect.identity)
            node.append(places.setdefault(effect.node, len(places)))
            what.append(codes.setdefault(what_of(effect), len(codes)))
            at.append(effect.at)
        inside = [each for each in replay.journeys.values() if each.is_inside]
        waiting += [each.identity for each in inside]
        waiting_at += [places[str(each.node)] for each in inside]
    return Rehearsal(
        histories.log,
        list(places),
        list(codes),
        histories.people(np.array(identity, np.int64)),
        np.array(node, np.int64),
        np.array(what, np.int64),
        np.array(at, np.int64),
        (histories.people(np.array(waiting, np.int64)), np.array(waiting_at, np.int64)),
    )


def what_of(effect: Effect) -> What:
    """Return what an effect is, without its person, place and time."""
    body: Any = effect.body
    about = body.get("letter") or body.get("text") or body.get("name") or body.get("list") or body.get("url")
    if effect.kind == "entered":
        return effect.kind, None, "held out" if body["held_out"] else None
    return effect.kind, about, body.get("output") or body.get("reason")
