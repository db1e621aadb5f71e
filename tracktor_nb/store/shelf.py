"""Saved definitions that ask for each other: names are checked when one is saved, and stay while they are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from tracktor_nb.errors import InUseError, RevisionConflictError, UnknownNameError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.references import Lookup, references, resolved

from . import definitions
from .writer import Transaction

GROUPS = ("segment", "cohort")
"""The kinds that `in_segment` can ask for."""


def lookup(connection: sa.Connection, site_id: int) -> Lookup:
    """Return a lookup of what is saved in a site."""
    return lambda name: saved_group(connection, site_id, name)


def saved_group(connection: sa.Connection, site_id: int, name: str) -> Definition:
    """Return the latest revision of what is saved under a name; UnknownNameError offers segments and cohorts."""
    try:
        stored = definitions.load(connection, site_id, name)
    except UnknownNameError as error:
        known = [each.name for each in definitions.names(connection, site_id) if each.kind in GROUPS]
        raise UnknownNameError("segment", name, known) from error
    return codec.from_dict(stored.body)


def keep(
    tx: Transaction,
    site_id: int,
    name: str,
    definition: Definition,
    note: str = "",
    author: str = "",
    expected_revision: int | None = None,
    *,
    now: int,
) -> int:
    """Store a definition under a name and return its revision; refused as by `definitions.save`, and where it asks for
    a segment that is not there or, round a circle, for itself.
    """
    resolved(definition, lookup(tx.connection, site_id), name)
    kind, body = codec.kind_of(definition), codec.to_dict(definition)
    return definitions.save(tx, site_id, name, kind, body, note, author, expected_revision, now=now)


def put_away(tx: Transaction, site_id: int, name: str, author: str = "", *, now: int) -> int:
    """Archive a definition and return the revision that says so; InUseError while others ask for it."""
    _check_unused(tx.connection, site_id, name, "deleted")
    return definitions.archive(tx, site_id, name, author, now=now)


def rename(tx: Transaction, site_id: int, name: str, to: str, author: str = "", *, now: int) -> int:
    """Move a definition to a new name and return its revision there; InUseError while others ask for it.

    The revisions under the old name stay in its history. RevisionConflictError if the new name is taken.
    """
    _check_unused(tx.connection, site_id, name, "renamed")
    stored = definitions.load(tx.connection, site_id, name)
    if any(each.name == to for each in definitions.names(tx.connection, site_id)):
        raise RevisionConflictError(f"{to!r} is a name in use; choose another for {name!r}.")
    note = f"renamed from {name!r}"
    revision = definitions.save(tx, site_id, to, stored.kind, stored.body, note, author, now=now)
    definitions.archive(tx, site_id, name, author, now=now)
    return revision


def users(connection: sa.Connection, site_id: int) -> Mapping[str, list[str]]:
    """Return for each name that is asked for the names of the saved definitions that ask for it."""
    found: dict[str, list[str]] = defaultdict(list)
    for stored in definitions.names(connection, site_id):
        for name in sorted(asked_for(stored.body)):
            found[name].append(stored.name)
    return found


def asked_for(body: Mapping[str, Any]) -> frozenset[str]:
    """Return the names that a stored definition asks for."""
    return references(codec.from_dict(body))


def _check_unused(connection: sa.Connection, site_id: int, name: str, done: str) -> None:
    using = users(connection, site_id).get(name)
    if using:
        names = ", ".join(map(repr, using))
        asks, those = ("asks", "that") if len(using) == 1 else ("ask", "those")
        raise InUseError(f"{name!r} cannot be {done}: {names} {asks} for it. Change {those} first.")
