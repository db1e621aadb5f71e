"""Saved definitions: every revision is kept, none is changed; a deleted one is archived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tracktor_nb.errors import DefinitionError, RevisionConflictError, UnknownNameError

from .canonical import json_text
from .tables import definition
from .writer import Transaction


@dataclass(frozen=True)
class StoredDefinition:
    """One revision of a named definition; `body` is its dict form, `saved_at` microseconds."""

    name: str
    kind: str
    revision: int
    body: Mapping[str, Any]
    note: str
    author: str
    saved_at: int
    archived: bool


_COLUMNS = [definition.c[name] for name in StoredDefinition.__dataclass_fields__]


def save(
    tx: Transaction,
    site_id: int,
    name: str,
    kind: str,
    body: Mapping[str, Any],
    note: str = "",
    author: str = "",
    expected_revision: int | None = None,
    *,
    now: int,
) -> int:
    """Store a definition under a name and return its revision; what is stored already gets no new one.

    With `expected_revision` (0: the name must be new) RevisionConflictError is raised if somebody saved meanwhile.
    DefinitionError if the name belongs to another kind.
    """
    latest = _latest(tx.connection, site_id, name)
    _check_revision(name, latest, expected_revision)
    if latest is not None and latest.kind != kind:
        raise DefinitionError(f"{name!r} is the name of a {latest.kind} in this site; choose another for the {kind}.")
    text = json_text(body)
    if latest is not None and not latest.archived and json_text(latest.body) == text:
        return latest.revision
    return _append(
        tx, site_id, name, latest, kind=kind, body=text, note=note, author=author, saved_at=now, archived=False
    )


def archive(tx: Transaction, site_id: int, name: str, author: str = "", *, now: int) -> int:
    """Put a definition away and return the revision that says so; its revisions stay readable by number."""
    latest = _live(tx.connection, site_id, name)
    body = json_text(latest.body)
    return _append(
        tx, site_id, name, latest, kind=latest.kind, body=body, note="", author=author, saved_at=now, archived=True
    )


def load(connection: sa.Connection, site_id: int, name: str, revision: int | None = None) -> StoredDefinition:
    """Return the latest or the given revision; UnknownNameError if the name is unknown or archived."""
    if revision is None:
        return _live(connection, site_id, name)
    for stored in history(connection, site_id, name):
        if stored.revision == revision:
            return stored
    raise UnknownNameError("revision", str(revision), where=f"the history of {name!r}")


def names(connection: sa.Connection, site_id: int, kind: str | None = None) -> list[StoredDefinition]:
    """Return the latest revision of each name in use, by name."""
    newest = sa.select(sa.func.max(definition.c.id)).where(definition.c.site_id == site_id).group_by(definition.c.name)
    rows = _read(connection, definition.c.id.in_(newest))
    return [row for row in rows if not row.archived and kind in (None, row.kind)]


def history(connection: sa.Connection, site_id: int, name: str) -> list[StoredDefinition]:
    """Return every revision of a name, oldest first; UnknownNameError if it never had one."""
    revisions = list(_read(connection, definition.c.site_id == site_id, definition.c.name == name))
    if not revisions:
        raise _unknown(connection, site_id, name)
    return revisions


def _live(connection: sa.Connection, site_id: int, name: str) -> StoredDefinition:
    latest = _latest(connection, site_id, name)
    if latest is None or latest.archived:
        raise _unknown(connection, site_id, name)
    return latest


def _latest(connection: sa.Connection, site_id: int, name: str) -> StoredDefinition | None:
    revisions = list(_read(connection, definition.c.site_id == site_id, definition.c.name == name))
    return revisions[-1] if revisions else None


def _unknown(connection: sa.Connection, site_id: int, name: str) -> UnknownNameError:
    return UnknownNameError("definition", name, (stored.name for stored in names(connection, site_id)))


def _check_revision(name: str, latest: StoredDefinition | None, expected: int | None) -> None:
    found = 0 if latest is None or latest.archived else latest.revision
    if expected not in (None, found):
        raise RevisionConflictError(
            f"{name!r} is at revision {found}, not {expected}: somebody saved it meanwhile. Load it and try again."
        )


def _append(tx: Transaction, site_id: int, name: str, latest: StoredDefinition | None, **values: Any) -> int:
    revision = 1 if latest is None else latest.revision + 1
    try:
        tx.connection.execute(definition.insert().values(site_id=site_id, name=name, revision=revision, **values))
    except IntegrityError as error:  # on PostgreSQL another process can be first
        raise RevisionConflictError(f"Somebody saved {name!r} at the same moment. Load it and try again.") from error
    return revision


def _read(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> Iterator[StoredDefinition]:
    for row in connection.execute(
        sa.select(*_COLUMNS).where(*where).order_by(definition.c.name, definition.c.revision)
    ):
        values = row._asdict()
        yield StoredDefinition(**{**values, "body": orjson.loads(values["body"])})
