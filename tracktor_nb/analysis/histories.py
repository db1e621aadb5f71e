"""The histories of people that a campaign can matter to, out of the columns of the log (see semantics/heeded.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange
from tracktor_nb.semantics.heeded import Heeded
from tracktor_nb.semantics.identity import person_of
from tracktor_nb.semantics.interest import Interest
from tracktor_nb.semantics.period import Range
from tracktor_nb.semantics.replay import History

from .arrays import Flags, Ints
from .frames import Log, Rows

POSTED = ("Letter ", "Message ")
"""Rows about letters and messages: a rehearsal leaves those of its own campaign out, so none of them stands for all."""


@dataclass(frozen=True)
class Histories:
    """The rows that a campaign looks at, until the end of a range, by people who ever were one."""

    log: Log
    heeded: Heeded
    within: Range
    campaign: str

    @cached_property
    def ids(self) -> Ints:
        """The number of each identity code in the histories: its id, or the code itself where ids are no numbers."""
        ids = self.log.identities.ids
        return ids if np.issubdtype(ids.dtype, np.integer) else np.arange(len(ids))

    @cached_property
    def whole(self) -> Ints:
        """The component of each identity code: merges connect, undone ones too."""
        component = np.arange(len(self.log.identities), dtype=np.int32)
        merged = person_of(replace(edge, undone_at=None) for edge in self.log.edges)
        component[np.fromiter(merged.keys(), np.int64, len(merged))] = np.fromiter(
            merged.values(), np.int64, len(merged)
        )
        return component

    def people(self, identities: Ints) -> Ints:
        """Return the person code of each identity, as it is now, by its number in the histories."""
        codes = identities if self.ids is not self.log.identities.ids else self.log.identities.codes(identities)
        people: Ints = self.log.person_of[codes]
        return people

    def of(self, person: int) -> History:
        """Return the history of one person (its code), of whatever rows."""
        chosen = np.zeros(len(self.whole), bool)
        chosen[self.whole[person]] = True
        return next(self._built(chosen), History())

    def __iter__(self) -> Iterator[History]:
        """Yield the history of everybody who can start a journey."""
        return self._built(self._starting)

    @cached_property
    def _starting(self) -> Flags:
        """True for the components that can start a journey."""
        log, heeded, chosen = self.log, self.heeded, np.zeros(len(self.whole), bool)
        if heeded.starting is None:
            chosen[self.whole] = True
            return chosen
        events, changes = log.events, log.changes
        rows = self._in_time(events) & self._named(heeded.starting.events)
        rows |= self._in_time(events) & (events.known_at >= self.within.start) & self._named(heeded.triggering)
        chosen[self.whole[events.identity[rows]]] = True
        chosen[self.whole[changes.identity[self._in_time(changes) & self._about(heeded.starting)]]] = True
        for number in heeded.lists:
            chosen[self.whole[log.lists.of(number)]] = True
        return chosen

    # --- which rows -------------------------------------------------------------------------------------------------

    def _in_time(self, rows: Rows) -> Flags:
        known: Flags = rows.known_at < self.within.end
        return known

    def _named(self, names: Iterable[str]) -> Flags:
        wanted = np.isin(np.array(self.log.names, object), list(names)) if self.log.names else np.zeros(0, bool)
        found: Flags = wanted[self.log.events.name]
        return found

    def _about(self, interest: Interest) -> Flags:
        rows = self.log.changes
        if interest.any_row:
            return np.ones(len(rows), bool)
        found = np.zeros(len(rows), bool)
        for key in interest.properties:
            found |= rows.properties.named(key).codes > 0
        return found

    def _events(self, chosen: Flags) -> Ints:
        log, asked = self.log, self.heeded.rows
        rows = log.events
        kept = np.ones(len(rows), bool) if asked.any_row else self._named(asked.events)
        its = self._in_time(rows) & chosen[self.whole[rows.identity]]
        if self.heeded.existence and not asked.any_row:
            posted = self._named(name for name in log.names if name.startswith(POSTED))
            retracted = np.isin(rows.seq, log.retracted)
            others = its & ~posted & ~retracted & ~self._own(rows)
            kept |= posted | retracted | (rows.time > rows.known_at)
            kept[_firsts(rows, others)] = True
            kept[_firsts(rows, others & ~rows.bot)] = True
        return np.flatnonzero(kept & its)

    def _changes(self, chosen: Flags) -> Ints:
        rows = self.log.changes
        kept, its = self._about(self.heeded.rows), self._in_time(rows) & chosen[self.whole[rows.identity]]
        if self.heeded.existence:
            kept |= rows.time > rows.known_at
            kept[_firsts(rows, its & ~self._own(rows))] = True
        return np.flatnonzero(kept & its)

    def _own(self, rows: Rows) -> Flags:
        origins = self.log.origins
        own: Flags = rows.origin == (origins.index(self.campaign) if self.campaign in origins else -2)
        return own

    # --- as semantics reads them ------------------------------------------------------------------------------------

    def _built(self, chosen: Flags) -> Iterator[History]:
        events, changes = self._events(chosen), self._changes(chosen)
        components = [self.whole[self.log.events.identity[events]], self.whole[self.log.changes.identity[changes]]]
        events, events_of = _grouped(events, components[0])
        changes, changes_of = _grouped(changes, components[1])
        its_events, its_changes = self._as_events(events), self._as_changes(changes)
        edges, lists = self._edges_of, self._lists_of
        for component in np.union1d(*components).tolist():
            yield History(
                tuple(its_events[events_of.get(component, NO_ROWS)]),
                tuple(its_changes[changes_of.get(component, NO_ROWS)]),
                tuple(edges.get(component, ())),
                lists.get(component, {}),
            )

    def _as_events(self, rows: Ints) -> list[Event]:
        its, names = self.log.events, np.array(self.log.names, object)
        time, seq, known_at, bot = (column[rows].tolist() for column in (its.time, its.seq, its.known_at, its.bot))
        return [
            Event(time, seq, name, said, identity, known_at, False, origin, bot)
            for time, seq, name, said, identity, known_at, origin, bot in zip(
                time,
                seq,
                names[its.name[rows]].tolist(),
                its.properties.rows(rows),
                self.ids[its.identity[rows]].tolist(),
                known_at,
                self._made_by(its.origin[rows]),
                bot,
                strict=True,
            )
        ]

    def _as_changes(self, rows: Ints) -> list[PropertyChange]:
        its = self.log.changes
        time, seq, known_at = (column[rows].tolist() for column in (its.time, its.seq, its.known_at))
        said, whose, made_by = its.properties.rows(rows), self.ids[its.identity[rows]].tolist(), its.origin[rows]
        return [
            PropertyChange(time, seq, values, identity, known_at, False, origin)
            for time, seq, values, identity, known_at, origin in zip(
                time, seq, said, whose, known_at, self._made_by(made_by), strict=True
            )
        ]

    def _made_by(self, origins: Ints) -> list[str | None]:
        made_by: list[str | None] = np.array([*self.log.origins, None], object)[origins].tolist()
        return made_by

    @cached_property
    def _edges_of(self) -> dict[int, list[IdentityEdge]]:
        found = defaultdict[int, list[IdentityEdge]](list)
        for edge in self.log.edges:
            src, dest = (int(self.ids[end]) for end in (edge.src, edge.dest))
            found[int(self.whole[edge.dest])].append(replace(edge, src=src, dest=dest))
        return found

    @cached_property
    def _lists_of(self) -> dict[int, dict[int, set[int]]]:
        """By component the identities on each list that the campaign asks for."""
        found = defaultdict[int, dict[int, set[int]]](lambda: defaultdict(set))
        for number in self.heeded.lists:
            for identity in self.log.lists.of(number).tolist():
                found[int(self.whole[identity])][number].add(int(self.ids[identity]))
        return found


NO_ROWS = slice(0, 0)


def _firsts(rows: Rows, among: Flags) -> Ints:
    """Return the row of each identity that was known first."""
    found = np.flatnonzero(among)
    found = found[np.lexsort((rows.seq[found], rows.known_at[found], rows.identity[found]))]
    return found[np.unique(rows.identity[found], return_index=True)[1]]


def _grouped(rows: Ints, component: Ints) -> tuple[Ints, dict[int, slice]]:
    """Return the rows by component, and where those of each stand."""
    order = np.argsort(component, kind="stable")
    codes, starts = np.unique(component[order], return_index=True)
    ends = [*starts[1:].tolist(), len(order)]
    return rows[order], dict(zip(codes.tolist(), map(slice, starts.tolist(), ends), strict=True))
