"""Segments that are right this second: the worker follows the log, and time, and keeps who is in (SEMANTICS 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic

from tracktor_nb.semantics.condition import Group
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.standing import Standings, ask, followed

from .ports import GRACE, AnyPart, LiveStore


class LiveSegments(Generic[AnyPart]):
    """Follows one site step by step."""

    def __init__(self, store: LiveStore[AnyPart], calendar: Calendar, clock: Callable[[], int]) -> None:
        self._store, self._calendar, self._clock = store, calendar, clock

    def step(self) -> bool:
        """Take in the next part of the log, or of time, or of a new segment's people; False if nothing was to do."""
        if not self._store.take():
            return False
        segments, new = self._store.segments()
        part = self._store.next_part()
        if part is not None and not self._follow(part, segments, part.horizon):
            return True
        until = (part.horizon if part is not None and part.rest else self._clock()) - GRACE
        waiting = self._store.due(until)
        if waiting is not None:
            self._follow(waiting, segments, until)
            return True
        if new:
            self._ask(segments)
        return bool(new) or part is not None

    def _follow(self, part: AnyPart, segments: Mapping[int, Group], until: int) -> bool:
        reached = self._store.reached()
        standings: dict[int, Standings] = {id: dict(its) for id, its in part.standings.items()}
        until = max(reached, until)
        for person in part.people.values():
            followed(segments, standings, person, part.fresh, reached, until, self._calendar)
            for number, group in segments.items() if person.id in part.parted else ():
                ask(number, group, standings.setdefault(person.id, {}), person, until, self._calendar)
        # Whoever is nobody any more leaves no standing behind.
        return self._store.keep(part, {id: its for id, its in standings.items() if id in part.people}, until)

    def _ask(self, segments: Mapping[int, Group]) -> None:
        """Ask the next people about the segments that are new or were edited; that fires nothing."""
        found = self._store.unasked()
        if found is None:
            return
        part, numbers = found
        at = self._store.reached()
        standings = {id: dict(its) for id, its in part.standings.items()}
        for id, person in part.people.items():
            for number in numbers:
                ask(number, segments[number], standings.setdefault(id, {}), person, at, self._calendar)
        if self._store.keep(part, standings, at):
            self._store.asked()
