"""Retention: events are kept as long as their site wants."""

from __future__ import annotations

import pytest

from tracktor_nb.store.database import Database
from tracktor_nb.store.events import NewEvent, record_change, record_events
from tracktor_nb.store.frames import Frames
from tracktor_nb.store.site_settings import change_settings
from tracktor_nb.store.sites import SiteRecord, add_site
from tracktor_nb.store.upkeep import DAY, tidy

TODAY = 20_000 * DAY


def times(database: Database, site: SiteRecord) -> list[int]:
    return [time for batch in Frames(database, site.id).events() for time in batch["time"].to_pylist()]


@pytest.fixture
def old(database: Database, shop: SiteRecord) -> SiteRecord:
    """A site that keeps two days, with events of four, of many names."""
    rows = [NewEvent("ann", f"Visit {n % 3}", TODAY - n * DAY // 2, TODAY) for n in range(9)]
    database.writer.run(lambda tx: record_events(tx, shop.id, rows))
    database.writer.run(lambda tx: record_change(tx, shop.id, "ann", {"plan": "free"}, TODAY - 9 * DAY, TODAY))
    return database.writer.run(lambda tx: change_settings(tx, shop.id, {"retention_days": 2}))


def test_older_events_go_by_whole_days_and_properties_stay(database: Database, old: SiteRecord) -> None:
    tidy(database, TODAY + 5)
    assert min(times(database, old)) == TODAY - 2 * DAY
    assert len(times(database, old)) == 5
    assert sum(map(len, Frames(database, old.id).changes())) == 1
    generation = Frames(database, old.id).watermark().log_generation
    tidy(database, TODAY + DAY - 1)
    assert Frames(database, old.id).watermark().log_generation == generation, "nothing is read anew within the day"
    tidy(database, TODAY + DAY)
    assert min(times(database, old)) == TODAY - DAY
    assert Frames(database, old.id).watermark().log_generation == generation + 1


def test_who_sets_nothing_keeps_everything(database: Database, old: SiteRecord) -> None:
    other = database.writer.run(lambda tx: add_site(tx, "other"))
    database.writer.run(lambda tx: record_events(tx, other.id, [NewEvent("bob", "Visit 1", 0, 0)]))
    database.writer.run(lambda tx: change_settings(tx, old.id, {"retention_days": None}))
    tidy(database, TODAY)
    assert (len(times(database, old)), len(times(database, other))) == (9, 1)
