"""The worker: it follows the log of every site and makes what follows from it, at once and on time.

Segments and campaigns are brought up to date within milliseconds of what arrives; carts and timers when they are due;
the database is tidied each minute. Several workers share the sites among them; each site has one at a time.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from .errors import StoreBusyError
from .messaging.live_campaigns import LiveCampaigns
from .messaging.live_segments import LiveSegments
from .semantics.period import Calendar
from .store.campaign_people import CampaignPeople
from .store.database import Database, open_database
from .store.live_people import LivePeople
from .store.positions import log_end
from .store.sites import SiteRecord, list_sites
from .store.upkeep import do_due, tidy

LOOK_EVERY = 0.02
"""Seconds between two looks whether something was written."""
ROUND_EVERY = 0.25
"""Seconds between two rounds even so: time itself moves people and carts."""
TIDY_EVERY = 60.0

log = logging.getLogger(__name__)


def clock() -> int:
    """Return this instant in microseconds UTC."""
    return time.time_ns() // 1000


class SiteWorker:
    """Keeps the segments and campaigns of one site."""

    def __init__(self, database: Database, record: SiteRecord, holder: str, clock: Callable[[], int] = clock) -> None:
        calendar = Calendar(record.zone, record.week_start)
        self._people = LivePeople(database, record.id, holder, clock)
        self._walkers = CampaignPeople(database, record.id, holder, clock)
        self._segments = LiveSegments(self._people, calendar, clock)
        self._campaigns = LiveCampaigns(self._walkers, calendar, clock)

    def step(self) -> bool:
        """Do the next part of what is to do; False if there is nothing."""
        return any([self._segments.step(), self._campaigns.step()])

    def leave(self) -> None:
        """Let another worker go on at once."""
        self._people.leave()
        self._walkers.leave()


class Worker:
    """Works on every site of a database."""

    def __init__(self, database: Database, holder: str | None = None) -> None:
        self._database = database
        self._holder = holder or f"{socket.gethostname()}:{os.getpid()}"
        self._sites: dict[tuple[int, str, int], SiteWorker] = {}
        self._tidied = -TIDY_EVERY
        self._rounded = -ROUND_EVERY
        self._seen: object = None

    def work(self, stop: threading.Event) -> None:
        """Work until told to stop."""
        busy = False
        while not stop.is_set():
            is_time, busy = self._is_time() or busy, False
            with suppress(StoreBusyError):  # another round comes soon
                busy = is_time and self.round()
            stop.wait(0.0 if busy else LOOK_EVERY)
        for site in self._sites.values():
            site.leave()

    def round(self) -> bool:
        """Do a part of what is to do for every site; False if there was nothing."""
        do_due(self._database, clock())
        if time.monotonic() - self._tidied >= TIDY_EVERY:
            tidy(self._database, clock())
            self._tidied = time.monotonic()
        done = [self._step(site) for site in self._workers()]
        return any(done)

    def _step(self, site: SiteWorker) -> bool:
        """Do the next part for one site; what fails there holds up no other site, and is tried again."""
        try:
            return site.step()
        except StoreBusyError:
            raise
        except Exception:
            log.exception("The worker could not do what was to do for a site; it tries again.")
            return False

    def _is_time(self) -> bool:
        """True if something was written since the last look, or time has passed."""
        with self._database.read() as connection:
            end = log_end(connection)
        if end == self._seen and time.monotonic() - self._rounded < ROUND_EVERY:
            return False
        self._seen, self._rounded = end, time.monotonic()
        return True

    def _workers(self) -> list[SiteWorker]:
        with self._database.read() as connection:
            records = list_sites(connection)
        known, self._sites = self._sites, {}
        for record in records:
            key = (record.id, record.zone, record.week_start)
            self._sites[key] = known.get(key) or SiteWorker(self._database, record, self._holder)
        return list(self._sites.values())


def work(url: str) -> None:
    """Work on every site of a database until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_database(url) as database:
        Worker(database).work(stop)
