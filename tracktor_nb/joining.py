"""Where the rooms meet: what analysis reads comes from the store, what widgets call goes to the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .semantics import codec
from .semantics.definition import Definition
from .semantics.period import Calendar
from .store import definitions, sites
from .store.database import Database
from .widgets.analytics import builder_for
from .widgets.base import Builder
from .widgets.services import Saved, Services

if TYPE_CHECKING:
    from .analysis.engine import Engine
    from .site import Site


def services_of(site: Site) -> Services:
    """Return the callables that widgets of the site get."""

    def saved() -> list[Saved]:
        with site.database.read() as connection:
            found = definitions.names(connection, site.record.id)
        return [Saved(each.name, each.revision, codec.from_dict(each.body)) for each in found]

    return Services(
        evaluate=site.evaluate,
        save=lambda name, definition, expected: site.save(name, definition, expected_revision=expected),
        archive=site.delete,
        saved=saved,
        events=lambda: site.engine.events(site.name),
        properties=lambda event: site.engine.properties(site.name, event),
        site=site.name,
        zone=site.record.zone,
    )


def builder_of(site: Site, what: str | Definition) -> Builder:
    """Return the builder opened on a saved name or on a definition."""
    if isinstance(what, Definition):
        return builder_for(what, site.services)
    with site.database.read() as connection:
        stored = definitions.load(connection, site.record.id, what)
    return builder_for(codec.from_dict(stored.body), site.services, what, stored.revision)


def engine_for(database: Database) -> Engine:
    """Return an engine that answers about every site of the database, in this process."""
    from .analysis.engine import Engine
    from .store.frames import Frames

    def record(name: str) -> sites.SiteRecord:
        with database.read() as connection:
            return sites.site_by_name(connection, name)

    def calendar(name: str) -> Calendar:
        found = record(name)
        return Calendar(found.zone, found.week_start)

    return Engine(lambda name: Frames(database, record(name).id), calendar)
