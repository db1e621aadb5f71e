"""Making cohorts: who is listed is written once, under a number that a saved Cohort names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from tracktor_nb.errors import DefinitionError, PayloadError
from tracktor_nb.semantics.cohort import Cohort

from . import definitions, shelf
from .database import Database
from .import_columns import people_columns
from .import_files import open_file
from .rows_of_people import listed_in
from .sites import SiteRecord
from .tables import definition, identity
from .writer import Transaction

_CHUNK = 2000


@dataclass(frozen=True)
class CohortReport:
    """A cohort that was made: how many people it has now, and which of the ids given nobody has."""

    name: str
    revision: int
    people: int
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{self.name!r} (revision {self.revision}) lists {self.people:,} people."
        if not self.unknown:
            return text
        shown = ", ".join(self.unknown[:10]) + (", …" if len(self.unknown) > 10 else "")
        return f"{text} Nobody has {len(self.unknown):,} of the ids: {shown}"


def ids_in(path: str | Path) -> list[str]:
    """Return the ids in a file of people (CSV, NDJSON, Parquet), as an import of people would find them."""
    file = open_file(path)
    column = people_columns(file.path.name, file.columns, {}).distinct_id
    rows = (row for _, row in file.rows([column]) if not isinstance(row, PayloadError))
    return [str(row[column]) for row in rows if column in row]


def make_cohort(
    database: Database,
    record: SiteRecord,
    name: str,
    identities: Iterable[int],
    origin: str,
    note: str = "",
    *,
    now: int,
) -> CohortReport:
    """List identities under a name, and return how many people they are; what the name meant before stays a revision.

    They are written part by part, so that other writers wait for none of it; the name comes last.
    """
    listed = sorted(set(identities))
    run = database.writer.run
    run(partial(_check_name, site_id=record.id, name=name))
    number = run(Transaction.next_seq)
    people: set[int] = set()
    for start in range(0, len(listed), _CHUNK):
        people |= run(partial(_list, site_id=record.id, number=number, ids=listed[start : start + _CHUNK]))
    cohort = Cohort(number, origin)
    revision = run(lambda tx: shelf.keep(tx, record.id, name, cohort, note, now=now))
    return CohortReport(name, revision, len(people))


def identities_of(
    connection: sa.Connection, site_id: int, distinct_ids: Iterable[str]
) -> tuple[list[int], tuple[str, ...]]:
    """Return the identities of the ids, and those ids that nobody has."""
    wanted = list(dict.fromkeys(distinct_ids))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        its = identity.c.site_id == site_id, identity.c.distinct_id.in_(wanted[start : start + _CHUNK])
        rows = connection.execute(sa.select(identity.c.distinct_id, identity.c.id).where(*its))
        found.update((row.distinct_id, row.id) for row in rows)
    return list(found.values()), tuple(each for each in wanted if each not in found)


def cohorts_of(connection: sa.Connection, site_id: int, identities: Iterable[int]) -> list[str]:
    """Return the names of the cohorts that list one of the identities, archived ones and older revisions too."""
    numbers = {number for number, listed in listed_in(connection, dict.fromkeys(identities, 0)).items() if listed}
    names = sa.select(definition.c.name).where(definition.c.site_id == site_id, definition.c.kind == "cohort")
    return sorted(
        name
        for name in set(connection.execute(names).scalars())
        if any(stored.body["number"] in numbers for stored in definitions.history(connection, site_id, name))
    )


def _check_name(tx: Transaction, site_id: int, name: str) -> None:
    """Refuse a name of something else before anything is written."""
    taken = {stored.name: stored.kind for stored in definitions.names(tx.connection, site_id)}
    if taken.get(name, "cohort") != "cohort":
        raise DefinitionError(f"{name!r} is the name of a {taken[name]} in this site; choose another for the cohort.")


def _list(tx: Transaction, site_id: int, number: int, ids: Sequence[int]) -> set[int]:
    """List identities that are still there, and return the people they belong to now."""
    its = sa.select(identity.c.id, identity.c.person_id).where(identity.c.id.in_(ids), identity.c.site_id == site_id)
    there = tx.connection.execute(its).all()
    rows = [(seq, site_id, number, row.id) for seq, row in zip(tx.next_seqs(len(there)), there, strict=True)]
    if rows:
        tx.execute("INSERT INTO cohort_member (seq, site_id, cohort, identity_id) VALUES (?, ?, ?, ?)", rows)
    return {row.person_id for row in there}
