from __future__ import annotations

import re

import pytest

from tracktor_nb.errors import NotFoundError, SettingError, UnknownNameError
from tracktor_nb.store.database import Database
from tracktor_nb.store.sites import (
    SiteRecord,
    add_site,
    change_site,
    list_sites,
    remove_site,
    site_by_name,
    site_by_sid,
)


def test_a_site_has_a_public_token_and_two_secrets(shop: SiteRecord) -> None:
    assert re.fullmatch("[0-9A-Za-z]{24}", shop.sid)
    assert re.fullmatch("[0-9A-Za-z]{24}", shop.secret)
    assert re.fullmatch("[0-9A-Za-z]{32}", shop.server_key)
    assert len({shop.sid, shop.secret, shop.server_key}) == 3
    assert (shop.name, shop.zone, shop.week_start, shop.settings) == ("shop", "Europe/Berlin", 0, {})


def test_a_site_is_found_by_token_and_by_name(database: Database, shop: SiteRecord) -> None:
    with database.read() as connection:
        assert site_by_sid(connection, shop.sid) == shop
        assert site_by_name(connection, "shop") == shop
        assert site_by_sid(connection, shop.sid.swapcase()) is None


def test_an_unknown_name_is_answered_with_the_near_ones(database: Database, shop: SiteRecord) -> None:
    with database.read() as connection, pytest.raises(UnknownNameError, match="Did you mean 'shop'"):
        site_by_name(connection, "shpo")


def test_settings_are_changed_as_a_whole(database: Database, shop: SiteRecord) -> None:
    changes = {"name": "store", "zone": "Asia/Kolkata", "week_start": 6, "settings": {"signed_only": True}}
    changed = database.writer.run(lambda tx: change_site(tx, shop.id, **changes))
    with database.read() as connection:
        assert list_sites(connection) == [changed]
    assert (changed.name, changed.zone, changed.week_start, changed.settings) == tuple(changes.values())
    assert changed.sid == shop.sid


def test_a_removed_site_is_known_by_its_token_only_and_its_name_is_free(database: Database, shop: SiteRecord) -> None:
    database.writer.run(lambda tx: remove_site(tx, shop.id, at=7))
    again = database.writer.run(lambda tx: add_site(tx, "shop"))
    with database.read() as connection:
        removed = site_by_sid(connection, shop.sid)
        assert removed is not None
        assert removed.removed_at == 7
        assert list_sites(connection) == [again]
    for change in (lambda tx: remove_site(tx, shop.id, at=8), lambda tx: change_site(tx, shop.id, name="x")):
        with pytest.raises(NotFoundError):
            database.writer.run(change)


def test_a_name_is_given_once(database: Database, shop: SiteRecord) -> None:
    with pytest.raises(SettingError, match="a site 'shop' already"):
        database.writer.run(lambda tx: add_site(tx, "shop"))


@pytest.mark.parametrize("name", ["", "  "])
def test_a_site_needs_a_name(database: Database, name: str) -> None:
    with pytest.raises(SettingError, match="needs a name"):
        database.writer.run(lambda tx: add_site(tx, name))


@pytest.mark.parametrize("zone", ["Berlin", "", "../etc/passwd", "+02:00"])
def test_a_time_zone_must_be_one_of_the_worlds(database: Database, zone: str) -> None:
    with pytest.raises(SettingError, match="Unknown time zone"):
        database.writer.run(lambda tx: add_site(tx, "shop", zone))
