"""What tio.js promises is stored once: when tabs crash, networks go and servers are killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tracktor_nb.ingest.snippet import snippet
from tracktor_nb.semantics.identity import signature
from tracktor_nb.store.database import open_database
from tracktor_nb.store.sites import add_site

from .conftest import FLAGS, Customer, Recorded
from .install_chromium import find_chromium
from .server_process import ServerProcess
from .visits import crash, cut, events, eventually, names, script, settle

pytestmark = pytest.mark.browser

KEPT = "Object.keys(localStorage).filter(key => key.includes('_m_')).length"
SILENCE = "Object.keys(localStorage).filter(key => key.includes('_p_')).forEach(key => localStorage.setItem(key, '1'))"
"""Makes all pages look as if they had said nothing for long."""
FILL = """
for (let size = 2 ** 22, n = 0; size >= 1; size /= 2) {
  try { for (;;) localStorage.setItem(`theirs ${n++}`, 'x'.repeat(size)); } catch {}
}
"""


def test_what_was_called_offline_arrives_when_the_network_is_back(
    page: Page, context: BrowserContext, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours))
    settle(page)
    context.set_offline(True)
    page.evaluate("void (window.answers = [1, 2, 3].map(n => tio.track('offline', {n})))")
    page.wait_for_function(f"{KEPT} === 3")
    assert names(recorded) == []
    context.set_offline(False)
    assert page.evaluate("Promise.all(answers).then(all => all.map(each => each.ok))") == [True] * 3
    assert names(recorded) == ["offline"] * 3
    assert page.evaluate(KEPT) == 0


def test_what_a_page_could_not_send_the_next_one_sends(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    url = customer.write("/", ours)
    page.goto(url)
    settle(page)
    page.route("**/batch", cut)
    page.evaluate("navigator.sendBeacon = () => false; void tio.track('left behind')")
    page.goto("about:blank")
    page.unroute("**/batch")
    assert names(recorded) == []
    page.goto(url)
    settle(page)
    eventually(lambda: names(recorded) == ["left behind"])
    page.wait_for_function(f"{KEPT} === 0")


def test_a_tab_that_crashed_is_inherited_by_another_one_that_is_open(
    page: Page, context: BrowserContext, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours))
    settle(page)
    page.route("**/batch", cut)
    page.evaluate("['one', 'two'].forEach(name => tio.track(name))")
    page.wait_for_function(f"{KEPT} === 2")
    crash(page)
    other = context.new_page()
    other.goto(customer.write("/other", ours))
    settle(other)
    assert names(recorded) == []
    other.evaluate(SILENCE)
    other.reload()
    settle(other)
    eventually(lambda: names(recorded) == ["one", "two"])


def test_two_tabs_record_one_visitor_and_each_call_once(
    page: Page, context: BrowserContext, customer: Customer, recorded: Recorded, ours: str
) -> None:
    tabs = [page, context.new_page()]
    for tab in tabs:
        tab.goto(customer.write("/", ours))
        settle(tab)
    for number, tab in enumerate(tabs):
        tab.evaluate("tab => { for (let n = 0; n < 20; n++) tio.track('both', {tab, n}); }", number)
    for tab in tabs:
        settle(tab)
    calls = [(data["tab"], data["n"]) for _, name, data in recorded.events() if name == "both"]
    assert sorted(calls) == [(tab, n) for tab in (0, 1) for n in range(20)]
    [person] = recorded.people()
    assert len(person) == 1


def test_who_signs_in_in_one_tab_is_known_in_the_other(
    page: Page, context: BrowserContext, customer: Customer, recorded: Recorded, ours: str
) -> None:
    url = customer.write("/", ours)
    page.goto(url)
    settle(page)
    other = context.new_page()
    other.goto(url)
    settle(other)
    page.evaluate("tio.identify('ann')")
    assert other.evaluate("tio.track('elsewhere')")["ok"]
    assert [who for who, name, _ in events(recorded) if name == "elsewhere"] == ["ann"]


def test_signed_calls_left_behind_wait_for_the_tab_that_can_sign_them(
    page: Page, context: BrowserContext, customer: Customer, recorded: Recorded, ours: str
) -> None:
    sign = signature(recorded.site.secret, "5115")
    page.goto(customer.write("/", ours + script(f"tio.identify('5115', '{sign}')")))
    settle(page)
    page.route("**/batch", cut)
    page.evaluate("navigator.sendBeacon = () => false; void tio.track('signed')")
    page.wait_for_function(f"{KEPT} === 1")
    assert sign not in page.evaluate("JSON.stringify(Object.entries(localStorage))")
    stranger = context.new_page()
    stranger.goto(customer.write("/other", ours))
    stranger.evaluate(SILENCE)
    stranger.reload()
    stranger.wait_for_function("Object.hasOwn(tio, 'site')")
    assert stranger.evaluate(KEPT) >= 1
    assert "signed" not in names(recorded)
    page.unroute("**/batch")
    page.reload()
    eventually(lambda: names(recorded).count("signed") == 1)
    page.wait_for_function(f"{KEPT} === 0")


def test_a_storage_that_the_page_fills_up_stops_nothing(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    url = customer.write("/", ours)
    page.goto(url)
    settle(page)
    page.evaluate(FILL)
    assert page.evaluate("tio.track('full')")["ok"]
    page.goto(url)
    assert page.evaluate("tio.track('full from the start')")["ok"]
    assert names(recorded) == ["full", "full from the start"]
    assert len(recorded.people()) == 1


def test_more_than_a_browser_keeps_alive_arrives_all_the_same(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours))
    settle(page)
    many = "Promise.all([...Array(12)].map((_, n) => tio.track('large', {n, text: 'é'.repeat(7000)})))"
    assert all(answer["ok"] for answer in page.evaluate(many))
    assert names(recorded) == ["large"] * 12


def test_what_one_beacon_cannot_carry_stays_for_the_next_page(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    elsewhere = customer.write("/elsewhere", "")
    url = customer.write("/", ours)
    page.goto(url)
    settle(page)
    leave = """url => {
      for (let n = 0; n < 12; n++) tio.track('leaving', {n, text: 'x'.repeat(9000)});
      location = url;
    }"""
    page.evaluate(leave, elsewhere)
    page.wait_for_url(elsewhere)
    page.goto(url)
    page.wait_for_function(f"Object.hasOwn(tio, 'site') && {KEPT} === 0")
    assert sorted(data["n"] for _, name, data in events(recorded) if name == "leaving") == [*range(12)]


def test_a_server_that_is_killed_while_it_takes_calls_loses_and_doubles_none(
    page: Page, customer: Customer, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with open_database(url) as database:
        recorded = Recorded(database, database.writer.run(lambda tx: add_site(tx, "demo")))
        server = ServerProcess(tmp_path, url)
        server.start()
        page.goto(customer.write("/", snippet(recorded.site.sid, server.origin)))
        settle(page)
        call = "n => { (window.answers = window.answers || []).push(tio.track('call', {n})); }"
        for number in range(60):
            page.evaluate(call, number)
            if number == 30:
                server.kill()
        server.start()
        page.evaluate("dispatchEvent(new Event('online'))")
        answers = page.evaluate("Promise.all(answers)")
        assert all(answer["ok"] for answer in answers)
        assert [data["n"] for _, _, data in events(recorded)] == [*range(60)]
        server.stop()


@pytest.fixture
def caching(browser: Browser) -> Iterator[Page]:
    """A tab of a browser that keeps pages to come back to; the tests' usual one does not."""
    chromium = browser.browser_type.launch(
        executable_path=find_chromium(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
    )
    yield chromium.new_page()
    chromium.close()


def test_a_page_that_comes_back_from_the_cache_goes_on(
    caching: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page = caching
    early = script("addEventListener('pageshow', event => { window.cached = event.persisted; })")
    page.goto(customer.write("/", early + ours))
    settle(page)
    page.route("**/batch", cut)
    page.evaluate("void (window.answer = tio.track('before'))")
    page.goto(customer.write("/next", "<title>Next</title>"))
    page.unroute("**/batch")
    page.go_back(wait_until="commit")
    assert page.evaluate("cached") is True
    assert page.evaluate("answer.then(each => each.ok)")
    assert page.evaluate("tio.track('after')")["ok"]
    assert [name for name in names(recorded) if name in ("before", "after")] == ["before", "after"]
    assert len(recorded.views()) == 2
