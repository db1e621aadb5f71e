"""A database of an earlier version is brought up to date with all that is in it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tracktor_nb.store import schema
from tracktor_nb.store.database import open_database
from tracktor_nb.store.engines import read_url, writing_engine
from tracktor_nb.store.events import record_event
from tracktor_nb.store.forgetting import erase_person
from tracktor_nb.store.frames import Frames
from tracktor_nb.store.sites import list_sites, site_by_name

OLD_SITES = """
INSERT INTO site (id, name, sid, secret, server_key, zone, week_start, settings, edges_generation)
VALUES ({id}, 'shop {id}', 'sid{id}', 'secret{id}', 'key{id}', 'UTC', 0, '{{"signed_only": true}}', 0)
"""


def migrate_to(url: str, revision: str) -> None:
    engine = writing_engine(read_url(url))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
        command.upgrade(config, revision)
        for id in (1, 2):
            connection.execute(sa.text(OLD_SITES.format(id=id)))
    engine.dispose()


def test_sites_of_the_first_version_go_on_and_their_people_can_be_erased(empty_url: str) -> None:
    migrate_to(empty_url, "0001")
    with open_database(empty_url) as database:
        with database.read() as connection:
            assert [each.sid for each in list_sites(connection)] == ["sid1", "sid2"]
            shop = site_by_name(connection, "shop 1")
            salts = connection.execute(sa.text("SELECT salt FROM site")).scalars().all()
        assert (shop.secrets, shop.settings) == (("secret1",), {"signed_only": True})
        assert len({bytes(salt) for salt in salts}) == 2, "the salt of one site tells nothing about another"
        visit = partial(record_event, site_id=shop.id, distinct_id="ann", name="Visit", time=1, received_at=1)
        assert database.writer.run(visit).is_new
        assert Frames(database, shop.id).watermark().log_generation == 0
        erase_person(database, shop, "ann", 2)
        assert not database.writer.run(visit).is_new
