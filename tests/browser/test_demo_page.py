"""The demo page: clicking through the video service leaves the funnel's four steps in the database, of one person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tracktor_nb.store.sites import site_by_name

from .conftest import Recorded, Server

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(page: Page, server: Server) -> Iterator[Recorded]:
    """The demo site's tables, with the page open; no error may reach the page."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with server.database.read() as connection:
        site = site_by_name(connection, "demo")
    page.goto(f"{server.origin}/demo?utm_source=newsletter")
    yield Recorded(server.database, site)
    assert errors == []


def register(page: Page, email: str) -> None:
    page.get_by_label("First name").fill("Dave")
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Register").click()
    expect(page.locator("[data-step='Registration'].reached")).to_be_visible()


def test_a_visitor_goes_all_the_way_to_premium(page: Page, demo: Recorded) -> None:
    page.get_by_role("button", name="Watch Night Ferry free").click()
    register(page, "Unicorn@example.com")
    page.get_by_role("button", name="Upgrade to Premium").click()
    expect(page.locator(".steps .reached")).to_have_count(4)
    expect(page.locator("#log li.stored")).to_have_count(7)
    mine = next(person for person in demo.people() if "unicorn@example.com" in person)
    assert [(name, data) for who, name, data in demo.events() if who in mine] == [
        ("Site visit", {"page": "/", "utm_source": "newsletter"}),
        ("Free movie view", {"title": "Night Ferry", "quality": "HD"}),
        ("Registration", {"method": "email"}),
        ("Upgrade to Premium", {"plan": "premium", "billing": "monthly", "price": 9.99}),
    ]
    assert [values for who, values in demo.changes() if who in mine] == [
        {"email": "Unicorn@example.com", "first_name": "Dave", "plan": "free"},
        {"plan": "premium"},
    ]


def test_who_comes_back_is_known_until_signing_out(page: Page, demo: Recorded) -> None:
    register(page, "back@example.com")
    page.reload()
    expect(page.locator("#who")).to_have_text("Dave · free")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Email")).to_be_visible()
    expect(page.locator("#log li.stored")).to_have_count(3)
    assert [who == "back@example.com" for who, name, _ in demo.events() if name == "Site visit"][-2:] == [True, False]


def test_nobody_upgrades_before_registering(page: Page, demo: Recorded) -> None:
    page.get_by_role("button", name="Upgrade to Premium").click()
    expect(page.get_by_label("First name")).to_be_focused()
    expect(page.locator("#log li")).to_have_count(1)


@pytest.mark.parametrize("width", [360, 900, 1400])
def test_the_page_fits_every_screen(page: Page, demo: Recorded, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    expect(page.locator("#log li.stored")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_page_shows_its_own_snippet_and_the_way_to_the_dashboard(page: Page, demo: Recorded) -> None:
    page.get_by_text("The snippet in this page").click()
    expect(page.locator("pre")).to_contain_text(f"/scripts/{demo.site.sid}.js")
    assert page.get_by_role("link", name="See it on the dashboard").get_attribute("href")
