"""The log of a site as columns: who did what when, in each person's order (time, seq).

A `Log` never changes; `refreshed` returns the next one and shares what was already read. Everything derived from it is
computed when first asked for and kept as long as the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tracktor_nb.errors import UnknownNameError
from tracktor_nb.semantics.event import (
    RETRACTION,
    SYSTEM_EVENTS,
    SYSTEM_EVENTS_OF_PEOPLE,
    Event,
    IdentityEdge,
    PropertyChange,
)
from tracktor_nb.semantics.identity import person_of
from tracktor_nb.semantics.person import Person, known_at

from .arrays import Flags, Ints
from .cohorts import NO_LISTS, Lists
from .columns import TEXT, JsonProperties, Properties
from .identities import NOBODY, Identities

if TYPE_CHECKING:
    from tracktor_nb.semantics.condition import Group
    from tracktor_nb.semantics.period import Calendar

    from .people import People

NEVER = np.iinfo(np.int64).max


class Mark(Protocol):
    """How far a source stands: `position` is what `after` and `upto` take, `seq` the last arrival number below it."""

    @property
    def position(self) -> int: ...

    @property
    def seq(self) -> int: ...

    @property
    def edges_generation(self) -> int: ...

    @property
    def log_generation(self) -> int: ...


class Source(Protocol):
    """Where a log comes from; `tracktor_nb.store.frames.Frames` is one. Instants are int64 microseconds UTC."""

    def identities(self, after: int = 0, upto: int | None = None) -> pa.Table:
        """Return columns id, distinct_id."""

    def events(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        """Yield columns seq, identity_id, name (dictionary), time, known_at, origin, bot, data (JSON text or null)."""

    def changes(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        """Yield columns seq, identity_id, time, known_at, origin, data."""

    def edges(self) -> pa.Table:
        """Return columns seq, src, dest, time, known_at, reason, undone_at."""

    def cohorts(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        """Yield columns cohort, identity_id, listed: who was put on which list, or taken off it."""

    def watermark(self) -> Mark:
        """Return how far the other methods can be read for good; its `edges_generation`
        changes with every merge and undo, its `log_generation` when rows that were read are gone."""


@dataclass(frozen=True)
class Rows:
    """Rows of the log in order of arrival; `name` and `bot` mean something for events only.

    `origin` is the code of the campaign that made the row, -1 for rows that no campaign made.
    """

    seq: Ints
    identity: Ints
    time: Ints
    known_at: Ints
    name: Ints
    bot: Flags
    origin: Ints
    properties: Properties

    def __len__(self) -> int:
        return len(self.seq)

    def take(self, rows: Ints) -> Rows:
        """Return some of the rows."""
        return _rows([getattr(self, each)[rows] for each in ARRAYS], self.properties.take(rows))


ARRAYS = {
    "seq": np.int64,
    "identity": np.int32,
    "time": np.int64,
    "known_at": np.int64,
    "name": np.int32,
    "bot": np.bool_,
    "origin": np.int32,
}


def no_rows() -> Rows:
    """Return rows of an empty log."""
    return _rows([np.zeros(0, dtype) for dtype in ARRAYS.values()], JsonProperties(pa.chunked_array([], TEXT)))


def _rows(arrays: list[Any], properties: Properties) -> Rows:
    return Rows(**dict(zip(ARRAYS, arrays, strict=True)), properties=properties)


@dataclass(frozen=True)
class Log:
    """The log of one site. Arrays named like columns of events are sorted by (person, time, seq)."""

    identities: Identities = NOBODY
    names: tuple[str, ...] = ()
    events: Rows = field(default_factory=no_rows)
    changes: Rows = field(default_factory=no_rows)
    edges: tuple[IdentityEdge, ...] = ()
    watermark: int = 0
    position: int = 0
    generation: int = -1
    log_generation: int = 0
    lists: Lists = NO_LISTS
    origins: tuple[str, ...] = ()

    # --- who is who -------------------------------------------------------------------------------------------------

    @cached_property
    def person_of(self) -> Ints:
        """The person code of each identity code; a person is known by one of its identities."""
        person = np.arange(len(self.identities), dtype=np.int32)
        merged = person_of(self.edges)
        person[np.fromiter(merged.keys(), np.int64, len(merged))] = np.fromiter(merged.values(), np.int64, len(merged))
        return person

    @cached_property
    def people(self) -> Ints:
        """The codes of everybody of whom there is an event or a property change, ascending."""
        return np.flatnonzero(self.first_known(True) < NEVER).astype(np.int32)

    @cached_property
    def of_people(self) -> People:
        """What is known of everybody at an instant."""
        from .people import People

        return People(self)

    @cached_property
    def sizes(self) -> dict[tuple[Group, Calendar, int], int]:
        """How many members a segment had at the end of a day, as far as somebody asked."""
        return {}

    def listed(self, number: int) -> Ints:
        """Return the codes of the people on the list of a cohort."""
        return np.unique(self.person_of[self.lists.of(number)])

    def find(self, person: Any) -> int:
        """Return the code of the person with that person_id or with that distinct id."""
        known = np.flatnonzero(self.identities.distinct_ids == person)
        if not len(known):
            known = np.flatnonzero(self.identities.ids == person)
        if not len(known):
            raise UnknownNameError("person", str(person))
        return int(self.person_of[known[0]])

    def person(self, code: int) -> Person:
        """Return one person with everything known of it, as `semantics` asks for it."""
        events = (self._event(row) for row in self.order[self.person_code == code].tolist())
        rows = np.flatnonzero(self.person_of[self.changes.identity] == code)
        changes = sorted((self._change(row) for row in rows.tolist()), key=lambda change: (change.time, change.seq))
        edges = [edge for edge in self.edges if edge.undone_at is None and self.person_of[edge.dest] == code]
        edges.sort(key=lambda edge: (edge.time, edge.seq))
        on_lists = self.lists.number[self.person_of[self.lists.identity] == code]
        return Person(code, tuple(events), tuple(changes), tuple(edges), frozenset(on_lists.tolist()))

    def _event(self, row: int) -> Event:
        rows = self.events
        return Event(
            int(rows.time[row]),
            int(rows.seq[row]),
            self.names[rows.name[row]],
            rows.properties.row(row),
            int(rows.identity[row]),
            int(rows.known_at[row]),
            bot=bool(rows.bot[row]),
        )

    def _change(self, row: int) -> PropertyChange:
        rows = self.changes
        values = rows.properties.row(row)
        return PropertyChange(
            int(rows.time[row]), int(rows.seq[row]), values, int(rows.identity[row]), int(rows.known_at[row])
        )

    # --- events in the order of people ------------------------------------------------------------------------------

    @cached_property
    def order(self) -> Ints:
        """The arrival rows of events in the order (person, time, seq)."""
        order = np.lexsort((self.events.seq, self.events.time, self.person_of[self.events.identity]))
        return order if not len(self.retracted) else order[~np.isin(self.events.seq[order], self.retracted)]

    @cached_property
    def retracted(self) -> Ints:
        """The arrival numbers of events that did not happen after all (SEMANTICS 6, carts)."""
        if RETRACTION not in self.names:
            return np.zeros(0, np.int64)
        rows = np.flatnonzero(self.events.name == self.names.index(RETRACTION))
        said = [self.events.properties.row(row).get("retracts") for row in rows.tolist()]
        return np.array([each for each in said if isinstance(each, int)], np.int64)

    @cached_property
    def person_code(self) -> Ints:
        return self.person_of[self.events.identity[self.order]]

    @cached_property
    def time(self) -> Ints:
        return self.events.time[self.order]

    @cached_property
    def name(self) -> Ints:
        return self.events.name[self.order]

    @cached_property
    def bot(self) -> Flags:
        return self.events.bot[self.order]

    @cached_property
    def extent(self) -> tuple[int, int] | None:
        """The times of the first and the last event; None for a log without events."""
        times = self.events.time
        return (int(times.min()), int(times.max())) if len(times) else None

    def positions(self, name: str, include_bots: bool) -> Ints:
        """Return where events of that name stand, ascending."""
        if name not in self.names:
            return np.zeros(0, np.int64)
        found = self._positions_of[self.names.index(name)]
        return found if include_bots else found[~self.bot[found]]

    @cached_property
    def _positions_of(self) -> list[Ints]:
        """For each name the positions of its events."""
        by_name = np.argsort(self.name, kind="stable")
        return np.split(by_name, np.searchsorted(self.name[by_name], np.arange(1, len(self.names))))

    @cached_property
    def is_activity(self) -> Flags:
        """True where the event counts as something the person did."""
        active = [name not in SYSTEM_EVENTS or name in SYSTEM_EVENTS_OF_PEOPLE for name in self.names]
        return np.array(active, bool)[self.name] & ~self.bot

    def first_known(self, include_bots: bool) -> Ints:
        """Return by person code when the first event or property change happened, NEVER where there is none."""
        return self._first_known[include_bots]

    @cached_property
    def _first_known(self) -> tuple[Ints, Ints]:
        changed = np.full(len(self.identities), NEVER)
        np.minimum.at(changed, self.person_of[self.changes.identity], self.changes.time)
        return (
            np.minimum(changed, _firsts(self.person_code[~self.bot], self.time[~self.bot], len(changed))),
            np.minimum(changed, _firsts(self.person_code, self.time, len(changed))),
        )

    # --- other views of the same log --------------------------------------------------------------------------------

    def as_of(self, instant: int) -> Log:
        """Return the log as it was known at the instant: later rows are left out, later undoings have not happened."""
        known = [replace(edge, undone_at=_undone_by(edge, instant)) for edge in self.edges if known_at(edge) <= instant]
        return replace(
            self,
            events=self.events.take(np.flatnonzero(self.events.known_at <= instant)),
            changes=self.changes.take(np.flatnonzero(self.changes.known_at <= instant)),
            edges=tuple(known),
        )

    def refreshed(self, source: Source) -> Log:
        """Return the log with everything that the source has learned since; itself if there is nothing."""
        mark = source.watermark()
        if mark.log_generation != self.log_generation:
            return Log(log_generation=mark.log_generation).refreshed(source)
        if (mark.position, mark.edges_generation) == (self.position, self.generation):
            return self
        reads = (source.events, source.changes, source.cohorts)
        news = [_table(read(self.position, mark.position)) for read in reads]
        table = source.edges() if mark.edges_generation != self.generation else None
        identities = self._identities(source, news, table)
        names, new_names = _coded(self.names, news[0], "name")
        origins, by_events = _coded(self.origins, news[0], "origin")
        origins, by_changes = _coded(origins, news[1], "origin")
        edges = self.edges if table is None else tuple(_edges(table, identities))
        return Log(
            identities,
            names,
            _extended(self.events, news[0], identities, by_events, new_names),
            _extended(self.changes, news[1], identities, by_changes),
            edges,
            mark.seq,
            mark.position,
            # An edge may be seen before its identities can be: then all are read again next time.
            mark.edges_generation if table is None or len(edges) == len(table) else -1,
            self.log_generation,
            self.lists.extended(news[2], identities),
            origins,
        )

    def _identities(self, source: Source, news: list[pa.Table | None], edges: pa.Table | None) -> Identities:
        mentioned = [table["identity_id"].to_numpy() for table in news if table is not None]
        mentioned += [edges[end].to_numpy() for end in ("src", "dest")] if edges is not None else []
        known = all((self.identities.codes(ids) >= 0).all() for ids in mentioned)
        return self.identities if known else self.identities.extended(source.identities())


def _coded(known: tuple[str, ...], news: pa.Table | None, column: str) -> tuple[tuple[str, ...], Ints]:
    """Return all names that occur in a column, old codes kept, and the code of each new row, -1 for null."""
    if news is None:
        return known, np.zeros(0, np.int32)
    its = news[column] if pa.types.is_dictionary(news[column].type) else news[column].dictionary_encode()
    combined = its.unify_dictionaries().combine_chunks()
    found = combined.dictionary.to_pylist()
    names = (*known, *sorted(set(found) - set(known)))
    recode = np.array([*(names.index(name) for name in found), -1], np.int32)
    return names, recode[combined.indices.fill_null(-1).to_numpy()]


def _firsts(person: Ints, time: Ints, people: int) -> Ints:
    """Return by person code the first of the times, which are sorted by (person, time)."""
    first = np.full(people, NEVER)
    codes, at = np.unique(person, return_index=True)
    first[codes] = time[at]
    return first


def _undone_by(edge: IdentityEdge, instant: int) -> int | None:
    return edge.undone_at if edge.undone_at is not None and edge.undone_at <= instant else None


def _table(batches: Iterable[pa.RecordBatch]) -> pa.Table | None:
    found = [batch for batch in batches if len(batch)]
    return pa.Table.from_batches(found) if found else None


def _extended(
    rows: Rows, news: pa.Table | None, identities: Identities, origin: Ints, names: Ints | None = None
) -> Rows:
    if news is None:
        return rows
    time = news["time"].to_numpy()
    arrived = {
        "seq": news["seq"].to_numpy(),
        "identity": identities.codes(news["identity_id"].to_numpy()),
        "time": time,
        "known_at": pc.coalesce(news["known_at"], news["time"]).to_numpy(),
        "name": np.zeros(len(time), np.int32) if names is None else names,
        "bot": np.zeros(len(time), bool) if names is None else news["bot"].to_numpy().astype(bool),
        "origin": origin,
    }
    joined = [np.concatenate([getattr(rows, each), arrived[each].astype(dtype)]) for each, dtype in ARRAYS.items()]
    assert isinstance(rows.properties, JsonProperties), "only logs of a source grow"
    return _rows(joined, rows.properties.extended(news["data"].cast(TEXT)))


def _edges(table: pa.Table, identities: Identities) -> Iterator[IdentityEdge]:
    src, dest = (identities.codes(table[end].to_numpy()).tolist() for end in ("src", "dest"))
    columns = [table[name].to_pylist() for name in ("time", "seq", "reason", "known_at", "undone_at")]
    for row in zip(src, dest, *columns, strict=True):
        if min(row[:2]) >= 0:
            yield IdentityEdge(*row)
