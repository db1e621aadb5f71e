"""What can be done about one person."""

from __future__ import annotations

from typing import Any

from tracktor_nb.store import dossiers, forgetting

from .base import Wired, now


class People(Wired):
    """Shows, removes and erases people."""

    def preview_merge(self, src: str, dest: str) -> dossiers.MergePreview:
        """Return what `alias(src, dest)` would do: how many events, which values go, which are gained."""
        with self.database.read() as connection:
            return dossiers.preview_merge(connection, self.record.id, src, dest)

    def export_person(self, id: str) -> dict[str, Any]:
        """Return all that is stored of a person, as JSON values."""
        with self.database.read() as connection:
            return dossiers.export_person(connection, self.record.id, id)

    def remove(self, id: str) -> int:
        """Leave a person out of every answer from now on and return its number of ids; new data makes new people."""
        return self._write(lambda transaction: forgetting.remove(transaction, self.record.id, id, now()))

    def erase(self, id: str) -> forgetting.Receipt:
        """Delete all that is stored of a person and return the receipt; late data is not stored for 30 days."""
        return forgetting.erase_person(self.database, self.record, id, now())
