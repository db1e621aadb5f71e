"""Stories for tests of campaigns: what happens to a few people, told in hours from a noon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange
from tracktor_nb.semantics.node import Node
from tracktor_nb.semantics.nodes import (
    SendLetter,
)
from tracktor_nb.semantics.period import DAY, HOUR, Calendar
from tracktor_nb.semantics.replay import History, Replay
from tracktor_nb.semantics.run import Effect, Run, Standing
from tracktor_nb.semantics.trigger import Trigger

NOON = Calendar().parse("2026-11-18T12:00:00")  # a Wednesday
A, HI, BYE = Trigger.event("A"), SendLetter("Hi"), SendLetter("Bye")
EMAIL = {"email": "ann@example.com"}


@dataclass
class Story:
    """What happens to people 1, 2, …; hours count from noon. Everybody has an e-mail address a day before."""

    campaign: Campaign
    run: dict[str, Any] = field(default_factory=dict)
    outside: Standing = field(default_factory=Standing)
    calendar: Calendar = field(default_factory=Calendar)
    events: list[Event] = field(default_factory=list)
    changes: list[PropertyChange] = field(default_factory=list)
    edges: list[IdentityEdge] = field(default_factory=list)
    seq: int = 0

    def did(self, name: str, hour: float, who: int = 1, late: float = 0, **more: Any) -> Story:
        at, self.seq = NOON + round(hour * HOUR), self.seq + 1
        properties = more.pop("properties", {})
        event = Event(at, self.seq, name, properties, who, at + round(late * HOUR), **more)
        self.events.append(event)
        return self

    def set(self, hour: float, who: int = 1, **values: Any) -> Story:
        at, self.seq = NOON + round(hour * HOUR), self.seq + 1
        self.changes.append(PropertyChange(at, self.seq, values, who, at))
        return self

    def join(self, src: int, dest: int, hour: float, until: float | None = None) -> Story:
        at, self.seq = NOON + round(hour * HOUR), self.seq + 1
        undone_at = None if until is None else NOON + round(until * HOUR)
        self.edges.append(IdentityEdge(src, dest, at, self.seq, known_at=at, undone_at=undone_at))
        return self

    def replay(self, hours: float = 24 * 30) -> Replay:
        run = Run("nudge", 1, self.campaign, self.run.pop("launched_at", NOON - 2 * DAY), **self.run)
        history = History(tuple(self.events), tuple(self.changes), tuple(self.edges))
        replay = Replay(run, history, self.calendar, lambda identities, at: self.outside)
        replay.advance(NOON + round(hours * HOUR))
        return replay

    def effects(self) -> list[Effect]:
        return self.replay().effects

    def told(self, *kinds: str) -> list[tuple[float, str, Any]]:
        """What was done and what not, with hours, and the letter or the reason."""
        wanted = kinds or ("letter", "skip", "message", "exit")
        return [
            ((effect.at - NOON) / HOUR, effect.kind, effect.body.get("reason") or effect.body.get("letter"))
            for effect in self.effects()
            if effect.kind in wanted
        ]


def story(workflow: Sequence[Node], run: dict[str, Any] | None = None, **options: Any) -> Story:
    return Story(Campaign(workflow, **options), run or {}).set(-24, **EMAIL)


def letters(effects: Sequence[Effect]) -> list[float]:
    return [(effect.at - NOON) / HOUR for effect in effects if effect.kind == "letter"]
