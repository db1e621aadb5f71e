"""Without the visitor's consent nothing is stored in his browser and nothing is sent; what he decides is kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from .conftest import Customer, Recorded
from .visits import names, script, settle

pytestmark = pytest.mark.browser

STORED = "[localStorage.length, sessionStorage.length, document.cookie]"


@pytest.fixture
def sent(page: Page) -> list[str]:
    """The requests of the page that are no page and no script."""
    urls: list[str] = []
    page.on("request", lambda request: request.resource_type in ("document", "script") or urls.append(request.url))
    return urls


def wait(page: Page) -> None:
    """Wait until the library is there and has had its turn."""
    page.wait_for_function("Object.hasOwn(tio, 'site')")
    page.evaluate("new Promise(done => setTimeout(done, 50))")


@pytest.mark.parametrize("consent", ["pending", "denied"])
def test_nothing_is_stored_or_sent(
    page: Page, customer: Customer, recorded: Recorded, ours: str, sent: list[str], consent: str
) -> None:
    options = script(f"window.tioOptions = {{consent: '{consent}'}}")
    calls = script("tio.identify('ann'); tio.track('early'); tio.setCart({totalprice: 1})")
    page.goto(customer.write("/", options + ours + calls) + "?utm_source=ad")
    wait(page)
    page.evaluate("void tio.track('late'); history.pushState({}, '', '/?next')")
    page.reload()
    wait(page)
    assert page.evaluate(STORED) == [0, 0, ""]
    assert sent == []
    assert recorded.all_events() == []


def test_consent_brings_all_that_waited_in_its_order_and_with_its_time(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    options = script("window.tioOptions = {consent: 'pending'}")
    page.goto(
        customer.write("/", options + ours + script("tio.track('early'); tio.identify('ann')")) + "?utm_source=ad"
    )
    wait(page)
    page.evaluate("window.waiting = tio.track('waiting'); history.pushState({}, '', '/?next')")
    wait(page)
    consented = page.evaluate("Date.now() / 1000")
    assert page.evaluate("tio.optIn()")["ok"]
    assert page.evaluate("waiting")["ok"]
    settle(page)
    assert names(recorded) == ["early", "waiting"]
    assert [data["url"].partition("?")[2] for _, data in recorded.views()] == ["utm_source=ad", "next"]
    assert all(at < consented for name, at in recorded.times() if name != "settled")
    assert recorded.facts()[0][1]["first_utm_source"] == "ad"
    page.reload()
    settle(page)
    assert page.evaluate("localStorage.length") > 0


def test_who_opts_out_is_forgotten_by_the_browser_and_stays_so(
    page: Page, customer: Customer, recorded: Recorded, ours: str, sent: list[str]
) -> None:
    page.goto(customer.write("/", ours + script("tio.identify('ann', 'x'.repeat(3))")))
    wait(page)
    assert page.evaluate("tio.optOut()")["ok"]
    sent.clear()
    assert page.evaluate("tio.track('after')")["error"]["code"] == "opted_out"
    page.reload()
    wait(page)
    page.evaluate("void tio.track('after')")
    assert page.evaluate("Object.values(localStorage)") == ["denied"]
    assert page.evaluate("[sessionStorage.length, document.cookie]") == [0, ""]
    assert sent == []
    assert "after" not in names(recorded)


def test_who_opts_in_again_is_a_new_visitor(page: Page, customer: Customer, recorded: Recorded, ours: str) -> None:
    page.goto(customer.write("/", ours + script("tio.track('before')")))
    settle(page)
    page.evaluate("tio.optOut()")
    page.evaluate("tio.optIn()")
    assert page.evaluate("tio.track('again')")["ok"]
    (before, _, _), *_, (again, _, _) = recorded.events()
    assert before != again
    assert again.startswith("a-")


@pytest.mark.parametrize(
    ("signal", "options", "recorded_at_all"),
    [
        ("globalPrivacyControl", "{}", False),
        ("doNotTrack", "{respectDnt: true}", False),
        ("doNotTrack", "{}", True),
    ],
)
def test_a_browser_that_asks_not_to_be_followed_is_not_unless_its_owner_says_so(
    context: BrowserContext,
    customer: Customer,
    recorded: Recorded,
    ours: str,
    signal: str,
    options: str,
    recorded_at_all: bool,
) -> None:
    context.add_init_script(f"Object.defineProperty(navigator, '{signal}', {{get: () => '1'}})")
    page = context.new_page()
    page.goto(customer.write("/", script(f"window.tioOptions = {options}") + ours))
    wait(page)
    assert page.evaluate("tio.track('asked not to')")["ok"] is recorded_at_all
    page.evaluate("tio.optIn()")
    page.reload()
    settle(page)
    assert page.evaluate("tio.track('allowed')")["ok"]
    assert names(recorded) == ["asked not to"] * recorded_at_all + ["allowed"]
