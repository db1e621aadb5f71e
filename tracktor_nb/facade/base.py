"""What every part of the facade stands on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from tracktor_nb import sending
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.references import resolved
from tracktor_nb.sending import Moment
from tracktor_nb.settings import Settings
from tracktor_nb.store import shelf, sites
from tracktor_nb.store.database import Database
from tracktor_nb.store.writer import Transaction

if TYPE_CHECKING:
    from tracktor_nb.analysis.client import Client
    from tracktor_nb.analysis.engine import Engine
    from tracktor_nb.analysis.frames import Log

T = TypeVar("T")
AnyDefinition = TypeVar("AnyDefinition", bound=Definition)


def now() -> int:
    """Return this instant in microseconds UTC."""
    return time.time_ns() // 1000


class Wired:
    """A site of a database, and who answers about it."""

    def __init__(self, database: Database, record: sites.SiteRecord, settings: Settings) -> None:
        self.database, self.record, self.settings = database, record, settings
        self.calendar = Calendar(record.zone, record.week_start)
        self._own_engine: Engine | None = None

    def __repr__(self) -> str:
        return f"<Site {self.name!r} in {self.database.url.render_as_string(hide_password=True)}>"

    @property
    def name(self) -> str:
        """The name under which the site was added."""
        return self.record.name

    @property
    def sid(self) -> str:
        """The public token that pages carry."""
        return self.record.sid

    def close(self) -> None:
        """Finish what is being written and close the database."""
        self.database.close()

    @property
    def engine(self) -> Engine | Client:
        """Whoever answers: the analysis process of this machine if it serves this database, else this process."""
        from tracktor_nb.analysis.client import find_client

        return find_client(self.settings.data, str(self.database.url)) or self._local_engine()

    def _local_engine(self) -> Engine:
        if self._own_engine is None:
            from tracktor_nb.joining import engine_for

            self._own_engine = engine_for(self.database)
        return self._own_engine

    def _log(self, as_of: Moment = None) -> Log:
        log = self._local_engine().log(self.name)
        return log if as_of is None else log.as_of(self._instant(as_of))

    def _resolved(self, definition: AnyDefinition) -> AnyDefinition:
        """Return the definition with the saved segments that it names written in."""
        with self.database.read() as connection:
            return resolved(definition, shelf.lookup(connection, self.record.id))

    def _write(self, step: Callable[[Transaction], T]) -> T:
        return self.database.writer.run(step)

    def _instant(self, moment: Moment) -> int:
        return sending.instant(self.record, moment.isoformat() if isinstance(moment, datetime) else moment, now())
