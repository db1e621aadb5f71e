"""What is known of everybody at an instant: the columnar twin of `semantics.person`.

The fold of property changes and merges is one order of changes per person, in which the last mention of a property
wins. The order does not depend on the instant asked for: later changes are simply not there yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tracktor_nb.semantics.event import IdentityEdge
from tracktor_nb.semantics.values import values_at

from .arrays import Ints
from .columns import Column, Values, along, emptied
from .frames import NEVER, Log


class Timeline:
    """Finds the last of a person's rows at or before an instant; rows are sorted by (person, time)."""

    def __init__(self, person: Ints, time: Ints) -> None:
        self._person = person
        self._times = np.sort(time)
        self._keys = self._key(person, time)

    def _key(self, person: Ints, time: Ints) -> Ints:
        """One number that sorts like (person, time); times are counted, since person * microseconds overflows."""
        return person.astype(np.int64) * (len(self._times) + 1) + np.searchsorted(self._times, time, "right")

    def last(self, person: Ints, at: Ints | int) -> Ints:
        """Return the row of each person, -1 where there is none; `at` is one instant, or one for each person."""
        if not len(self._keys):
            return np.full(len(person), -1)
        rows = np.searchsorted(self._keys, self._key(person, np.asarray(at)), "right") - 1
        return np.where((rows >= 0) & (self._person[rows] == person), rows, -1)


class People:
    """The people of one log, their properties as of any instant."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._mentions: dict[str, _Mentions] = {}

    def values(self, path: str, person: Ints, at: Ints | int) -> Column:
        """Return what the path reaches for each of the people (codes, repeats allowed) as of `at`."""
        key, deeper = along(path)
        exact = self._top(path, person, at)
        if not deeper:
            return exact
        inside = self._top(key, person, at).recoded(lambda values: values_at({key: values[0]}, path) if values else ())
        return exact.otherwise(emptied(inside))

    def last_activity(self, person: Ints, at: Ints | int) -> Ints:
        """Return the position of each person's last activity, -1 for people without one."""
        rows = self._active_timeline.last(person, at)
        return np.where(rows >= 0, np.append(self._active, -1)[rows], -1)

    def turns(self, path: str) -> tuple[Ints, Ints]:
        """Return people and instants: only then can what the path reaches change."""
        keys = {path, along(path)[0]}
        named = [self._log.changes.properties.named(key).codes[self._order] > 0 for key in keys]
        rows = np.flatnonzero(np.any(named, axis=0))
        person, time = [self._person[rows]], [self._time[rows]]
        if "created_at" in keys:
            person.append(self._log.people)
            time.append(self._log.first_known(True)[self._log.people])
        if "last_seen" in keys:
            person.append(self._log.person_code[self._active])
            time.append(self._log.time[self._active])
        return np.concatenate(person), np.concatenate(time)

    def _top(self, key: str, person: Ints, at: Ints | int) -> Column:
        said = self._said(key, person, at)
        if key == "created_at":
            return _seconds(self._log.first_known(True)[person], at).otherwise(said)
        if key == "last_seen":
            seen = self.last_activity(person, at)
            return _seconds(np.where(seen >= 0, np.append(self._log.time, 0)[seen], NEVER), at).otherwise(said)
        return said

    def _said(self, key: str, person: Ints, at: Ints | int) -> Column:
        """The value under one key by the fold."""
        if key not in self._mentions:
            self._mentions[key] = self._mentions_of(key)
        mentions = self._mentions[key]
        row = mentions.timeline.last(person, at)
        codes = np.where(row >= 0, np.append(mentions.codes, 0)[row], 0).astype(np.int32)
        return Column(codes, mentions.values)

    def _mentions_of(self, key: str) -> _Mentions:
        column = self._log.changes.properties.named(key)
        rows = np.flatnonzero(column.codes[self._order] > 0)
        winning = np.maximum.accumulate(self._rank[rows])
        codes = column.codes[self._by_rank[winning]]
        removed = np.array([values == (None,) for values in column.values])
        codes = np.where(removed[codes], 0, codes).astype(np.int32)
        return _Mentions(Timeline(self._person[rows], self._time[rows]), codes, column.values)

    # --- the order of the fold --------------------------------------------------------------------------------------

    @cached_property
    def _order(self) -> Ints:
        """The arrival rows of changes in the order (person, time, seq)."""
        changes = self._log.changes
        return np.lexsort((changes.seq, changes.time, self._log.person_of[changes.identity]))

    @cached_property
    def _person(self) -> Ints:
        return self._log.person_of[self._log.changes.identity[self._order]]

    @cached_property
    def _time(self) -> Ints:
        return self._log.changes.time[self._order]

    @cached_property
    def _by_rank(self) -> Ints:
        """The arrival rows of changes in the order (person, order of the fold)."""
        changes = self._log.changes
        edges = _edges_by_person(self._log)
        ranks = _ranks_of_one_merge(self._log, [each[0] for each in edges.values() if len(each) == 1])
        order = np.lexsort((changes.seq, changes.time, ranks, self._log.person_of[changes.identity]))
        for person, several in edges.items():
            if len(several) > 1:
                low, high = np.searchsorted(self._person, [person, person + 1])
                order[low:high] = _folded(self._log, order[low:high], several)
        return order

    @cached_property
    def _rank(self) -> Ints:
        """The rank of each change in the order (person, time, seq)."""
        rank = np.empty(len(self._by_rank), np.int64)
        rank[self._by_rank] = np.arange(len(rank))
        return rank[self._order]

    @cached_property
    def _active(self) -> Ints:
        return np.flatnonzero(self._log.is_activity)

    @cached_property
    def _active_timeline(self) -> Timeline:
        return Timeline(self._log.person_code[self._active], self._log.time[self._active])


