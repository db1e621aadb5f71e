"""`Visited Site`: the first event of a session (SEMANTICS 2), made when it is first seen, and once.

Sessions are derived from the log and never stored. What stands here is a hint, up to a minute old, of where the
present one is, so that the log need not be searched with every event.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tracktor_nb.semantics.event import SYSTEM_EVENTS
from tracktor_nb.semantics.session import LONGEST_BREAK, LONGEST_SESSION, PAGE, page_of

from .events import NewEvent
from .identity import lock_person
from .writer import Transaction

VISITED = "Visited Site"
ORIGIN = "system:visits"
_WRITTEN_EVERY = 60 * 1_000_000


class Visit(NamedTuple):
    """The present session of an identity, and when it was last written down."""

    began_at: int
    seen_at: int
    written_at: int

    def goes_on(self, at: int) -> bool:
        """True if an event at that instant belongs to it."""
        return at - self.seen_at <= LONGEST_BREAK and at - self.began_at <= LONGEST_SESSION


def begun_visits(tx: Transaction, seen: Iterable[tuple[int, NewEvent]]) -> list[NewEvent]:
    """Return a `Visited Site` for each of the events, given with its identity, that begins a session.

    They are some that `may_begin_visit`; those older than what was seen of the person before begin none.
    """
    begun = []
    for identity, event in seen:
        page = page_of(event.data or {})
        if page is not None and _begins(tx, identity, event.time):
            begun.append(event._replace(name=VISITED, data={PAGE: page}, message_key=None, origin=ORIGIN))
    return begun


def may_begin_visit(event: NewEvent) -> bool:
    """True if the event may come from the browser library: it names a page."""
    data = event.data
    return data is not None and PAGE in data and not event.imported and event.name not in SYSTEM_EVENTS


def _begins(tx: Transaction, identity: int, at: int) -> bool:
    """Take note of an event at an instant, and return whether a session begins with it."""
    known = tx.caches.visits.get(identity)
    if known is None or (at > known.seen_at and not known.goes_on(at)):
        known = _look_up(tx, identity)
    if known is not None and at <= known.seen_at:
        tx.caches.visits[identity] = known
        return False
    goes_on = known is not None and known.goes_on(at)
    visit = Visit(known.began_at if known and goes_on else at, at, known.written_at if known and goes_on else 0)
    if at - visit.written_at >= _WRITTEN_EVERY:
        visit = visit._replace(written_at=at)
        tx.execute(
            "INSERT INTO visit (identity_id, began_at, seen_at) VALUES (?, ?, ?)"
            " ON CONFLICT (identity_id) DO UPDATE SET began_at = excluded.began_at, seen_at = excluded.seen_at",
            (identity, visit.began_at, at),
        )
    tx.caches.visits[identity] = visit
    return not goes_on


def _look_up(tx: Transaction, identity: int) -> Visit | None:
    """Return the latest session of the person that an identity belongs to; who was a visitor may have a name now."""
    latest = (
        "SELECT v.began_at, v.seen_at FROM visit v JOIN identity i ON i.id = v.identity_id"
        " WHERE i.person_id = ? ORDER BY v.seen_at DESC LIMIT 1"
    )
    row = tx.execute(latest, (lock_person(tx, identity),)).one_or_none()
    return None if row is None else Visit(row[0], row[1], 0)
