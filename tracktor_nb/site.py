"""The facade: one site of one database, with everything that can be asked of it and done to it.

Its methods stand in `facade`, by what they are about; each delegates in a line or two, and what it means is said in the
room it delegates to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import SettingError
from .facade.administration import Administration
from .facade.arrivals import Arrivals
from .facade.backtests import Backtests
from .facade.base import now
from .facade.campaigns import Campaigns
from .facade.discovery import Discovery
from .facade.files import Files
from .facade.people import People
from .facade.questions import Questions
from .facade.saved import Saved
from .facade.sending import Sending
from .semantics.definition import Definition
from .settings import Settings, load_settings
from .store import sites
from .store.database import Database, open_database

if TYPE_CHECKING:
    from .widgets.app import App
    from .widgets.base import Builder
    from .widgets.services import Services


class Site(Administration, Discovery, Sending, People, Files, Arrivals, Questions, Saved, Campaigns, Backtests):
    """One site: discovery, sending, questions, saved definitions, builders. Make one with `tr.connect(...)`."""

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
        database.writer.run(lambda transaction: sites.remove_site(transaction, found.id, now()))


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
