"""Fixtures of what runs live."""

import pytest

from tests.messaging.running_shop import Shop
from tracktor_nb.store.database import Database
from tracktor_nb.store.sites import SiteRecord


@pytest.fixture
def live(database: Database, shop: SiteRecord) -> Shop:
    made = Shop(database, shop)
    made.after()
    return made
