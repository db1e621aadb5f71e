"""The seed's workflow campaign (3.4.5), built in code as its text means it, live against the real server and worker."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

import tracktor_nb as tr
from tests.browser.server_process import ServerProcess
from tests.test_working import until
from tracktor_nb import Campaign, Filter, Limit, SendLetter, Trigger, has
from tracktor_nb.semantics.lint import lint
from tracktor_nb.site import Site
from tracktor_nb.store.tables import effect

ROOT = Path(__file__).parents[1]
FREE = Filter(has("plan", "is", "free"), yes=[SendLetter("Upgrade")])
MEANT = Campaign([Trigger.event("Watch movie"), Limit(20, no=[FREE])], count_earlier=True)
NOT_FREE = Filter(has("plan", "is not", "free"), yes=[SendLetter("Upgrade")])
LITERAL = Campaign([Trigger.event("Watch movie"), Limit(20, no=[NOT_FREE])])


@dataclass
class Cinema:
    """A site behind a running server."""

    site: Site
    origin: str

    def call(self, path: str, **parameters: str) -> None:
        """Call the HTTP API as a page does."""
        query = urllib.parse.urlencode({"sid": self.site.sid, **parameters})
        with urllib.request.urlopen(f"{self.origin}{path}?{query}", timeout=20) as answer:
            assert orjson.loads(answer.read())["ok"]

    def register(self, id: str, plan: str) -> None:
        """Make somebody known with an address and a plan."""
        self.call("/set", id=id, data=orjson.dumps({"plan": plan, "email": f"{id}@example.com"}).decode())

    def watch(self, *ids: str) -> None:
        """Let people watch a movie."""
        for id in ids:
            self.call("/track", id=id, action="Watch movie")

    def letters(self) -> list[str]:
        """Return who is sent the letter, in order."""
        sent = self.site.deliveries("upgrade")
        return list(sent[sent["status"] == "queued"]["distinct_id"])[::-1]

    def watched(self, times: int) -> None:
        """Wait until so many watches have gone through the campaign since Run."""
        arrived = sa.select(sa.func.count()).where(effect.c.kind == "visit", effect.c.node == "limit-1")

        def seen() -> bool:
            with self.site.database.read() as connection:
                return connection.execute(arrived).scalar_one() >= times

        until(seen)


@contextmanager
def worker(url: str, folder: Path) -> Iterator[None]:
    """Run `tracktor-nb work` as its own process."""
    environment = os.environ | {"TRACKTOR_DATABASE": url, "TRACKTOR_DATA": str(folder)}
    process = subprocess.Popen([sys.executable, "-m", "tracktor_nb", "work"], env=environment, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(30) == 0


@pytest.fixture
def cinema(tmp_path: Path) -> Iterator[Cinema]:
    url = f"sqlite:///{tmp_path}/cinema.db"
    site = tr.connect(url, site="demo", create=True)
    server = ServerProcess(tmp_path, url)
    server.start()
    with worker(url, tmp_path):
        yield Cinema(site, server.origin)
    server.stop()
    site.close()


def test_one_letter_at_exactly_the_20th_watch_of_a_free_person_and_the_backtest_agrees(cinema: Cinema) -> None:
    for id, plan in (("ann", "free"), ("bob", "pro"), ("eve", "free")):
        cinema.register(id, plan)
    cinema.watch(*["eve"] * 21)
    cinema.site.save("upgrade", MEANT)
    cinema.site.launch("upgrade")
    until(lambda: cinema.letters() == ["eve"])
    cinema.watch(*["ann", "bob"] * 19)
    cinema.watched(1 + 38)
    assert cinema.letters() == ["eve"], "none at the 19th"
    cinema.watch("ann", "bob")
    cinema.watched(1 + 40)
    assert cinema.letters() == ["eve", "ann"], "one at the 20th, none for paid plans"
    cinema.watch("ann", "bob", "eve")
    cinema.watched(1 + 43)
    assert cinema.letters() == ["eve", "ann"], "none at the 21st"
    counted = cinema.site.backtest("upgrade", period="all time")
    assert counted.people(kind="letter")["distinct_id"].tolist() == ["eve", "ann"]
    assert "goes to a person once" in str(cinema.site.why_not("upgrade", "ann"))
    assert cinema.site.why_not("upgrade", "bob").frame()["why"].str.contains("plan is .free.").any()


def test_the_literal_wiring_is_reported() -> None:
    assert lint(MEANT) == []
    (found,) = lint(LITERAL)
    assert "negated" in found.rule
