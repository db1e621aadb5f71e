"""Replays: a campaign over the stored log on a virtual clock, with the same engine that runs it live (SEMANTICS 7)."""

from __future__ import annotations

import heapq
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from .campaign import Campaign
from .entry import arrive, fire, is_member, launch
from .event import RETRACTION, Event, IdentityEdge, PropertyChange, order
from .identity import person_of
from .journey import Stepped, leave, merge, retract, step
from .period import Calendar, Range
from .person import Person, known_at
from .run import NOTHING, Effect, Journey, Moment, Run, Standing, is_own, row_of, united
from .trigger import next_firing

Outside = Callable[[Collection[int], int], Standing]
"""Gives what else was known at an instant of the person with these identities: others' letters, unsubscribes."""

TIMER, CLOCK, ROW = 0, 1, 2
"""Kinds of inputs, in their order at one instant."""
OWN_ROWS = 1 << 20
"""How many rows of its own a campaign may put between two rows of the log."""


@dataclass(frozen=True, order=True)
class Input:
    """Something that happens at an instant; inputs are totally ordered by (instant, kind, seq, name)."""

    at: int
    kind: int
    seq: int
    name: str
    what: Callable[[], None] = field(compare=False)


@dataclass(frozen=True)
class History:
    """All rows of people who ever were one: their merges, undone ones too, lead to nobody else.

    Events that were retracted are among them: they happened until that was known.
    """

    events: tuple[Event, ...] = ()
    changes: tuple[PropertyChange, ...] = ()
    edges: tuple[IdentityEdge, ...] = ()
    cohorts: Mapping[int, Collection[int]] = field(default_factory=lambda: MappingProxyType({}))


def nothing_else(identities: Collection[int], at: int) -> Standing:
    """Return the standing of a person of whom nothing is known but what this campaign did."""
    return NOTHING


