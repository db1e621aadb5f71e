"""Files that come in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tracktor_nb.progress import progress_bar
from tracktor_nb.store import imports
from tracktor_nb.store.imports import ImportReport as Report

from .base import Wired, now


class Files(Wired):
    """Imports files."""

    def import_events(
        self, path: str | Path, mapping: Mapping[str, str] | None = None, event: str | None = None
    ) -> Report:
        """Import a CSV, NDJSON or Parquet file of events; `event` names those of a file without such a column."""
        with progress_bar(f"Importing {Path(path).name}") as progress:
            options: Any = {"mapping": mapping, "event": event, "progress": progress}
            return imports.import_events(self.database, self.record, path, now=now(), **options)

    def import_people(self, path: str | Path, mapping: Mapping[str, str] | None = None) -> Report:
        """Import a file with one person a row: an id, and properties."""
        with progress_bar(f"Importing {Path(path).name}") as progress:
            options: Any = {"mapping": mapping, "progress": progress}
            return imports.import_people(self.database, self.record, path, now=now(), **options)
