"""The facade: one site of one database, with everything that can be asked of it and done to it.

Each method delegates in a line or two; what it means is said in the room it delegates to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from . import checking, sending
from .errors import SettingError
from .ingest.replay import replay, shown
from .ingest.snippet import snippet
from .progress import progress_bar
from .semantics import codec
from .semantics.condition import Condition
from .semantics.definition import Definition
from .semantics.event import Value
from .semantics.identity import expiring_signature, signature
from .semantics.period import SECOND, Calendar, Period, duration, resolve
from .semantics.segment import Segment
from .sending import Moment
from .settings import Settings, load_settings
from .store import definitions, dossiers, forgetting, identity, imports, sites
from .store import live as arriving
from .store.database import Database, open_database
from .store.imports import ImportReport as Report
from .store.rejected import list_rejected
from .store.site_settings import change_settings
from .store.sql import read_sql
from .store.writer import Transaction

if TYPE_CHECKING:
    import pandas as pd

    from .analysis.client import Client
    from .analysis.engine import Engine
    from .analysis.frames import Log
    from .analysis.results import Result
    from .widgets.app import App
    from .widgets.base import Builder
    from .widgets.live import Live
    from .widgets.services import Services

T = TypeVar("T")


def connect(url: str | None = None, site: str | None = None, create: bool = False) -> Site:
    """Return the site of that name in the database at a SQLAlchemy URL; what is not given comes from the settings.

    A database with one site needs no name; `create=True` adds a site that is missing. Raises UnknownNameError for a
    name that nobody added, SettingError if several sites could be meant.
    """
    settings = load_settings()
    database = open_database(url or settings.url)
    try:
        return Site(database, _chosen(database, site or settings.site, create), settings)
    except BaseException:
        database.close()
        raise


def _chosen(database: Database, name: str, create: bool) -> sites.SiteRecord:
    with database.read() as connection:
        known = {record.name: record for record in sites.list_sites(connection)}
        if name in known:
            return known[name]
        if not name and len(known) == 1:
            return next(iter(known.values()))
        if not create and (name or not known):
            return sites.site_by_name(connection, name or "my-site")
    if not create:
        raise SettingError(f"Several sites could be meant: {', '.join(known)}. Say which: tr.connect(site=...).")
    return database.writer.run(lambda transaction: sites.add_site(transaction, name or "my-site"))


class Site:
    """One site: discovery, sending, questions, saved definitions, builders. Make one with `tr.connect(...)`."""

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

    def snippet(self, origin: str | None = None) -> str:
        """Return the HTML to paste into the head of your pages; `origin` is where the ingest server is seen from."""
        return snippet(self.sid, origin or f"http://{self.settings.host}:{self.settings.port}")

    def check(self, origin: str | None = None, server: str | None = None) -> checking.SiteCheck:
        """Return what arrived lately, from one origin or from all, and whether the snippet there is current."""
        at = server or f"http://{self.settings.host}:{self.settings.port}"
        return checking.check_site(self.database, self.record, at, _now(), origin)

    def change(self, **settings: Any) -> None:
        """Change settings of the site, such as `signed_only=True` or `retention_days=400`; None takes one back."""
        self.record = self._write(lambda transaction: change_settings(transaction, self.record.id, settings))

    def sign(self, id: str, within: str | None = None) -> str:
        """Return the signature of an id, for secure mode: good for ever, or `within="1h"` from now."""
        until = _now() // SECOND + duration(within) // SECOND if within else None
        secret = self.record.secret
        return signature(secret, id) if until is None else expiring_signature(secret, id, until)

    def rotate_secret(self) -> str:
        """Return a new signing secret; the one before stays good until `drop_old_secret()`."""
        self.record = self._write(lambda transaction: sites.rotate_secret(transaction, self.record.id))
        return self.record.secret

    def drop_old_secret(self) -> None:
        """Make the older of two signing secrets good for nothing."""
        self.record = self._write(lambda transaction: sites.drop_old_secret(transaction, self.record.id))

    def close(self) -> None:
        """Finish what is being written and close the database."""
        self.database.close()

    # --- discovery --------------------------------------------------------------------------------------------------

    def people(self, where: Condition | None = None, as_of: Moment = None) -> pd.DataFrame:
        """Return the people, indexed by person_id, one column a property; `as_of`: as they were known then."""
        from .analysis.tables import people_frame

        at = self._instant(as_of)
        return people_frame(self._log(as_of), at, self.calendar, where)

    def events(
        self, name: str | None = None, where: Condition | None = None, period: Period = "30d", as_of: Moment = None
    ) -> pd.DataFrame:
        """Return the events of the period, in order of time: person_id, distinct_id, event, time, their properties."""
        from .analysis.tables import events_frame

        within = resolve(period, self._instant(as_of), self.calendar)
        return events_frame(self._log(as_of), within, self.calendar, name, where)

    def changes(self) -> pd.DataFrame:
        """Return every change of a person's property: person_id, distinct_id, time, property, value."""
        from .analysis.tables import changes_frame

        return changes_frame(self._log())

    def event_names(self) -> pd.DataFrame:
        """Return the events by name, the most frequent first: times, people, first and last time."""
        from .analysis.tables import names_frame

        return names_frame(self._log())

    def properties(self) -> pd.DataFrame:
        """Return the people's properties by name: how many people have one, its type, frequent values."""
        from .analysis.tables import properties_frame

        return properties_frame(self._log(), _now())

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer to a SELECT over `events`, `changes` and `identities`; it can read, and nothing else."""
        from .analysis.tables import rows_frame

        return rows_frame(*read_sql(self.database, self.record.id, query))

    # --- sending ----------------------------------------------------------------------------------------------------

    def track(
        self,
        id: str,
        event: str,
        properties: Mapping[str, Value] | None = None,
        *,
        time: Moment = None,
        message_id: str = "",
    ) -> None:
        """Record that a person did something; sent again with the same `message_id`, it is stored once."""
        self._write(sending.track(self.record, id, event, properties, time, _now(), message_id))

    def set(self, id: str, properties: Mapping[str, Value], *, time: Moment = None, message_id: str = "") -> None:
        """Set properties of a person; None removes one, the others stay."""
        self._write(sending.set_properties(self.record, id, properties, time, _now(), message_id))

    def identify(self, anonymous_id: str, id: str, *, time: Moment = None) -> bool:
        """Say who an anonymous visitor is; False, and nothing changes, if that visitor is somebody else already."""
        return self._write(sending.join(self.record, anonymous_id, id, "identify", time, _now())).merged

    def alias(self, src: str, dest: str, *, time: Moment = None) -> int | None:
        """Make two ids one person, known as `dest`; returns the edge for `unalias`, None if nothing was to do."""
        return self._write(sending.join(self.record, src, dest, "alias", time, _now())).edge_seq

    def unalias(self, edge: int) -> None:
        """Undo a merge: everything is as if it had never been."""
        self._write(lambda transaction: identity.undo(transaction, self.record.id, edge, _now()))

    # --- people -----------------------------------------------------------------------------------------------------

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
        return self._write(lambda transaction: forgetting.remove(transaction, self.record.id, id, _now()))

    def erase(self, id: str) -> forgetting.Receipt:
        """Delete all that is stored of a person and return the receipt; late data is not stored for 30 days."""
        return forgetting.erase_person(self.database, self.record, id, _now())

    # --- files ------------------------------------------------------------------------------------------------------

    def import_events(
        self, path: str | Path, mapping: Mapping[str, str] | None = None, event: str | None = None
    ) -> Report:
        """Import a CSV, NDJSON or Parquet file of events; `event` names those of a file without such a column."""
        with progress_bar(f"Importing {Path(path).name}") as progress:
            options: Any = {"mapping": mapping, "event": event, "progress": progress}
            return imports.import_events(self.database, self.record, path, now=_now(), **options)

    def import_people(self, path: str | Path, mapping: Mapping[str, str] | None = None) -> Report:
        """Import a file with one person a row: an id, and properties."""
        with progress_bar(f"Importing {Path(path).name}") as progress:
            options: Any = {"mapping": mapping, "progress": progress}
            return imports.import_people(self.database, self.record, path, now=_now(), **options)

    def _write(self, step: Callable[[Transaction], T]) -> T:
        return self.database.writer.run(step)

    # --- what arrives ---------------------------------------------------------------------------------------------

    def live_events(self, after: str | None = None, limit: int = 50) -> arriving.Arrivals:
        """Return the last events, property changes, merges and refusals, or those since `after` of the last answer."""
        with self.database.read() as connection:
            return arriving.arrivals(connection, self.record.id, after, limit)

    def live(self) -> Live:
        """Return a widget that shows what arrives, as it arrives."""
        from .widgets.live import Live

        return Live(self.live_events, site=self.name, zone=self.record.zone)

    def rejected(self, limit: int = 100) -> pd.DataFrame:
        """Return the latest refused requests by number: when, where, why, and what was sent, without signatures."""
        from .analysis.tables import rejected_frame

        with self.database.read() as connection:
            kept = list_rejected(connection, self.record.id, limit)
        return rejected_frame([(each, shown(each.raw)) for each in kept])

    def replay(self, number: int, **changes: Value) -> list[dict[str, Any]]:
        """Record a refused request, with the parameters in `changes` replaced (None: taken away)."""
        return replay(self.database, self.record, int(number), _now(), changes)  # frames give numpy's numbers

    # --- questions --------------------------------------------------------------------------------------------------

    def evaluate(self, definition: Definition, period: Period = "last 30 days", as_of: Moment = None) -> Result:
        """Return the answer to a definition, with its table, people, plot and reasons."""
        known = None if as_of is None else self._instant(as_of)
        return self.engine.evaluate(self.name, definition, period, known)

    def preview(self, segment: Segment | Condition) -> Result:
        """Return how many people a segment has, with ten of them."""
        return self.evaluate(segment if isinstance(segment, Segment) else Segment(segment), "all time")

    def members(self, segment: Segment | Condition) -> pd.DataFrame:
        """Return the members of a segment, indexed by person_id: id, email, last action."""
        return self.preview(segment).people()

    # --- saved definitions ------------------------------------------------------------------------------------------

    def save(
        self, name: str, definition: Definition, note: str = "", expected_revision: int | None = None, author: str = ""
    ) -> int:
        """Save a definition under a name and return its revision; refused if somebody saved a newer one meanwhile."""
        kind, body = codec.kind_of(definition), codec.to_dict(definition)
        said = (name, kind, body, note, author, expected_revision)
        return self._write(lambda transaction: definitions.save(transaction, self.record.id, *said, now=_now()))

    def load(self, name: str, revision: int | None = None) -> Definition:
        """Return a saved definition, the latest revision unless one is named."""
        with self.database.read() as connection:
            return codec.from_dict(definitions.load(connection, self.record.id, name, revision).body)

    def delete(self, name: str) -> None:
        """Put a saved definition away; its revisions stay in the history."""
        self._write(lambda transaction: definitions.archive(transaction, self.record.id, name, now=_now()))

    def saved(self, kind: str | None = None) -> pd.DataFrame:
        """Return the saved definitions by name: kind, revision, note, author, when."""
        from .analysis.tables import saved_frame

        with self.database.read() as connection:
            return saved_frame(definitions.names(connection, self.record.id, kind))

    def history(self, name: str) -> pd.DataFrame:
        """Return every revision of a saved definition."""
        from .analysis.tables import saved_frame

        with self.database.read() as connection:
            return saved_frame(definitions.history(connection, self.record.id, name))

    # --- by hand ----------------------------------------------------------------------------------------------------

    def builder(self, what: str | Definition) -> Builder:
        """Return the builder of a saved name or a definition; `.definition` and `.to_source()` follow each edit."""
        from .joining import builder_of

        return builder_of(self, what)

    def app(self, section: str = "analytics") -> App:
        """Return the dashboard application, opened at a section."""
        from .widgets.app import App

        return App(self.services, section)

    @property
    def services(self) -> Services:
        """The callables that widgets get."""
        from .joining import services_of

        return services_of(self)

    # --- where answers are computed ---------------------------------------------------------------------------------

    @property
    def engine(self) -> Engine | Client:
        """Whoever answers: the analysis process of this machine if it serves this database, else this process."""
        from .analysis.client import find_client

        return find_client(self.settings.data, str(self.database.url)) or self._local_engine()

    def _local_engine(self) -> Engine:
        if self._own_engine is None:
            from .joining import engine_for

            self._own_engine = engine_for(self.database)
        return self._own_engine

    def _log(self, as_of: Moment = None) -> Log:
        log = self._local_engine().log(self.name)
        return log if as_of is None else log.as_of(self._instant(as_of))

    def _instant(self, moment: Moment) -> int:
        return sending.instant(self.record, moment.isoformat() if isinstance(moment, datetime) else moment, _now())


def _now() -> int:
    return time.time_ns() // 1000


def create_site(url: str, name: str, zone: str = "UTC") -> Site:
    """Add a site and return it; SettingError if the name is taken or the zone unknown."""
    database = open_database(url)
    return Site(
        database, database.writer.run(lambda transaction: sites.add_site(transaction, name, zone)), load_settings()
    )


def remove_site(url: str, name: str) -> None:
    """Close a site: its token is refused from now on; what it recorded stays. UnknownNameError for a wrong name."""
    with open_database(url) as database:
        with database.read() as connection:
            found = sites.site_by_name(connection, name)
        database.writer.run(lambda transaction: sites.remove_site(transaction, found.id, _now()))


def all_sites(url: str) -> list[sites.SiteRecord]:
    """Return the sites of a database, by name."""
    with open_database(url) as database, database.read() as connection:
        return sites.list_sites(connection)


def serve_analysis(settings: Settings) -> None:
    """Answer questions about the database for every process of this machine, until told to stop."""
    from .analysis.service import serve
    from .joining import engine_for

    with open_database(settings.url) as database:
        serve(engine_for(database), settings.data, str(database.url))