class Replay:
    """One campaign over one history. `advance` moves the virtual clock; stopping in between changes nothing."""

    def __init__(self, run: Run, history: History, calendar: Calendar, outside: Outside = nothing_else) -> None:
        self.run, self.calendar, self.outside = run, calendar, outside
        self.cohorts = history.cohorts
        self.journeys: dict[str, Journey] = {}
        self.effects: list[Effect] = []
        self._inputs: list[Input] = []
        self._events: dict[int, list[Event]] = defaultdict(list)
        self._changes: dict[int, list[PropertyChange]] = defaultdict(list)
        self._edges: list[IdentityEdge] = []
        self._hidden: set[int] = set()
        self._standing: dict[int, Standing] = defaultdict(Standing)
        self._member: dict[tuple[int, str], bool] = {}
        self._planned: dict[tuple[int, str], int | None] = {}
        self._person: dict[int, int] = {}
        self._now, self._seq, self._own = 0, 0, 0
        self._is_launched = False
        self._schedule(history)

    def advance(self, until: int) -> list[Effect]:
        """Take every input before `until` and return the effects of these, in order."""
        done = len(self.effects)
        while self._inputs and self._inputs[0].at < until:
            coming = heapq.heappop(self._inputs)
            self._now = coming.at
            coming.what()
        return self.effects[done:]

    # --- the inputs ---------------------------------------------------------------------------------------------------

    def _schedule(self, history: History) -> None:
        rows: list[Event | PropertyChange] = [*history.events, *history.changes]
        for row in rows:
            if not self._is_left_out(row):
                self._at(known_at(row), ROW, row.seq, "row", partial(self._receive, row))
        for edge in history.edges:
            self._at(known_at(edge), ROW, edge.seq, "edge", partial(self._join, edge))
            if edge.undone_at is not None:
                self._at(edge.undone_at, ROW, edge.seq, "undo", partial(self._part, edge))
        self._at(self.run.launched_at, CLOCK, 0, "", self._launch)
        if self.run.stopped_at is not None:
            self._at(self.run.stopped_at, CLOCK, 0, "", self._stop)

    def _is_left_out(self, row: Event | PropertyChange) -> bool:
        """What the campaign itself did, the replay does again; a rehearsal sends its own letters too."""
        if is_own(row, self.run.campaign):
            return True
        if not self.run.rehearsal or not isinstance(row, Event) or not row.name.startswith(("Letter ", "Message ")):
            return False
        return bool(row.properties.get("campaign") == self.run.campaign)

    def _at(self, instant: int, kind: int, seq: int, name: str, what: Callable[[], None]) -> None:
        heapq.heappush(self._inputs, Input(instant, kind, seq, name, what))

    def _receive(self, row: Event | PropertyChange) -> None:
        """A row of the log: segments first, as they stand before the campaign acts; then journeys; then entries."""
        entry, self._seq, self._own = str(row.seq), row.seq, 0
        row = _renumbered(row)
        self._keep(row)
        if not self._is_launched:
            return
        person = self._who(row.identity)
        if isinstance(row, Event) and row.name == RETRACTION:
            for stepped in retract(self._journeys_of(person), row, self.run, self._now):
                self._take(stepped)
        if not self._matters(row):
            return
        moves = self._moves(person)
        if isinstance(row, Event) and row.name in self.run.heard:
            for journey in self._journeys_of(person):
                if self.run.listens(journey, row.name):
                    self._take(step(self.journeys[journey.key], row, self._moment(person)))
        self._start(arrive(row, self._moment(person), entry))
        if self.run.ignores(row) is None:
            for trigger in moves:
                self._start(fire(trigger, row.identity, self._moment(person)))
        self._settle(person)

    def _matters(self, row: Event | PropertyChange) -> bool:
        wanted = self.run.wanted
        return wanted is None or not isinstance(row, Event) or row.name in wanted

    def _join(self, edge: IdentityEdge) -> None:
        src, dest = self._who(edge.src), self._who(edge.dest)
        ours, theirs = self._journeys_of(dest), self._journeys_of(src)
        self._edges.append(replace(edge, undone_at=None, seq=edge.seq * OWN_ROWS))
        self._regroup()
        if src != dest:
            for stepped in merge(ours, theirs, self.run, self._now):
                self._take(stepped)

    def _part(self, edge: IdentityEdge) -> None:
        self._edges = [each for each in self._edges if each.seq != edge.seq * OWN_ROWS]
        self._regroup()

    def _launch(self) -> None:
        self._is_launched = True
        for person in self._people():
            self._moves(person)
            self._start(launch(self._moment(person)))
            self._settle(person)

    def _stop(self) -> None:
        for journey in self._journeys_of(*self._people()):
            self._take(leave(journey, "campaign stopped", self.run, self._now))

    def _ring(self, key: str, due_at: int) -> None:
        """A timer is due, unless the journey went on meanwhile."""
        journey = self.journeys[key]
        if journey.due_at == due_at:
            person = self._who(journey.identity)
            self._take(step(journey, None, self._moment(person)))
            self._settle(person)

    def _tick(self, person: int, trigger: str) -> None:
        """A time has come that a trigger waits for, or at which a segment may be entered or left."""
        if self._planned.get((person, trigger)) != self._now:
            return
        del self._planned[person, trigger]
        by_clock = self.run.definition.graph.triggers[trigger].cause in ("date", "schedule")
        for moved in [trigger] if by_clock else self._moves(person, trigger):
            self._start(fire(moved, person, self._moment(person)))
        self._settle(person)

    # --- who is who ---------------------------------------------------------------------------------------------------

    def _keep(self, row: Event | PropertyChange) -> None:
        if isinstance(row, PropertyChange):
            insort(self._changes[row.identity], row, key=order)
            return
        if row.name == RETRACTION:
            self._hide(row.identity, row.properties.get("retracts"))
        if row.seq not in self._hidden:
            insort(self._events[row.identity], row, key=order)

    def _hide(self, identity: int, number: object) -> None:
        """From now on the event with this arrival number has not happened."""
        if isinstance(number, int):
            self._hidden.add(number * OWN_ROWS)
            kept = [event for event in self._events[identity] if event.seq != number * OWN_ROWS]
            self._events[identity] = kept

    def _who(self, identity: int) -> int:
        return self._person.get(identity, identity)

    def _people(self) -> list[int]:
        return sorted({self._who(identity) for identity in (*self._events, *self._changes, *self._person)})

    def _identities(self, person: int) -> list[int]:
        return [person, *(each for each, whose in self._person.items() if whose == person and each != person)]

    def _regroup(self) -> None:
        """Edges changed: who belongs together now has the segments it has, and nobody entered or left any."""
        before = self._person
        self._person = person_of(self._edges)
        touched = {each for each in (*before, *self._person) if before.get(each, each) != self._who(each)}
        for person in {self._who(each) for each in touched} | {before.get(each, each) for each in touched}:
            for trigger in self.run.definition.graph.triggers:
                self._member.pop((person, trigger), None)
                self._planned.pop((person, trigger), None)
        if self._is_launched:
            for person in sorted({self._who(each) for each in (*touched, *before)}):
                self._settle(person)

    def _look(self, person: int) -> Person:
        """Return the person as known now."""
        identities = self._identities(person)
        events = [event for each in identities for event in self._events.get(each, ())]
        changes = [change for each in identities for change in self._changes.get(each, ())]
        edges = [edge for edge in self._edges if self._who(edge.dest) == person]
        listed = (number for number, members in self.cohorts.items() if not set(identities).isdisjoint(members))
        if len(identities) > 1:
            events, changes = sorted(events, key=order), sorted(changes, key=order)
        return Person(person, tuple(events), tuple(changes), tuple(sorted(edges, key=order)), frozenset(listed))

    def _moment(self, person: int) -> Moment:
        identities = self._identities(person)
        own = [self._standing[each] for each in identities if each in self._standing]
        known = [*own, self.outside(identities, self._now)]
        return Moment(self.run, self._now, united(known), self.calendar, lambda: self._look(person))

    def _journeys_of(self, *people: int) -> list[Journey]:
        return [journey for journey in self.journeys.values() if self._who(journey.identity) in people]

    # --- what comes of it ---------------------------------------------------------------------------------------------

    def _start(self, entered: tuple[Journey | None, tuple[Effect, ...]]) -> None:
        journey, effects = entered
        if journey is None:
            self.effects += effects
        else:
            self._take((journey, effects))

    def _take(self, stepped: Stepped) -> None:
        journey, effects = stepped
        self.journeys[journey.key] = journey
        for effect in effects:
            self.effects.append(effect)
            self._standing[effect.identity] = self._standing[effect.identity].after(effect)
            self._relist_by(effect)
            self._own += 1
            row = row_of(effect, self.run, self._seq * OWN_ROWS + self._own)
            if row is not None:
                self._keep(row)
        if effects and journey.due_at is not None:
            rings_at = self.run.fires_at(journey.due_at)
            self._at(rings_at, TIMER, 0, journey.key, partial(self._ring, journey.key, journey.due_at))

    def _relist_by(self, effect: Effect) -> None:
        """Put the person on a list, or take all of its identities off it."""
        number = self.run.list_of(effect)
        if number is not None:
            listed = {*self.cohorts.get(number, ())}
            whose = self._identities(self._who(effect.identity))
            changed = listed | {effect.identity} if effect.kind == "add" else listed.difference(whose)
            self.cohorts = {**self.cohorts, number: changed}

    def _settle(self, person: int) -> None:
        """What the campaign itself did moves nobody into a segment; then the clocks are set."""
        self._moves(person)
        self._plan(person)

    def _moves(self, person: int, only: str | None = None) -> list[str]:
        """Bring the person's segments up to date and return the triggers of those entered or left."""
        moved = []
        for id, trigger in self.run.definition.graph.triggers.items():
            if trigger.cause not in ("entered", "left") or only not in (None, id):
                continue
            was = self._member.get((person, id), False)
            self._member[person, id], recheck_at = is_member(trigger, self._moment(person))
            self._set_clock(person, id, recheck_at)
            if was != self._member[person, id] and was == (trigger.cause == "left"):
                moved.append(id)
        return moved

    def _plan(self, person: int) -> None:
        for id, trigger in self.run.definition.graph.triggers.items():
            if trigger.cause in ("date", "schedule"):
                moment = self._moment(person)
                self._set_clock(person, id, next_firing(trigger, moment.person, self._now, self._now, self.calendar))

    def _set_clock(self, person: int, trigger: str, instant: int | None) -> None:
        if self._planned.get((person, trigger)) == instant:
            return
        self._planned[person, trigger] = instant
        if instant is not None:
            self._at(instant, CLOCK, 0, f"{trigger} {person:020}", partial(self._tick, person, trigger))


