"""A replay that goes on from where it was left: how the worker runs a campaign, part by part of the log (SEMANTICS 7).

Live and backtest are one engine. What a replay knows in memory is handed over as a `State` between two parts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from .entry import Entered, fire
from .event import Event, IdentityEdge, PropertyChange
from .identity import person_of
from .period import Calendar
from .person import known_at
from .replay import CLOCK, OWN_ROWS, ROW, TIMER, History, Outside, Replay, nothing_else
from .run import Effect, Journey, Run


@dataclass(frozen=True)
class State:
    """Where the people of a history stand in a campaign: journeys by key, and by (person, trigger) their segments.

    `planned` is when a trigger is looked at again. `effects` are all of the campaign that the people ever had. Who was
    not `launched` yet is as they were before Run.
    """

    journeys: Mapping[str, Journey] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    member: Mapping[tuple[int, str], bool] = field(default_factory=dict)
    planned: Mapping[tuple[int, str], int] = field(default_factory=dict)
    launched: bool = False


@dataclass(frozen=True)
class Fresh:
    """What is new: arrival numbers of rows, and of merges that were undone. Time was followed up to `reached`.

    `listed` are identities that were put on a list or taken off one.
    """

    rows: Collection[int] = frozenset()
    undone: Collection[int] = frozenset()
    reached: int = 0
    listed: Collection[int] = frozenset()


class Resumed(Replay):
    """One version of a campaign over the people of one history. Without `entries` it only goes on with journeys."""

    def __init__(
        self,
        run: Run,
        history: History,
        fresh: Fresh,
        state: State,
        calendar: Calendar,
        outside: Outside = nothing_else,
        entries: bool = True,
    ) -> None:
        self._fresh, self._before, self._entries = fresh, state, entries
        super().__init__(run, history, calendar, outside)

    def state(self) -> State:
        """Return where everybody stands now."""
        return State(
            dict(self.journeys),
            (*self._before.effects, *self.effects),
            dict(self._member),
            {key: instant for key, instant in self._planned.items() if instant is not None},
            self._is_launched,
        )

    def _schedule(self, history: History) -> None:
        self._resume_rows([*history.events, *history.changes])
        self._resume_edges(history.edges)
        for effect in self._before.effects:
            self._standing[effect.identity] = self._standing[effect.identity].after(effect)
        for identity in self._fresh.listed:
            self._at(self._fresh.reached, ROW, 0, f"list {identity:020}", partial(self._relist, identity))
        self._resume_time()

    def _resume_rows(self, rows: list[Event | PropertyChange]) -> None:
        for row in rows:
            if row.seq in self._fresh.rows and not self._is_left_out(row) and not self._is_before_run(row):
                self._at(self._no_earlier(known_at(row)), ROW, row.seq, "row", partial(self._receive, row))
            elif self._was_known(row):
                self._keep(replace(row, seq=row.seq * OWN_ROWS))
                self._seq = max(self._seq, row.seq)

    def _resume_edges(self, edges: tuple[IdentityEdge, ...]) -> None:
        for edge in edges:
            if edge.seq in self._fresh.rows:
                self._at(self._no_earlier(known_at(edge)), ROW, edge.seq, "edge", partial(self._join, edge))
            elif self._was_known(edge) and (edge.undone_at is None or edge.seq in self._fresh.undone):
                self._edges.append(replace(edge, undone_at=None, seq=edge.seq * OWN_ROWS))
            if edge.undone_at is not None and not {edge.seq}.isdisjoint({*self._fresh.undone, *self._fresh.rows}):
                self._at(self._no_earlier(edge.undone_at), ROW, edge.seq, "undo", partial(self._part, edge))
        self._person = person_of(self._edges)

    def _relist(self, identity: int) -> None:
        """Somebody else put the person on a list or took it off: it enters and leaves segments by that."""
        person = self._who(identity)
        for trigger in self._moves(person) if self._is_launched else ():
            self._start(fire(trigger, identity, self._moment(person)))
        self._settle(person)

    def _resume_time(self) -> None:
        before = self._before
        self.journeys = dict(before.journeys)
        self._member = dict(before.member)
        self._is_launched = before.launched
        if not before.launched:
            self._at(self.run.launched_at, CLOCK, 0, "", self._launch)
        for (person, trigger), instant in before.planned.items():
            self._set_clock(person, trigger, instant)
        for journey in before.journeys.values():
            if journey.version == self.run.version and journey.is_inside and journey.due_at is not None:
                rings_at = self.run.fires_at(journey.due_at)
                self._at(rings_at, TIMER, 0, journey.key, partial(self._ring, journey.key, journey.due_at))

    def _is_before_run(self, row: Event | PropertyChange) -> bool:
        """What was known at Run was looked at then."""
        return self._before.launched and known_at(row) < self.run.launched_at

    def _was_known(self, row: Event | PropertyChange | IdentityEdge) -> bool:
        """What came between Run and the look that it takes at people is followed later."""
        return self._before.launched or known_at(row) < self.run.launched_at

    def _no_earlier(self, instant: int) -> int:
        """What comes late comes now: the past stays as it was decided."""
        return max(instant, self._fresh.reached)

    # --- a version that nobody enters any more ------------------------------------------------------------------------

    def _start(self, entered: Entered) -> None:
        if self._entries:
            super()._start(entered)

    def _journeys_of(self, *people: int) -> list[Journey]:
        return [each for each in super()._journeys_of(*people) if each.version == self.run.version]
