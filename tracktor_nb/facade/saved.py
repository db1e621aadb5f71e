"""Saved definitions, and editing them by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.semantics import codec
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.store import definitions

from .base import Wired, now

if TYPE_CHECKING:
    import pandas as pd


class Saved(Wired):
    """Keeps definitions under names."""

    def save(
        self, name: str, definition: Definition, note: str = "", expected_revision: int | None = None, author: str = ""
    ) -> int:
        """Save a definition under a name and return its revision; refused if somebody saved a newer one meanwhile."""
        kind, body = codec.kind_of(definition), codec.to_dict(definition)
        said = (name, kind, body, note, author, expected_revision)
        return self._write(lambda transaction: definitions.save(transaction, self.record.id, *said, now=now()))

    def load(self, name: str, revision: int | None = None) -> Definition:
        """Return a saved definition, the latest revision unless one is named."""
        with self.database.read() as connection:
            return codec.from_dict(definitions.load(connection, self.record.id, name, revision).body)

    def delete(self, name: str) -> None:
        """Put a saved definition away; its revisions stay in the history."""
        self._write(lambda transaction: definitions.archive(transaction, self.record.id, name, now=now()))

    def saved(self, kind: str | None = None) -> pd.DataFrame:
        """Return the saved definitions by name: kind, revision, note, author, when."""
        from tracktor_nb.analysis.tables import saved_frame

        with self.database.read() as connection:
            return saved_frame(definitions.names(connection, self.record.id, kind))

    def history(self, name: str) -> pd.DataFrame:
        """Return every revision of a saved definition."""
        from tracktor_nb.analysis.tables import saved_frame

        with self.database.read() as connection:
            return saved_frame(definitions.history(connection, self.record.id, name))
