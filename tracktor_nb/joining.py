"""Where the rooms meet: what analysis reads comes from the store, what widgets call goes to the site."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import DefinitionError, FrameError
from .semantics import codec
from .semantics.condition import Condition
from .semantics.definition import Definition
from .semantics.period import Calendar
from .semantics.segment import Segment
from .store import definitions, shelf, sites
from .store.cohorts import CohortReport, identities_of, ids_in, make_cohort
from .store.database import Database
from .widgets.analytics import builder_for
from .widgets.base import Builder
from .widgets.services import Saved, Services

if TYPE_CHECKING:
    import pandas as pd

    from .analysis.engine import Engine
    from .facade.base import Wired
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


def cohort_of(
    site: Wired,
    name: str,
    who: Segment | Condition | pd.DataFrame | Iterable[str] | str | Path,
    as_of: int | None,
    note: str,
) -> CohortReport:
    """List people under a name: the members of a segment, those of a frame of people, ids, or the ids of a file."""
    at = time.time_ns() // 1000
    if isinstance(who, (Segment, Condition)):
        segment = who if isinstance(who, Segment) else Segment(who)
        members = site.engine.identities(site.name, segment, as_of)
        origin = f"{segment!r} on {site.calendar.local(as_of or at):%Y-%m-%d %H:%M}"
        return make_cohort(site.database, site.record, name, members, origin, note, now=at)
    if as_of is not None:
        raise DefinitionError("as_of= goes with a segment; ids are listed as they are.")
    ids = ids_in(who) if isinstance(who, (str, Path)) else _ids_among(who)
    with site.database.read() as connection:
        identities, unknown = identities_of(connection, site.record.id, ids)
    origin = Path(who).name if isinstance(who, (str, Path)) else f"{len(ids):,} ids"
    return replace(make_cohort(site.database, site.record, name, identities, origin, note, now=at), unknown=unknown)


def _ids_among(who: Any) -> list[str]:
    """Return the ids that are given, or those of a frame with a column `distinct_id`, as answers list their people."""
    if not hasattr(who, "columns"):
        return [str(id) for id in who]
    if "distinct_id" not in who.columns:
        raise FrameError("The frame of people has no column 'distinct_id'; result.people(...) gives one that has.")
    return [str(id) for id in who["distinct_id"]]


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

    def saved(site: str, name: str) -> Definition:
        with database.read() as connection:
            return shelf.saved_group(connection, sites.site_by_name(connection, site).id, name)

    return Engine(lambda name: Frames(database, record(name).id), calendar, saved=saved)