def _renumbered(row: Event | PropertyChange) -> Event | PropertyChange:
    """Return the row with a number that leaves room for the campaign's own."""
    seq = row.seq * OWN_ROWS
    if isinstance(row, PropertyChange):
        return replace(row, seq=seq)
    said = row.properties, row.identity, row.known_at, row.imported, row.origin, row.bot
    return Event(row.time, seq, row.name, *said)


def rehearse(
    campaign: Campaign,
    history: History,
    period: Range,
    calendar: Calendar,
    outside: Outside = nothing_else,
    name: str = "rehearsal",
    version: int = 1,
    start_present: bool = False,
) -> list[Effect]:
    """Return what the campaign would have done had it been launched at the period's start, until its end."""
    run = Run(name, version, campaign, period.start, rehearsal=True, start_present=start_present)
    return Replay(run, history, calendar, outside).advance(period.end)


@dataclass(frozen=True)
class Difference:
    """What another version sends one person: more, no longer, and (before, after) at another time."""

    gained: tuple[Effect, ...]
    lost: tuple[Effect, ...]
    moved: tuple[tuple[Effect, Effect], ...]


def difference(old: Iterable[Effect], new: Iterable[Effect]) -> Difference:
    """Return how the letters and messages to one person differ between two replays of the same period.

    The first copy of a letter answers to the first, the second to the second, and so on.
    """
    before, after = _sent(old), _sent(new)
    pairs = [
        pair
        for what in sorted(before.keys() & after.keys())
        for pair in zip(before[what], after[what], strict=False)
        if pair[0].at != pair[1].at
    ]
    return Difference(_beyond(after, before), _beyond(before, after), tuple(pairs))


def _sent(effects: Iterable[Effect]) -> dict[tuple[str, str], list[Effect]]:
    sent: dict[tuple[str, str], list[Effect]] = defaultdict(list)
    for effect in effects:
        if effect.kind in ("letter", "message"):
            sent[effect.kind, str(effect.body.get("letter") or effect.body.get("text"))].append(effect)
    return sent


def _beyond(
    sent: Mapping[tuple[str, str], list[Effect]], other: Mapping[tuple[str, str], list[Effect]]
) -> tuple[Effect, ...]:
    return tuple(effect for what, copies in sorted(sent.items()) for effect in copies[len(other.get(what, ())) :])
