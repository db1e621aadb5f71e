"""What runs and what it leaves behind: versions, journeys, effects, and where a person stands (SEMANTICS 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeVar

from .campaign import Campaign
from .cohort import Cohort
from .condition import InSegment
from .event import RETRACTION, Event, PropertyChange, Row, Value, order
from .nodes import WaitFor
from .period import Calendar, Range
from .person import Person, is_late
from .references import parts_of

Kind = Literal[
    "entered",
    "refused",
    "visit",
    "left",
    "letter",
    "message",
    "set",
    "track",
    "add",
    "remove",
    "webhook",
    "skip",
    "delay",
    "goal",
    "exit",
]


@dataclass(frozen=True)
class Run:
    """One version of a campaign as it runs: `definition` has its segments resolved, `campaign` is its name for ever.

    `launched_at` is the first Run of the campaign, of whatever version. With `rehearsal` (a backtest) imported rows
    trigger as if they had come when they happened. `start_present` lets present members of a segment start at Run.
    """

    campaign: str
    version: int
    definition: Campaign
    launched_at: int
    paused: tuple[Range, ...] = ()
    stopped_at: int | None = None
    rehearsal: bool = False
    start_present: bool = False

    def halted(self, at: int) -> str | None:
        """Return why nothing starts or moves at an instant: "not launched", "campaign stopped", "paused", or None."""
        if at < self.launched_at:
            return "not launched"
        if self.stopped_at is not None and at >= self.stopped_at:
            return "campaign stopped"
        return "paused" if any(at in pause for pause in self.paused) else None

    def fires_at(self, due_at: int) -> int:
        """Return when a timer fires that is due: at once, or when the pause it fell into is over."""
        for pause in sorted(self.paused, key=lambda each: each.start):
            due_at = pause.end if due_at in pause else due_at
        return due_at

    @cached_property
    def heard(self) -> frozenset[str]:
        """The names of events that a journey may wait for, or that are the goal."""
        definition = self.definition
        waits = {node.event for node in definition.graph.nodes.values() if isinstance(node, WaitFor)}
        return frozenset(waits if definition.goal is None else {*waits, definition.goal.event})

    @cached_property
    def wanted(self) -> frozenset[str] | None:
        """The names of events that may start or move a journey, None if any may: by what segments and dates say."""
        triggers = self.definition.graph.triggers.values()
        if any(trigger.cause not in ("event", "changed") for trigger in triggers):
            return None
        return self.heard | {RETRACTION} | {str(trigger.name) for trigger in triggers if trigger.cause == "event"}

    @cached_property
    def lists(self) -> Mapping[str, int]:
        """The lists that a condition of the campaign asks for: their numbers by name."""
        asked = (part for part in parts_of(self.definition) if isinstance(part, InSegment))
        return {each.name: each.stands_for.number for each in asked if isinstance(each.stands_for, Cohort)}

    def list_of(self, effect: Effect) -> int | None:
        """Return the number of the list that an effect puts somebody on or takes somebody off, if it matters here."""
        return self.lists.get(str(effect.body["list"])) if effect.kind in ("add", "remove") else None

    def listens(self, journey: Journey, name: str) -> bool:
        """True if an event of this name may matter to a journey: as the goal, or as what it waits for."""
        goal = self.definition.goal
        if goal is not None and goal.event == name and journey.goal_at is None:
            return True
        node = self.definition.graph.nodes.get(journey.node or "")
        return isinstance(node, WaitFor) and node.event == name

    def ignores(self, row: Event | PropertyChange) -> str | None:
        """Return why a row triggers nothing: "own", "imported", "late", or None.

        A campaign is never moved by what it did itself, except by what becomes of its letters and messages.
        """
        if is_own(row, self.campaign):
            return "own"
        if row.imported and not self.rehearsal:
            return "imported"
        return "late" if is_late(row) else None


def is_own(row: Event | PropertyChange, campaign: str) -> bool:
    """True if an action of the campaign made the row; what becomes of its letters and messages is not its own."""
    from_delivery = isinstance(row, Event) and row.name.startswith(("Letter ", "Message "))
    return row.origin == campaign and not from_delivery


@dataclass(frozen=True)
class Journey:
    """One walk of a person: at `node` until `due_at`, or ended for a reason. `visits` counts its arrivals by node."""

    key: str
    campaign: str
    version: int
    identity: int
    entered_at: int
    held_out: bool = False
    node: str | None = None
    due_at: int | None = None
    visits: Mapping[str, int] = field(default_factory=dict)
    goal_at: int | None = None
    ended: str | None = None

    @property
    def is_inside(self) -> bool:
        """True while it waits somewhere."""
        return self.ended is None


AnyValue = TypeVar("AnyValue", Journey, "Standing")


def altered(value: AnyValue, **fields: object) -> AnyValue:
    """Return the value with other fields, as `replace` does, in a quarter of the time: backtests do it by millions."""
    made = object.__new__(type(value))
    vars(made).update(vars(value), **fields)
    return made


@dataclass(frozen=True)
class Effect:
    """One thing a journey did at a node, as data; `key` is unique and the same in every replay.

    Bodies: visit {output} or {until}; left {output}; letter {letter, email}; message {text}; set {name, value};
    track {name, data}; add, remove {list}; webhook {url}; skip {action, reason, and the action's body};
    delay {until, reason}; refused, exit {reason}; entered {held_out}; goal {}.
    """

    journey: str
    identity: int
    node: str
    visit: int
    kind: Kind
    at: int
    body: Mapping[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The unique key: journey, node, visit and kind; a delay may come again, so its end is part of it."""
        until = f"|{self.body['until']}" if self.kind == "delay" else ""
        return f"{self.journey}|{self.node}|{self.visit}|{self.kind}{until}"


@dataclass(frozen=True)
class Standing:
    """What a campaign knows of one person besides the log: the sum over all identities, versions and journeys.

    `visits` counts arrivals by node; `letters` were queued and not cancelled; `sent_at` are the instants of letters of
    all campaigns, at least those within the cap's window; `inside` counts journeys that have not ended; `entered_at`
    is the latest start; `unsubscribed` holds topics, "" is all of them.
    """

    visits: Mapping[str, int] = field(default_factory=dict)
    letters: frozenset[str] = frozenset()
    sent_at: tuple[int, ...] = ()
    inside: int = 0
    entered_at: int | None = None
    suppressed: bool = False
    unsubscribed: frozenset[str] = frozenset()

    def after(self, effect: Effect) -> Standing:
        """Return the standing once the effect is in force."""
        if effect.kind == "visit":
            return altered(self, visits={**self.visits, effect.node: self.visits.get(effect.node, 0) + 1})
        if effect.kind == "letter":
            return replace(
                self, letters=self.letters | {str(effect.body["letter"])}, sent_at=(*self.sent_at, effect.at)
            )
        if effect.kind == "entered":
            return altered(self, inside=self.inside + 1, entered_at=effect.at)
        return altered(self, inside=self.inside - 1) if effect.kind == "exit" else self


NOTHING = Standing()
"""Where somebody stands whom the campaign never met."""


def united(standings: Iterable[Standing]) -> Standing:
    """Return where a person stands who was several: counts add up, letters, caps and unsubscribes unite."""
    parts = [standing for standing in standings if standing is not NOTHING]
    if len(parts) < 2:
        return parts[0] if parts else NOTHING
    visits: Counter[str] = Counter()
    for part in parts:
        visits.update(part.visits)
    return Standing(
        dict(visits),
        frozenset().union(*(part.letters for part in parts)),
        tuple(sorted(instant for part in parts for instant in part.sent_at)),
        sum(part.inside for part in parts),
        max((part.entered_at for part in parts if part.entered_at is not None), default=None),
        any(part.suppressed for part in parts),
        frozenset().union(*(part.unsubscribed for part in parts)),
    )


@dataclass(frozen=True)
class Moment:
    """One person at one instant: `look` gives everything that was known of the person then, if somebody asks."""

    run: Run
    now: int
    standing: Standing
    calendar: Calendar
    look: Callable[[], Person]

    @cached_property
    def person(self) -> Person:
        """The person as known at this instant."""
        return self.look()

    def after(self, effect: Effect) -> Moment:
        """Return the same moment once the effect is in force: what follows sees the property that was just set."""
        standing, row = self.standing.after(effect), row_of(effect, self.run, 0)
        if row is not None:
            return Moment(self.run, self.now, standing, self.calendar, lambda: _with_latest(self.person, row))
        number = self.run.list_of(effect)
        if number is not None:
            return Moment(self.run, self.now, standing, self.calendar, lambda: _relisted(self.person, number, effect))
        if standing is self.standing:
            return self
        following = Moment(self.run, self.now, standing, self.calendar, self.look)
        if "person" in vars(self):
            vars(following)["person"] = self.person
        return following


def row_of(effect: Effect, run: Run, seq: int) -> Event | PropertyChange | None:
    """Return the row of the log that an effect makes, None if it makes none.

    In a rehearsal letters and messages count as sent; else their rows come from those who really send them.
    """
    at, who, body = effect.at, effect.identity, effect.body
    if effect.kind == "set":
        return PropertyChange(at, seq, {str(body["name"]): body["value"]}, who, at, origin=run.campaign)
    if effect.kind == "track":
        return Event(at, seq, str(body["name"]), dict(body["data"]), who, at, origin=run.campaign)
    if run.rehearsal and effect.kind in ("letter", "message"):
        sent = {"campaign": run.campaign, "delivery": effect.key}
        about = {"letter": body["letter"]} if effect.kind == "letter" else {"message": body["text"]}
        return Event(at, seq, f"{effect.kind.capitalize()} sent", {**about, **sent}, who, at, origin=run.campaign)
    return None


def _with_latest(person: Person, row: Event | PropertyChange) -> Person:
    """Return the person with a row that arrived last."""
    rows: tuple[Row, ...] = (*person.events, *person.changes, *person.edges)
    latest = max((each.seq for each in rows), default=0)
    row = replace(row, seq=latest + 1)
    if isinstance(row, Event):
        return replace(person, events=tuple(sorted((*person.events, row), key=order)))
    return replace(person, changes=tuple(sorted((*person.changes, row), key=order)))


def _relisted(person: Person, number: int, effect: Effect) -> Person:
    """Return the person on a list, or off it."""
    others = person.cohorts - {number}
    return replace(person, cohorts=others | {number} if effect.kind == "add" else others)
