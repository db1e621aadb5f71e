"""Who is who in SQL: identities that never change, the edges between them, and the cache of who is one person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from tracktor_nb.errors import NotFoundError
from tracktor_nb.semantics.event import IdentityEdge
from tracktor_nb.semantics.identity import is_anonymous, person_of

from .tables import identity, identity_edge
from .tombstones import erased_among
from .writer import Transaction

ERASED = 0
"""Stands for the identity of an id that was erased: nothing is stored for it."""
_CHUNK = 500
_INSERT = (
    "INSERT INTO identity (id, site_id, distinct_id, person_id) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (site_id, distinct_id) DO NOTHING"
)
_LATE_MERGES = (
    "SELECT COUNT(*) FROM identity_edge WHERE received_at > ?"
    " AND src IN (SELECT id FROM identity WHERE person_id IN (?, ?))"
)
_HOUR = 3600 * 1_000_000
_SELECT = "SELECT id FROM identity WHERE site_id = ? AND distinct_id = ?"


class Limits(NamedTuple):
    """How much one person can be merged: more is a shared id or an attack, and would glue strangers together."""

    ids: int = 500
    merges_an_hour: int = 20


class Merged(NamedTuple):
    """What a merge did: `merged` if both ids are one person now, `unchanged` if nothing was written.

    `edge_seq` is the edge that holds: the one just written, or for a repeat the one that was there. With an id that
    was `erased` nothing is merged; `beyond` names the limit that forbids the merge.
    """

    edge_seq: int | None
    merged: bool
    unchanged: bool
    erased: bool = False
    beyond: str = ""


def identity_id(tx: Transaction, site_id: int, distinct_id: str) -> int:
    """Return the identity of a distinct id; make it, as a person of its own, if it is new. ERASED if it was erased."""
    known = tx.caches.identities.get((site_id, distinct_id))
    if known is None:
        known = tx.execute(_SELECT, (site_id, distinct_id)).scalar()
        if known is None:
            known = _make(tx, site_id, [distinct_id])[distinct_id]
        if known != ERASED:
            tx.caches.identities[site_id, distinct_id] = known
    return known


def identity_ids(tx: Transaction, site_id: int, distinct_ids: Iterable[str]) -> dict[str, int]:
    """Return the identities of many distinct ids; make those that are new."""
    cache = tx.caches.identities
    ids, missing = {}, []
    for each in set(distinct_ids):
        known = cache.get((site_id, each))
        if known is None:
            missing.append(each)
        else:
            ids[each] = known
    if missing:
        found = _find(tx, site_id, sorted(missing))
        new = sorted(each for each in missing if each not in found)
        found.update(_make(tx, site_id, new) if new else {})
        cache.update({(site_id, each): id for each, id in found.items() if id != ERASED})
        ids |= found
    return ids


def look_up_person(connection: sa.Connection, site_id: int, distinct_id: str) -> int | None:
    """Return the person a distinct id belongs to now, or None if nobody has it."""
    its = (identity.c.site_id == site_id, identity.c.distinct_id == distinct_id)
    return connection.execute(sa.select(identity.c.person_id).where(*its)).scalar()


def lock_person(tx: Transaction, id: int) -> int | None:
    """Return the person an identity belongs to, None if it is gone; on PostgreSQL nobody else merges it now."""
    lock = " FOR NO KEY UPDATE" if tx.is_postgres else ""
    return cast("int | None", tx.execute(f"SELECT person_id FROM identity WHERE id = ?{lock}", (id,)).scalar())


def merge(
    tx: Transaction,
    site_id: int,
    src: str,
    dest: str,
    time: int,
    received_at: int,
    reason: str = "alias",
    message_key: bytes | None = None,
    known_at: int | None = None,
    imported: bool = False,
    limits: Limits | None = None,
) -> Merged:
    """Make the person of `src` and the person of `dest` one, known by dest's, and return what was done.

    For the reason "identify" an anonymous src is merged only while its person has no identified id yet; otherwise,
    and from one identified id to another, nothing is merged. Self-merges and repeats change nothing (SEMANTICS 1).
    """
    if src == dest:
        return Merged(None, merged=True, unchanged=True)
    if reason == "identify" and not is_anonymous(src):
        return Merged(None, merged=False, unchanged=True)
    if erased_among(tx, site_id, (src, dest)):
        return Merged(None, merged=False, unchanged=True, erased=True)
    ids = identity_ids(tx, site_id, (src, dest))
    ends = ids[src], ids[dest]
    repeated = _repeated(tx, site_id, ends, message_key)
    if repeated is None and tx.is_postgres:  # another process may be about to say the same
        lock_merges(tx, site_id)
        repeated = _repeated(tx, site_id, ends, message_key)
    src_person, dest_person = _people(tx, *ends)
    if repeated is not None or (reason == "identify" and _has_identified_id(tx, src_person)):
        return Merged(repeated, merged=src_person == dest_person, unchanged=True)
    if limits is not None and (beyond := _beyond(tx, limits, src_person, dest_person, received_at)):
        return Merged(None, merged=False, unchanged=True, beyond=beyond)
    if known_at is None:
        known_at = time if imported else received_at
    seq = _add_edge(tx, site_id, *ends, time, received_at, known_at, imported, reason, message_key)
    _move(tx, src_person, dest_person)
    return Merged(seq, merged=True, unchanged=False)


def undo(tx: Transaction, site_id: int, edge_seq: int, at: int) -> None:
    """Take an edge out of force at an instant (microseconds); who is one person is as if it had never been.

    Undoing twice is once. NotFoundError if the site has no such edge.
    """
    lock_merges(tx, site_id)
    edge = identity_edge.c
    its = (edge.seq == edge_seq, edge.site_id == site_id)
    found = tx.connection.execute(sa.select(edge.src, edge.undone_at).where(*its)).one_or_none()
    if found is None:
        raise NotFoundError(f"This site has no merge with the number {edge_seq}.")
    if found.undone_at is None:
        tx.connection.execute(identity_edge.update().where(*its).values(undone_at=at))
        tx.execute("INSERT INTO undoing (seq, site_id, edge_seq) VALUES (?, ?, ?)", (tx.next_seq(), site_id, edge_seq))
        count_merge(tx, site_id)
        _rebuild(tx, _people(tx, found.src, found.src)[0])


def lock_merges(tx: Transaction, site_id: int) -> None:
    """Let one process at a time merge in a site, so edges are numbered in the order in which they take effect."""
    if tx.is_postgres:
        tx.execute("SELECT id FROM site WHERE id = ? FOR NO KEY UPDATE", (site_id,))
        tx.forget_reserve()


def _find(tx: Transaction, site_id: int, distinct_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(distinct_ids), _CHUNK):
        chunk = distinct_ids[start : start + _CHUNK]
        marks = ", ".join("?" * len(chunk))
        rows = tx.execute(
            f"SELECT distinct_id, id FROM identity WHERE site_id = ? AND distinct_id IN ({marks})", (site_id, *chunk)
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def _make(tx: Transaction, site_id: int, distinct_ids: Sequence[str]) -> dict[str, int]:
    """Make new identities. Another process may make the same ones at the same time; the first to commit counts."""
    erased = erased_among(tx, site_id, distinct_ids)
    new = [each for each in distinct_ids if each not in erased]
    made = dict(zip(new, tx.next_seqs(len(new)), strict=True))
    rows = [(id, site_id, distinct_id, id) for distinct_id, id in made.items()]
    if rows and tx.execute(_INSERT, rows).rowcount < len(rows):
        made = _find(tx, site_id, new)
    return made | dict.fromkeys(erased, ERASED)


def _people(tx: Transaction, src: int, dest: int) -> tuple[int, int]:
    rows = tx.execute("SELECT id, person_id FROM identity WHERE id IN (?, ?)", (src, dest))
    person = {row[0]: row[1] for row in rows}
    return person[src], person[dest]


def _has_identified_id(tx: Transaction, person: int) -> bool:
    ids = tx.execute("SELECT distinct_id FROM identity WHERE person_id = ?", (person,)).scalars()
    return not all(is_anonymous(each) for each in ids)


def _beyond(tx: Transaction, limits: Limits, src: int, dest: int, now: int) -> str:
    """Return the name of the limit that one more merge of the two people would break, or nothing."""
    ids = tx.execute("SELECT COUNT(*) FROM identity WHERE person_id IN (?, ?)", (src, dest)).scalar_one()
    if ids > limits.ids:
        return "too_many_ids"
    merges = tx.execute(_LATE_MERGES, (now - _HOUR, src, dest)).scalar_one()
    return "too_many_merges" if merges >= limits.merges_an_hour else ""


def _repeated(tx: Transaction, site_id: int, ends: tuple[int, int], message_key: bytes | None) -> int | None:
    """The edge that this message made before, or the one in force between the same two identities."""
    if message_key is not None:
        statement = "SELECT seq FROM identity_edge WHERE site_id = ? AND message_key = ?"
        if (made := tx.execute(statement, (site_id, message_key)).scalar()) is not None:
            return cast(int, made)
    in_force = "SELECT seq FROM identity_edge WHERE src = ? AND dest = ? AND undone_at IS NULL"
    return cast("int | None", tx.execute(in_force, ends).scalar())


def _add_edge(tx: Transaction, site_id: int, *values: Any) -> int:
    """Write an edge with a number higher than any edge of the site."""
    names = "seq, site_id, src, dest, time, received_at, known_at, imported, reason, message_key"
    seq = tx.next_seq()
    tx.execute(f"INSERT INTO identity_edge ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (seq, site_id, *values))
    count_merge(tx, site_id)
    return seq


def count_merge(tx: Transaction, site_id: int) -> None:
    """Tell whoever holds the merges of a site in memory that they changed."""
    tx.execute("UPDATE site SET edges_generation = edges_generation + 1 WHERE id = ?", (site_id,))


def _move(tx: Transaction, person: int, to: int) -> None:
    tx.execute("UPDATE identity SET person_id = ? WHERE person_id = ?", (to, person))
    _look_at_carts(tx, {to})


def _rebuild(tx: Transaction, person: int) -> None:
    """Recompute who is one person among the identities of one person, from the edges still in force."""
    members = sa.select(identity.c.id).where(identity.c.person_id == person).scalar_subquery()
    edge = identity_edge.c
    in_force = sa.select(edge.src, edge.dest, edge.time, edge.seq).where(
        edge.src.in_(members), edge.undone_at.is_(None)
    )
    people = person_of(IdentityEdge(*row) for row in tx.connection.execute(in_force))
    ids = tx.connection.execute(sa.select(identity.c.id).where(identity.c.person_id == person)).scalars().all()
    moved = [(people.get(id, id), id) for id in ids if people.get(id, id) != person]
    if moved:
        tx.execute("UPDATE identity SET person_id = ? WHERE id = ?", moved)
        _look_at_carts(tx, {people.get(id, id) for id in ids})


def _look_at_carts(tx: Transaction, people: set[int]) -> None:
    """Let the worker say anew what follows from the carts of people who were joined or parted."""
    latest = "SELECT MAX(seq) FROM cart WHERE identity_id IN (SELECT id FROM identity WHERE person_id = ?)"
    tx.execute(f"UPDATE cart SET due_at = 0 WHERE seq = ({latest})", [(person,) for person in sorted(people)])
