"""A site whose campaigns run: the worker and its clock are moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa

from tests.databases import wait_for_the_log
from tracktor_nb.messaging.live_campaigns import LiveCampaigns
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.period import SECOND, Calendar
from tracktor_nb.store import campaigns as running
from tracktor_nb.store.campaign_people import CampaignPeople
from tracktor_nb.store.database import Database
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.journeys import effect_of
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.tables import effect, identity
from tracktor_nb.store.writer import Transaction

ZONE = Calendar("Europe/Berlin")
NOW = 1_700_000_000_000_000


class Shop:
    """A site whose worker and clock the test moves by hand."""

    def __init__(self, database: Database, site: SiteRecord) -> None:
        self.database, self.site, self.now = database, site, NOW
        self.worker = self.another()

    def another(self, holder: str = "one") -> LiveCampaigns:
        store = CampaignPeople(self.database, self.site.id, holder, lambda: self.now)
        return LiveCampaigns(store, ZONE, lambda: self.now)

    def write(self, step: Callable[[Transaction], Any]) -> Any:
        return self.database.writer.run(step)

    def run(self, campaign: Campaign, name: str = "nudge", start_present: bool = False) -> None:
        launched = partial(running.launch, site_id=self.site.id, name=name, definition=campaign, revision=1)
        self.write(partial(launched, start_present=start_present, now=self.now))

    def track(self, id: str, event: str = "Watch movie", ago: int = 0, **more: bool) -> None:
        said = {"distinct_id": id, "name": event, "time": self.now - ago, "received_at": self.now, **more}
        self.write(lambda tx: record_event(tx, self.site.id, **said))

    def set(self, id: str, **values: object) -> None:
        self.write(lambda tx: record_change(tx, self.site.id, id, values, self.now, self.now))

    def after(self, microseconds: int = SECOND, worker: LiveCampaigns | None = None) -> None:
        """Let time pass and the worker do what is to do."""
        self.now += microseconds
        wait_for_the_log(self.database)
        while (worker or self.worker).step():
            pass

    def did(self, kind: str | None = None) -> list[tuple[str, str, dict[str, Any]]]:
        """Return (distinct id, kind, body) of what was done, in order; visits left out."""
        ids = sa.select(identity.c.distinct_id, effect).join(identity, identity.c.id == effect.c.identity_id)
        with self.database.read() as connection:
            rows = [(row.distinct_id, effect_of(row)) for row in connection.execute(ids.order_by(effect.c.at))]
        return [
            (id, each.kind, dict(each.body)) for id, each in rows if each.kind != "visit" and kind in (None, each.kind)
        ]

    def letters(self) -> list[tuple[str, str]]:
        return [(id, body["letter"]) for id, _, body in self.did("letter")]
