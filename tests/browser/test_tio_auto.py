"""Events that a site makes without code: pages by the pattern of their address, clicks by CSS selectors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tracktor_nb.facade.auto_events import AutoEvents

from .conftest import Customer, Recorded
from .visits import events, eventually, names, script, settle

pytestmark = pytest.mark.browser


def give(recorded: Recorded, *rules: tuple[str, str, str]) -> None:
    """Make these auto events of the site: (name, kind, match)."""
    auto_events = AutoEvents(recorded.database, recorded.site.id)
    for name, kind, match in rules:
        auto_events.add(name, **{kind: match})


def clicks(recorded: Recorded) -> list[Any]:
    """The events besides those of `settle`, with the page they name."""
    return [(name, data["page"]) for _, name, data in events(recorded)]


def test_pages_are_events_by_the_pattern_of_their_address(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    give(
        recorded,
        ("Saw a product", "page", "/products/*"),
        ("Saw a chair", "page", "/products/chair"),
        ("No", "page", "/x"),
    )
    page.goto(customer.write("/products/chair", ours) + "?token=1")
    settle(page)
    page.evaluate("history.pushState({}, '', '/products/table')")
    settle(page)
    page.evaluate("history.pushState({}, '', '/cart')")
    settle(page)
    chair, table = "/products/chair", "/products/table"
    assert clicks(recorded) == [("Saw a product", chair), ("Saw a chair", chair), ("Saw a product", table)]
    assert events(recorded)[0][2]["url"] == f"{customer.origin}{chair}?token=hidden"


def test_clicks_are_events_by_what_was_clicked_or_what_it_lies_in(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    give(recorded, ("Buy", "click", "#buy, .buy"), ("In a card", "click", ".card"), ("Other", "click", "nav a"))
    body = "<div class=card><button id=buy><b>Buy</b> now</button></div><p>text</p>"
    page.goto(customer.write("/", ours, body))
    settle(page)
    page.click("b")
    page.click("p")
    page.focus("#buy")
    page.keyboard.press("Enter")
    eventually(lambda: sorted(names(recorded)) == ["Buy"] * 2 + ["In a card"] * 2)
    assert "Buy" not in json.dumps([data for _, _, data in events(recorded)])


def test_clicks_in_shadow_roots_and_clicks_that_the_page_stops_are_seen(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    give(recorded, ("Inner", "click", ".inner"), ("Host", "click", "shop-button"), ("Stopped", "click", "#stopped"))
    elements = script("""
      customElements.define('shop-button', class extends HTMLElement {
        connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = '<i class=inner>Buy</i>'; }
      });
      document.getElementById('stopped').onclick = event => event.stopImmediatePropagation();
    """)
    page.goto(customer.write("/", ours, "<shop-button></shop-button><button id=stopped>x</button>" + elements))
    settle(page)
    page.click(".inner")
    page.click("#stopped")
    eventually(lambda: sorted(names(recorded)) == ["Host", "Inner", "Stopped"])


def test_a_click_on_a_link_arrives_although_the_page_goes(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    give(recorded, ("Left", "click", "a"))
    elsewhere = customer.write("/elsewhere", "")
    url = customer.write("/", ours, f"<a href='{elsewhere}'>away</a>")
    for _ in range(3):
        page.goto(url)
        page.wait_for_function("Object.hasOwn(tio, 'site')")
        page.click("a")
        page.wait_for_url(elsewhere)
    page.goto(url)
    eventually(lambda: names(recorded) == ["Left"] * 3)


def test_what_is_private_is_not_seen(page: Page, customer: Customer, recorded: Recorded, ours: str) -> None:
    give(recorded, ("Any", "click", "body *"))
    body = "<input type=password><div data-tio-ignore><button id=mine>x</button></div><button id=open>x</button>"
    page.goto(customer.write("/", ours, body))
    settle(page)
    for selector in ("[type=password]", "#mine", "#open"):
        page.click(selector)
    eventually(lambda: names(recorded) != [])
    settle(page)
    assert names(recorded) == ["Any"]


def test_a_selector_that_no_browser_reads_stops_no_other_and_is_said_once(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    give(recorded, ("Broken", "click", "a:no-such"), ("Has has", "click", ":has(:has(*))"), ("Fine", "click", "button"))
    page.goto(customer.write("/", ours, "<button>x</button>"))
    settle(page)
    page.click("button")
    page.click("button")
    eventually(lambda: names(recorded) == ["Fine"] * 2)
    settle(page)
    assert [text for text in said if "cannot read" in text] == [
        "tio: the auto event Broken has a selector that this browser cannot read: a:no-such",
        "tio: the auto event Has has has a selector that this browser cannot read: :has(:has(*))",
    ]


def test_dear_selectors_are_tried_when_the_page_had_its_turn(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    rules = [(f"Event {number}", "click", f".c{number} > div ~ [data-x='{number}'] span") for number in range(97)]
    give(
        recorded, *rules, ("Dear", "click", ":has(#deep)"), ("Nowhere", "click", ":has(p)"), ("Deep", "click", "#deep")
    )
    page.goto(customer.write("/", ours))
    settle(page)
    nested = """() => {
      let at = document.body;
      for (let n = 0; n < 1000; n++) at = at.appendChild(document.createElement('div'));
      at.innerHTML = '<button id=deep>x</button>';
      for (let n = 0; n < 5; n++) document.getElementById('deep').click();
    }"""
    page.evaluate(nested)
    eventually(lambda: sorted(names(recorded)) == ["Dear"] * 5 + ["Deep"] * 5)


def test_a_hundred_patterns_on_a_long_address_leave_the_page_its_time(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    give(
        recorded,
        *[(f"Event {number}", "page", f"/shop/{number}/**/x*y?") for number in range(99)],
        ("All", "page", "/**"),
    )
    page.goto(customer.write("/", ours))
    settle(page)
    page.evaluate("history.pushState({}, '', '/shop/' + 'ab/'.repeat(3000))")
    settle(page)
    assert names(recorded) == ["All"] * 2
