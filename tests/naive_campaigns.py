"""A worker written the slow and plain way, to hold replays to: everything is worked out anew for every input.

It knows no segments, dates and schedules; of those `tests/semantics/test_truth.py` says when they change.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tracktor_nb.semantics.entry import arrive, launch
from tracktor_nb.semantics.event import RETRACTION, Event, IdentityEdge, PropertyChange, Row
from tracktor_nb.semantics.identity import person_of
from tracktor_nb.semantics.journey import leave, merge, retract, step
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.person import Person, known_at, people
from tracktor_nb.semantics.replay import History
from tracktor_nb.semantics.run import Effect, Journey, Moment, Run, Standing, is_own, row_of

ROOM = 1000
"""Numbers between two rows of the log, for rows of the campaign."""


@dataclass
class Worker:
    """What a database would hold: rows that arrived, journeys, and effects."""

    run: Run
    calendar: Calendar
    rows: list[Row] = field(default_factory=list)
    journeys: dict[str, Journey] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    seq: int = 0

    def person_of(self, identity: int) -> int:
        edges = [row for row in self.rows if isinstance(row, IdentityEdge)]
        return person_of(edges).get(identity, identity)

    def person(self, id: int) -> Person:
        events = [row for row in self.rows if isinstance(row, Event)]
        changes = [row for row in self.rows if isinstance(row, PropertyChange)]
        edges = [row for row in self.rows if isinstance(row, IdentityEdge)]
        return people(events, changes, edges).get(id, Person(id))

    def moment(self, person: int, now: int) -> Moment:
        standing = Standing()
        for effect in self.effects:
            if self.person_of(effect.identity) == person:
                standing = standing.after(effect)
        return Moment(self.run, now, standing, self.calendar, lambda: self.person(person))

    def write(self, journey: Journey | None, effects: tuple[Effect, ...]) -> None:
        if journey is not None:
            self.journeys[journey.key] = journey
        for effect in effects:
            self.effects.append(effect)
            self.seq += 1
            row = row_of(effect, self.run, self.seq)
            if row is not None:
                self.rows.append(row)

    def of(self, person: int) -> list[Journey]:
        return [journey for journey in self.journeys.values() if self.person_of(journey.identity) == person]

    def receive(self, row: Event | PropertyChange, now: int, launched: bool) -> None:
        self.seq = row.seq * ROOM
        arrived = replace(row, seq=self.seq)
        if isinstance(arrived, Event) and arrived.name == RETRACTION:
            hidden = int(str(arrived.properties["retracts"])) * ROOM
            self.rows = [row for row in self.rows if row.seq != hidden]
        self.rows.append(arrived)
        if not launched:
            return
        person = self.person_of(row.identity)
        if isinstance(arrived, Event) and arrived.name == RETRACTION:
            for stepped in retract(self.of(person), arrived, self.run, now):
                self.write(*stepped)
        for journey in self.of(person) if isinstance(row, Event) else []:
            self.write(*step(journey, row, self.moment(person, now)))  # type: ignore[arg-type]
        self.write(*arrive(arrived, self.moment(person, now), str(row.seq)))

    def join(self, edge: IdentityEdge, now: int) -> None:
        src, dest = self.person_of(edge.src), self.person_of(edge.dest)
        ends = merge(self.of(dest), self.of(src), self.run, now) if src != dest else []
        self.rows.append(replace(edge, undone_at=None, seq=edge.seq * ROOM))
        for stepped in ends:
            self.write(*stepped)

    def part(self, edge: IdentityEdge) -> None:
        self.rows = [row for row in self.rows if not (isinstance(row, IdentityEdge) and row.seq == edge.seq * ROOM)]

    def start(self, now: int) -> None:
        for person in sorted({self.person_of(who) for row in self.rows for who in _who(row)}):
            self.write(*launch(self.moment(person, now)))

    def ring(self, until: tuple[int, int, int]) -> None:
        """Fire all timers that come before an input."""
        while True:
            waiting = [each for each in self.journeys.values() if each.due_at is not None]
            due = min(((self.run.fires_at(each.due_at or 0), each.key) for each in waiting), default=None)
            if due is None or (due[0], 0, 0) >= until:
                return
            journey = self.journeys[due[1]]
            if self.run.stopped_at is not None and due[0] >= self.run.stopped_at:
                return
            self.write(*step(journey, None, self.moment(self.person_of(journey.identity), due[0])))


def _who(row: Row) -> tuple[int, ...]:
    return (row.src, row.dest) if isinstance(row, IdentityEdge) else (row.identity,)


def worked(run: Run, history: History, calendar: Calendar, until: int) -> list[Effect]:
    """Return the effects of all inputs before `until`."""
    worker = Worker(run, calendar)
    rows: list[Event | PropertyChange] = [*history.events, *history.changes]
    inputs: list[tuple[int, int, int, str, object]] = [
        *((known_at(row), 2, row.seq, "row", row) for row in rows if not is_own(row, run.campaign)),
        *((known_at(edge), 2, edge.seq, "edge", edge) for edge in history.edges),
        *((edge.undone_at, 2, edge.seq, "undo", edge) for edge in history.edges if edge.undone_at is not None),
        (run.launched_at, 1, 0, "launch", None),
        *([] if run.stopped_at is None else [(run.stopped_at, 1, 0, "stop", None)]),
    ]
    for now, kind, seq, name, what in sorted(inputs, key=lambda each: each[:4]):
        if now >= until:
            break
        worker.ring((now, kind, seq))
        if isinstance(what, IdentityEdge):
            worker.join(what, now) if name == "edge" else worker.part(what)
        elif isinstance(what, (Event, PropertyChange)):
            worker.receive(what, now, launched=(run.launched_at, 1) <= (now, kind))
        elif name == "launch":
            worker.start(now)
        else:
            for journey in list(worker.journeys.values()):
                worker.write(*leave(journey, "campaign stopped", run, now))
    worker.ring((until, 0, 0))
    return worker.effects