@dataclass(frozen=True)
class _Mentions:
    """Where one key was set or removed, and the value that holds from there on."""

    timeline: Timeline
    codes: Ints
    values: Sequence[Values]


def _seconds(instants: Ints, at: Ints | int) -> Column:
    """The instants that have come by `at`, in Unix seconds."""
    distinct, codes = np.unique(instants, return_inverse=True)
    values = [(), *((instant / 1_000_000,) for instant in distinct.tolist())]
    return Column(np.where(instants <= at, codes + 1, 0).astype(np.int32), values)


def _edges_by_person(log: Log) -> dict[int, list[IdentityEdge]]:
    edges = defaultdict(list)
    for edge in log.edges:
        if edge.undone_at is None:
            edges[int(log.person_of[edge.dest])].append(edge)
    return edges


def _ranks_of_one_merge(log: Log, edges: list[IdentityEdge]) -> Ints:
    """Return 0 for what src said before its merge, 1 for what dest said before it, 2 for what came after.

    For people with one edge that is the order of the fold; others get 0.
    """
    person = log.person_of[log.changes.identity]
    at = np.full((3, len(log.identities)), -1)
    for edge in edges:
        at[:, log.person_of[edge.dest]] = edge.time, edge.seq, edge.dest
    time, seq, dest = at[:, person]
    after = (log.changes.time > time) | ((log.changes.time == time) & (log.changes.seq > seq))
    return np.where(dest < 0, 0, np.where(after, 2, log.changes.identity == dest))


def _folded(log: Log, rows: Ints, edges: list[IdentityEdge]) -> list[int]:
    """Return the change rows of one person in the order in which the fold lets later ones win."""
    changes = log.changes
    steps = [(int(changes.time[row]), int(changes.seq[row]), int(row)) for row in rows]
    merges = [(edge.time, edge.seq, edge) for edge in edges]
    group: dict[int, int] = {}
    said: dict[int, list[int]] = defaultdict(list)
    timed: list[tuple[int, int, int | IdentityEdge]] = [*steps, *merges]
    for _, _, step in sorted(timed, key=lambda each: each[:2]):
        if isinstance(step, int):
            identity = int(changes.identity[step])
            said[group.get(identity, identity)].append(step)
            continue
        src, dest = group.get(step.src, step.src), group.get(step.dest, step.dest)
        if src != dest:
            said[dest] = said.pop(src, []) + said[dest]
            group.update({each: dest for each, its in group.items() if its == src} | {step.src: dest, src: dest})
    return [row for part in said.values() for row in part]
