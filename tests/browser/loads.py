"""Many page loads with servers that are killed, networks that cut and tabs that crash, and what became of each call.

Run as `python -m tests.browser.loads [LOADS] [SEED]` (`make soak`): it says what was promised, stored and lost,
measures what a click costs on a deep page, and fails if a promise was broken or a call was stored twice.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from tracktor_nb.ingest.snippet import snippet
from tracktor_nb.store.database import open_database
from tracktor_nb.store.sites import add_site

from .conftest import FLAGS, Customer, Recorded, web_site
from .install_chromium import find_chromium
from .server_process import ServerProcess
from .visits import crash, script

CALL = """n => {
  window.unanswered = (window.unanswered || 0) + 1;
  tio.track('call', {n}).then(answer => { window.unanswered--; window.tell(n, answer.ok === true); });
}"""
READY = "Object.hasOwn(tio, 'site')"
ANSWERED = """new Promise(done => {
  const started = performance.now();
  (function look() { performance.now() - started < 1000 && unanswered ? setTimeout(look, 10) : done(); })();
})"""
"""Waits for the answers, but not for ever."""
KEPT = "Object.keys(localStorage).filter(key => key.includes('_m_')).length"
FORBID = """
for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError'); }});
"""
FORGET_HEARTBEATS = (
    "Object.keys(localStorage).filter(key => key.includes('_p_')).forEach(key => localStorage.removeItem(key))"
)
FAULTS = 0.4
"""The share of requests that fail."""
KILLS = 0.01
"""The share of calls after which the server is killed; it is started again for the next page load."""


@dataclass
class Tally:
    """What became of the calls, each by its number."""

    called: set[int] = field(default_factory=set)
    unkept: set[int] = field(default_factory=set)
    """Calls of the visitor whose browser forbids storage: they live and die with their tab."""
    promised: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    stored: Counter[int] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    kills: int = 0

    @property
    def broken(self) -> set[int]:
        """Calls whose promise said that they are stored, and that are not."""
        return self.promised - set(self.stored)

    @property
    def twice(self) -> set[int]:
        """Calls that are stored more than once."""
        return {number for number, times in self.stored.items() if times > 1}

    @property
    def lost(self) -> set[int]:
        """Calls that went with their tab: nothing was promised and nothing is stored."""
        return self.called - set(self.stored)

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {end}" for end, count in sorted(self.ends.items()))
        return (
            f"{sum(self.ends.values())} page loads ({ends}), {self.kills} killed servers: "
            f"{len(self.called)} calls, {len(self.promised)} promised, "
            f"{len(self.stored)} stored, {len(self.broken)} broken promises, {len(self.twice)} stored twice, "
            f"{len(self.refused)} refused, {len(self.lost)} lost with their tab "
            f"({len(self.lost & self.unkept)} of them among the {len(self.unkept)} of a browser that forbids storage)"
        )


class Loads:
    """Visitors with one browser each, who open pages, call, and leave in every way there is."""

    def __init__(
        self, browser: Browser, recorded: Recorded, server: ServerProcess, customer: Customer, seed: int
    ) -> None:
        self._browser, self._recorded, self._server, self._customer = browser, recorded, server, customer
        self._dice = random.Random(seed)
        self._faults = random.Random(seed)  # drawn from whenever a request comes: what visitors do stays the same
        self._url = customer.write("/", snippet(recorded.site.sid, server.origin))
        self._elsewhere = customer.write("/elsewhere", script("0"))
        self._down = False
        self.tally = Tally()

    def run(self, loads: int, visitors: int = 3) -> Tally:
        """Go through so many page loads, let everything settle, and return what became of the calls.

        One visitor more has a browser that forbids all storage.
        """
        keeping = [self._visitor() for _ in range(visitors)]
        forbidding = self._visitor()
        forbidding.add_init_script(FORBID)
        for _ in range(loads):
            self._load(self._dice.choice([*keeping, forbidding]), forbidding)
        self._up()
        for context in keeping:
            self._settle(context)
        for context in [*keeping, forbidding]:
            context.close()
        self.tally.stored.update(data["n"] for _, name, data in self._recorded.all_events() if name == "call")
        return self.tally

    def _visitor(self) -> BrowserContext:
        context = self._browser.new_context()
        context.expose_function("tell", self._hear)
        return context

    def _hear(self, number: int, ok: bool) -> None:
        (self.tally.promised if ok else self.tally.refused).add(number)

    def _load(self, context: BrowserContext, forbidding: BrowserContext) -> None:
        self._up()
        page = context.new_page()
        page.route("**/batch", self._fault)
        page.goto(self._url)
        page.wait_for_function(READY)
        for _ in range(self._dice.randint(1, 6)):
            number = len(self.tally.called)
            page.evaluate(CALL, number)
            self.tally.called.add(number)
            if context is forbidding:
                self.tally.unkept.add(number)
            if self._dice.random() < KILLS:
                self._kill()
        end = self._dice.choice((self._wait, self._leave, self._close, self._crash))
        self.tally.ends[end.__name__.strip("_")] += 1
        end(page)

    def _fault(self, route: Route) -> None:
        """Let the network or the server fail in one of the ways they do; half of the time they do not."""
        faults: tuple[Callable[[], object], ...] = (
            route.abort,
            lambda: (_reached(route), route.abort()),
            lambda: route.fulfill(status=503, headers={"Retry-After": "1", "Access-Control-Allow-Origin": "*"}),
            lambda: route.fulfill(status=500, body="<html>"),
            lambda: route.fulfill(status=200, body="<html>login", headers={"Access-Control-Allow-Origin": "*"}),
        )
        try:
            if self._faults.random() < FAULTS:
                self._faults.choice(faults)()
            else:
                route.continue_()
        except Exception:  # noqa: BLE001  the tab went while its request was looked at
            return

    def _wait(self, page: Page) -> None:
        page.evaluate(ANSWERED)
        page.close()

    def _leave(self, page: Page) -> None:
        page.goto(self._elsewhere)
        page.close()

    def _close(self, page: Page) -> None:
        page.close(run_before_unload=False)

    def _crash(self, page: Page) -> None:
        crash(page)
        page.close()

    def _kill(self) -> None:
        if not self._down:
            self._server.kill()
            self._down = True
            self.tally.kills += 1

    def _up(self) -> None:
        if self._down:
            self._server.start()
            self._down = False

    def _settle(self, context: BrowserContext) -> None:
        """Open a page that inherits what all others of this visitor left behind, and let it send that."""
        page = context.new_page()
        page.goto(self._elsewhere)
        page.evaluate(FORGET_HEARTBEATS)
        page.goto(self._url)
        page.wait_for_function(f"{READY} && {KEPT} === 0", timeout=60_000)


def _reached(route: Route) -> None:
    """Let the server take it, and nobody hear the answer."""
    try:
        route.fetch()
    except Exception:  # noqa: BLE001  the server is down
        return


@contextmanager
def stage(browser: Browser, folder: Path, seed: int) -> Iterator[Loads]:
    """Yield the loads over a server and a web site of their own."""
    url = f"sqlite:///{folder / 'shop.db'}"
    with open_database(url) as database, web_site() as customer:
        recorded = Recorded(database, database.writer.run(lambda tx: add_site(tx, "demo")))
        server = ServerProcess(folder, url)
        server.start()
        try:
            yield Loads(browser, recorded, server, customer, seed)
        finally:
            server.kill()


DEEP = """
async () => {
  let at = document.body;
  for (let n = 0; n < 1000; n++) {
    at = at.appendChild(document.createElement('div'));
    at.className = 'c' + n % 7;
  }
  const button = at.appendChild(document.createElement('button'));
  button.id = 'deep';
  const times = [];
  for (let n = 0; n < 51; n++) {
    const started = performance.now();
    button.click();
    times.push(performance.now() - started);
    await new Promise(done => setTimeout(done, 30));
  }
  return times.sort((a, b) => a - b)[25];
}
"""


def click_milliseconds(browser: Browser) -> float:
    """Return the median time that a click takes on a page 1000 deep whose site has 100 selectors."""
    selectors = [*(f".c{number} > div ~ [data-x='{number}'] span" for number in range(98)), ":has(.x) :has(p)", "#deep"]
    rules = [{"name": each, "kind": "click", "match": each} for each in selectors]
    built = Path(__file__).parents[2] / "tracktor_nb" / "static" / "tio.js"
    answer = json.dumps({"ok": True, "results": [], "rejected": []})
    page = browser.new_page()
    page.route("**/*", lambda route: route.fulfill(body="<body></body>", content_type="text/html"))
    page.route("**/batch", lambda route: route.fulfill(body=answer, headers={"Access-Control-Allow-Origin": "*"}))
    page.goto("http://localhost/")
    config = {"sid": "s", "host": "http://localhost", "autoEvents": rules}
    page.evaluate(f"window.__tioConfig = {json.dumps(config)}")
    page.evaluate(built.read_text().partition("\n")[2])
    median: float = page.evaluate(DEEP)
    page.close()
    return median


def main() -> None:
    """Run the loads, print the tally, and fail if a promise was broken."""
    loads, seed = (int(given) for given in (*sys.argv[1:], *("1000", "1")[len(sys.argv) - 1 :]))
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        click.echo(
            f"A click on a page 1000 deep with 100 selectors: {click_milliseconds(browser):.1f} ms (median of 51)"
        )
        with stage(browser, Path(folder), seed) as all_loads:
            tally = all_loads.run(loads)
        browser.close()
    click.echo(tally)
    sys.exit(1 if tally.broken or tally.twice else 0)


if __name__ == "__main__":
    main()
