"""Saved definitions, and editing them by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tracktor_nb.semantics import codec
from tracktor_nb.semantics.condition import Condition
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.sending import Moment
from tracktor_nb.store import definitions, shelf
from tracktor_nb.store.cohorts import CohortReport

from .base import Wired, now

if TYPE_CHECKING:
    import pandas as pd


class Saved(Wired):
    """Keeps definitions under names."""

    def save(
        self, name: str, definition: Definition, note: str = "", expected_revision: int | None = None, author: str = ""
    ) -> int:
        """Save a definition under a name and return its revision; refused if somebody saved a newer one meanwhile.

        Refused too if it asks for a segment that is not there, or round a circle for itself.
        """
        said = (name, definition, note, author, expected_revision)
        return self._write(lambda transaction: shelf.keep(transaction, self.record.id, *said, now=now()))

    def load(self, name: str, revision: int | None = None) -> Definition:
        """Return a saved definition, the latest revision unless one is named."""
        with self.database.read() as connection:
            return codec.from_dict(definitions.load(connection, self.record.id, name, revision).body)

    def delete(self, name: str) -> None:
        """Put a saved definition away; its revisions stay in the history. Refused while others ask for it."""
        self._write(lambda transaction: shelf.put_away(transaction, self.record.id, name, now=now()))

    def rename(self, name: str, to: str) -> int:
        """Give a saved definition another name and return its revision there; refused while others ask for it."""
        return self._write(lambda transaction: shelf.rename(transaction, self.record.id, name, to, now=now()))

    def cohort(
        self,
        name: str,
        who: Segment | Condition | pd.DataFrame | Iterable[str] | str | Path,
        as_of: Moment = None,
        note: str = "",
    ) -> CohortReport:
        """Save a list of people under a name, to be asked for with `in_segment`, and return what became of it.

        `who` are the members of a segment, as known `as_of` a date or now; or what `result.people(...)` lists; or ids;
        or a file (CSV, NDJSON, Parquet) of people. The list does not change; ids that nobody has are reported.
        """
        from tracktor_nb.joining import cohort_of

        return cohort_of(self, name, who, None if as_of is None else self._instant(as_of), note)

    def saved(self, kind: str | None = None) -> pd.DataFrame:
        """Return the saved definitions by name: kind, revision, note, author, when, and who asks for whom."""
        from tracktor_nb.analysis.tables import saved_frame

        with self.database.read() as connection:
            found = definitions.names(connection, self.record.id, kind)
            return saved_frame(found, shelf.users(connection, self.record.id))

    def history(self, name: str) -> pd.DataFrame:
        """Return every revision of a saved definition."""
        from tracktor_nb.analysis.tables import saved_frame

        with self.database.read() as connection:
            return saved_frame(definitions.history(connection, self.record.id, name))
