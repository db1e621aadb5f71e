"""Being in a segment, followed through time: who enters and leaves with each new row, and when a window slides.

(SEMANTICS 3: at once on input, and exactly on time.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .condition import Group
from .event import IdentityEdge, Row
from .interest import interest_of
from .period import Calendar
from .person import Person, is_late, known_at, people
from .truth import belongs, exists


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody is in a segment, since when, and when time alone may change it (microseconds UTC)."""

    member: bool = False
    since: int = 0
    recheck_at: int | None = None


OUTSIDE = Standing()
"""Whoever has no standing is out, and only new input can change that."""

Standings = dict[int, Standing]
"""One person's standings by the number of the segment; OUTSIDE ones are left out."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody entered or left a segment. `seq` is the row that did it, None if time did.

    `quiet` crossings trigger nothing: merges, undoings, imports and late rows made them.
    """

    segment: int
    person: int
    at: int
    entered: bool
    seq: int | None
    quiet: bool


class Moment(NamedTuple):
    """A new row, and the people whom it is about as they are known just after; merged ones are `gone`."""

    row: Row
    people: Mapping[int, Person]
    gone: Collection[int]


def is_quiet(row: Row) -> bool:
    """True if the row tells of the past: it changes who is in, and triggers nothing (SEMANTICS 3 and 7)."""
    if isinstance(row, IdentityEdge):
        return True
    return row.imported or is_late(row)


def before(person: Person, fresh: Collection[int]) -> dict[int, Person]:
    """Return the people that a person's rows were before the `fresh` ones (arrival numbers) came."""
    if any(edge.seq in fresh for edge in person.edges):
        left = _without(person, fresh)
        return people(left.events, left.changes, left.edges)
    return {person.id: _without(person, fresh)}


def moments(person: Person, fresh: Collection[int]) -> Iterator[Moment]:
    """Yield the fresh rows of a person in their order of arrival, each with the people as known just after."""
    rows: list[Row] = [*person.events, *person.changes, *person.edges]
    coming = sorted((row for row in rows if row.seq in fresh), key=lambda row: row.seq)
    if not any(isinstance(row, IdentityEdge) for row in coming):
        for at, row in enumerate(coming, start=1):
            yield Moment(row, {person.id: _without(person, {each.seq for each in coming[at:]})}, ())
        return
    known = before(person, fresh)
    for at, row in enumerate(coming, start=1):
        now = before(person, {each.seq for each in coming[at:]})
        yield Moment(row, {id: each for id, each in now.items() if each != known.get(id)}, known.keys() - now.keys())
        known = now


def followed(
    segments: Mapping[int, Group],
    standings: dict[int, Standings],
    person: Person,
    fresh: Collection[int],
    reached: int,
    until: int,
    calendar: Calendar,
) -> list[Crossing]:
    """Bring the standings of a person up to date, in place, and return who crossed which segment's border, in order.

    `standings` has those of everybody whom the person was before the `fresh` rows came, as they were at `reached`; rows
    known before that count from then on. Time goes on to `until`.
    """
    crossings: list[Crossing] = []
    known = before(person, fresh)
    for moment in moments(person, fresh):
        at = reached = max(reached, known_at(moment.row))
        for id in moment.gone:
            standings.pop(id, None)
            known.pop(id)
        for id, each in moment.people.items():
            was = known.get(id)
            its = standings.setdefault(id, {})
            if was is not None:
                crossings += _slid(segments, its, was, at, calendar)
            asked = _asked(segments, moment.row, was, each, at)
            crossings += _asked_again(asked, its, each, at, calendar, moment.row)
            known[id] = each
    for id, each in known.items():
        crossings += _slid(segments, standings.setdefault(id, {}), each, until, calendar)
    return crossings


def _without(person: Person, left_out: Collection[int]) -> Person:
    if not left_out:
        return person
    return Person(
        person.id,
        tuple(event for event in person.events if event.seq not in left_out),
        tuple(change for change in person.changes if change.seq not in left_out),
        tuple(edge for edge in person.edges if edge.seq not in left_out),
        person.cohorts,
    )


def _asked(segments: Mapping[int, Group], row: Row, was: Person | None, person: Person, at: int) -> Mapping[int, Group]:
    """The segments that the row may concern; all, if the person is new (to those who leave bots out, or at all)."""
    if was is None or not exists(was, at):
        return segments
    return {number: group for number, group in segments.items() if interest_of(group).covers(row)}


def _slid(
    segments: Mapping[int, Group], its: Standings, person: Person, until: int, calendar: Calendar
) -> Iterator[Crossing]:
    """Let time pass: ask again at each instant at which a window may have slid."""
    while True:
        due = [
            (standing.recheck_at, number)
            for number, standing in its.items()
            if standing.recheck_at is not None and standing.recheck_at <= until and number in segments
        ]
        if not due:
            return
        at, number = min(due)
        yield from _asked_again({number: segments[number]}, its, person, at, calendar, None)


def _asked_again(
    segments: Mapping[int, Group], its: Standings, person: Person, at: int, calendar: Calendar, row: Row | None
) -> Iterator[Crossing]:
    seq, quiet = (None, False) if row is None else (row.seq, is_quiet(row))
    for number, group in segments.items():
        was = its.get(number, OUTSIDE).member
        if ask(number, group, its, person, at, calendar) != was:
            yield Crossing(number, person.id, at, not was, seq, quiet)


def ask(number: int, group: Group, its: Standings, person: Person, at: int, calendar: Calendar) -> bool:
    """Ask about one segment at an instant, write the answer into the standings, and return whether the person is in."""
    member, recheck_at = belongs(group, person, at, calendar)
    was = its.get(number, OUTSIDE)
    its[number] = Standing(member, was.since if member == was.member else at, recheck_at)
    if not member and recheck_at is None:
        del its[number]
    return member
