"""One site as the worker follows it: the log part by part, its people whole, and their standings in live segments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from tracktor_nb.semantics import codec
from tracktor_nb.semantics.condition import Group
from tracktor_nb.semantics.event import Row
from tracktor_nb.semantics.period import SECOND
from tracktor_nb.semantics.person import Person, known_at
from tracktor_nb.semantics.references import resolved
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.standing import Standings

from . import definitions, shelf
from .database import Database
from .follower import Follower
from .following import news
from .histories import histories, identities_of, people_of
from .segment_states import (
    LiveSegment,
    due_people,
    follow_segment,
    live_segments,
    segment_computed,
    standings_of,
    unfollow_segment,
    write_standings,
)
from .tables import definition, identity
from .writer import Transaction

MOST_PEOPLE = 250
SHORT = SECOND // 40
"""What arrives waits no longer than about this while people are asked about new segments."""


@dataclass(frozen=True)
class Part:
    """A part of the log or of time, as `messaging.ports.Part` describes it; the next one begins at `position`."""

    fresh: frozenset[int]
    people: Mapping[int, Person]
    standings: Mapping[int, Standings]
    parted: Collection[int]
    horizon: int
    rest: bool
    position: int


class LivePeople(Follower):
    """Reads and writes what live segments need."""

    follows_as = "segments"

    def __init__(self, database: Database, site_id: int, holder: str, clock: Callable[[], int]) -> None:
        super().__init__(database, site_id, holder, clock)
        self._saved_at: int | None = None
        self._segments: dict[int, Group] = {}
        self._new: dict[int, int] = {}
        self._asking: tuple[int, dict[int, int]] = (0, {})
        self._page = MOST_PEOPLE

    # --- the segments -----------------------------------------------------------------------------------------------

    def segments(self) -> tuple[Mapping[int, Group], Sequence[int]]:
        """Return the segments to keep by number, and the numbers of those about which not everybody was asked yet."""
        with self._database.read() as connection:
            newest = sa.select(sa.func.max(definition.c.id)).where(definition.c.site_id == self._site_id)
            saved_at = connection.execute(newest).scalar() or 0
            if saved_at == self._saved_at:
                return self._segments, tuple(self._new)
            wanted, known = self._wanted(connection), live_segments(connection, self._site_id)
        self._segments, self._new = {}, {}
        for name in known.keys() - wanted.keys():
            self._database.writer.run(lambda tx, name=name: unfollow_segment(tx, self._site_id, name))  # type: ignore[misc]
        for name, group in wanted.items():
            live = self._followed(name, _digest(group), known.get(name))
            self._segments[live.id] = group
            if live.computed_at is None:
                self._new[live.id] = 0
        self._saved_at = saved_at
        return self._segments, tuple(self._new)

    def _wanted(self, connection: sa.Connection) -> dict[str, Group]:
        lookup = shelf.lookup(connection, self._site_id)
        found: dict[str, Group] = {}
        for stored in definitions.names(connection, self._site_id, "segment"):
            segment = codec.from_dict(stored.body)
            assert isinstance(segment, Segment)
            found[stored.name] = resolved(segment, lookup, stored.name)
        return found

    def _followed(self, name: str, revision: str, known: LiveSegment | None) -> LiveSegment:
        if known is not None and known.revision == revision:
            return known
        return self._database.writer.run(lambda tx: follow_segment(tx, self._site_id, name, revision))

    # --- parts ------------------------------------------------------------------------------------------------------

    def next_part(self) -> Part | None:
        """Return what came since the last part that was kept, None if nothing did."""
        place = self._held
        with self._database.read() as connection:
            told = news(connection, place._replace(position=self._upto))
            if told is None:
                return None
            if not told.seqs:
                self._read_to = told.position
                return None
            person = people_of(connection, told.identities)
            people = histories(connection, set(person.values()))
            standings = self._standings(connection, people, told.joined | told.parted)
        parted = {person[id] for id in told.parted | told.listed if id in person}
        horizon = max([place.reached, *(known_at(row) for row in _rows(people) if row.seq in told.seqs)])
        return Part(told.seqs, people, standings, parted, horizon, told.rest, told.position)

    def due(self, until: int) -> Part | None:
        """Return people for whom time alone may have changed something up to an instant, None if there are none."""
        with self._database.read() as connection:
            waiting = due_people(connection, self._site_id, until, MOST_PEOPLE)
            return self._part(connection, waiting) if waiting else None

    def unasked(self) -> tuple[Part, Collection[int]] | None:
        """Return the next people to be asked about new segments, and which; None once some have asked everybody.

        That these have is then written down. There are as many people as can be asked in a `SHORT` time.
        """
        mine = identity.c.site_id + 0 == self._site_id, identity.c.id == identity.c.person_id
        after = min(self._new.values())
        numbers = [number for number, asked in self._new.items() if asked == after]
        begin = self._clock()
        with self._database.read() as connection:
            next_ones = sa.select(identity.c.id).where(*mine, identity.c.id > after).order_by(identity.c.id)
            people = list(connection.execute(next_ones.limit(self._page)).scalars())
            part = self._part(connection, people) if people else None
        if part is not None:
            self._asking = begin, dict.fromkeys(numbers, people[-1])
            return part, numbers
        at = self.reached()
        for number in numbers:
            del self._new[number]
            self._database.writer.run(partial(segment_computed, segment_id=number, at=at))
        return None

    def asked(self) -> None:
        """Note that these people were asked, and let the next ones be more if that was quick, fewer if not."""
        begin, asked = self._asking
        self._new |= asked
        took = self._clock() - begin
        self._page = max(MOST_PEOPLE // 20, self._page // 2) if took > SHORT else min(MOST_PEOPLE, self._page * 2)

    def keep(self, part: Part, standings: Mapping[int, Standings], reached: int) -> bool:
        """Write the standings that the people of a part have now, and go on behind it; False if another one did."""
        following = set(self._segments)

        def write(tx: Transaction) -> None:
            write_standings(tx, part.standings, {id: _of(following, its) for id, its in standings.items()})

        return self._move(part.position, reached, write)

    def _part(self, connection: sa.Connection, people: Collection[int]) -> Part:
        found, place = histories(connection, people), self._held
        return Part(frozenset(), found, self._standings(connection, found), (), place.reached, False, place.position)

    def _standings(
        self, connection: sa.Connection, people: Mapping[int, Person], joined: Iterable[int] = ()
    ) -> dict[int, Standings]:
        """The standings of the people, and of whoever they were before they became one or were parted."""
        return standings_of(connection, {*people, *joined, *identities_of(connection, _merged(people, joined))})


def _merged(people: Mapping[int, Person], joined: Iterable[int]) -> set[int]:
    """The people among whom somebody was joined or parted: anyone of their ids may have been a person."""
    changed = set(joined)
    return {
        id for id, person in people.items() if id in changed or any({e.src, e.dest} & changed for e in person.edges)
    }


def _rows(people: Mapping[int, Person]) -> Iterator[Row]:
    for person in people.values():
        yield from person.events
        yield from person.changes
        yield from person.edges


def _of(numbers: set[int], its: Standings) -> Standings:
    return {number: standing for number, standing in its.items() if number in numbers}


def _digest(group: Group) -> str:
    """Changes with the segment, and with everything that it asks for."""
    return hashlib.sha256(codec.to_json(group).encode()).hexdigest()[:32]
