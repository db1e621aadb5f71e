"""Everybody's sessions: the columnar twin of `semantics.session`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.semantics.event import SYSTEM_EVENTS
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.session import (
    LONGEST_BREAK,
    LONGEST_SESSION,
    PAGE,
    SESSION_MEASURES,
    Sessions,
    page_path,
    value_of_sessions,
)

from .arrays import Flags, Ints
from .buckets import buckets_of, countable
from .frames import Log
from .metrics import spread


@dataclass(frozen=True)
class Browsing:
    """The events that name their page, one row each in the order (person, time, seq).

    `page` is a code into `pages`; `session` numbers the sessions from 0 in that order; `is_view` is true where a page
    view begins.
    """

    position: Ints
    page: Ints
    session: Ints
    is_view: Flags
    pages: list[str]

    def __len__(self) -> int:
        return len(self.position)


@dataclass(frozen=True)
class SessionRows:
    """Sessions, one row each, ascending by (person, start); `entry` and `exit` are codes of pages."""

    person: Ints
    start: Ints
    length: Ints
    views: Ints
    entry: Ints
    exit: Ints
    number: Ints

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: Ints | Flags) -> SessionRows:
        """Return some of the sessions."""
        return SessionRows(**{name: column[rows] for name, column in vars(self).items()})


def browsing(log: Log, now: int, include_bots: bool = False) -> Browsing:
    """Return the browser events up to `now`, cut into sessions."""
    pages, page = _pages(log)
    system = np.array([name in SYSTEM_EVENTS for name in log.names], bool)[log.name]
    counts = (page >= 0) & ~system & (log.time <= now) & (include_bots | ~log.bot)
    position = np.flatnonzero(counts)
    page, person = page[position], log.person_code[position]
    begins = _begins(person, log.time[position])
    is_view = begins | (np.diff(page, prepend=-1) != 0)
    return Browsing(position, page, np.cumsum(begins) - 1, is_view, pages)


def _pages(log: Log) -> tuple[list[str], Ints]:
    """Return the pages, and the code of each event's page, -1 for events that name none."""
    column = log.events.properties.column(PAGE).take(log.order)
    named = [next((page for page in map(page_path, values) if page is not None), None) for values in column.values]
    pages = sorted({page for page in named if page is not None})
    code_of = {page: code for code, page in enumerate(pages)}
    recode = np.array([-1 if page is None else code_of[page] for page in named], np.int64)
    return pages, recode[column.codes]


def _begins(person: Ints, time: Ints) -> Flags:
    """True where a session begins; rows are in the order (person, time, seq).

    Few people go on for more than 24 hours: their sessions are cut once a round, until none is too long.
    """
    begins: Flags = (np.diff(person, prepend=-1) != 0) | (np.diff(time, prepend=time[:1]) > LONGEST_BREAK)
    while len(time):
        first = np.maximum.accumulate(np.where(begins, np.arange(len(time)), 0))
        over = np.flatnonzero(time - time[first] > LONGEST_SESSION)
        if not len(over):
            break
        begins[over[np.diff(first[over], prepend=-1) != 0]] = True
    return begins


def session_rows(log: Log, found: Browsing) -> SessionRows:
    """Return the sessions."""
    first = np.flatnonzero(np.diff(found.session, prepend=-1))
    last = np.append(first[1:], len(found))[: len(first)] - 1
    start = log.time[found.position[first]]
    return SessionRows(
        person=log.person_code[found.position[first]],
        start=start,
        length=log.time[found.position[last]] - start,
        views=np.bincount(found.session[found.is_view], minlength=len(first)),
        entry=found.page[first],
        exit=found.page[last],
        number=np.arange(len(first)),
    )


def beginning_in(rows: SessionRows, within: Range) -> SessionRows:
    """Return the sessions that begin in the range."""
    return rows.take((rows.start >= within.start) & (rows.start < within.end))


def sessions_of(log: Log, asked: Range, now: int, include_bots: bool = False) -> SessionRows:
    """Return the sessions that begin in the range, as far as they went by `now`."""
    return beginning_in(session_rows(log, browsing(log, now, include_bots)), countable(asked, now))


def figures_of_sessions(definition: Sessions, log: Log, asked: Range, now: int, calendar: Calendar) -> dict[str, Any]:
    """Return the numbers of the sessions that begin in the range, and the measure per bucket."""
    rows = sessions_of(log, asked, now, definition.include_bots)
    buckets = buckets_of(definition.freq, asked, log, now, calendar)
    added, bucket = _added(rows), buckets.of(rows.start)
    sums = np.zeros((len(buckets), added.shape[1]), np.int64)
    np.add.at(sums, bucket, added)
    values = [value_of_sessions(definition.measure, *each) for each in sums.tolist()]
    starts = buckets.edges[: len(buckets)].tolist()
    return {
        "visitors": len(np.unique(rows.person)),
        "median_length": _median(rows.length),
        **{measure: value_of_sessions(measure, *added.sum(axis=0).tolist()) for measure in SESSION_MEASURES},
        "buckets": [
            {"start": start, "value": value, "partial": partial}
            for start, value, partial in zip(starts, values, buckets.partial, strict=True)
        ],
        **spread(values, buckets.partial),
    }


def _added(rows: SessionRows) -> Ints:
    """What is added up over sessions, a row each: their number, lengths, views, bounces."""
    return np.column_stack([np.ones(len(rows), np.int64), rows.length, rows.views, rows.views == 1])


def _median(lengths: Ints) -> int | None:
    """The median in whole microseconds."""
    if not len(lengths):
        return None
    ordered = np.sort(lengths)
    return int(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2
