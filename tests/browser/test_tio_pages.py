"""What tio.js sees by itself: pages, how the visitor came, and what his browser is like."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from .conftest import Customer, Recorded
from .visits import names, script, settle

pytestmark = pytest.mark.browser


def pages(recorded: Recorded) -> list[str]:
    return [data["page"] for _, data in recorded.views()]


def test_a_page_is_seen_with_its_address_its_title_and_the_campaign(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    url = customer.write("/pricing", ours)
    page.goto(f"{url}?utm_source=news&utm_campaign=spring&token=S3CRET&q=ann%40example.com#top")
    settle(page)
    [(who, view)] = recorded.views()
    assert who.startswith("a-")
    assert view == {
        "page": "/pricing",
        "url": f"{url}?utm_source=news&utm_campaign=spring&token=hidden&q=hidden",
        "title": "Shop",
        "utm_source": "news",
        "utm_campaign": "spring",
    }


def test_a_site_of_one_page_has_as_many_pages_as_addresses(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    url = customer.write("/", ours)
    page.goto(url)
    settle(page)
    page.evaluate("history.pushState({}, '', '/a'); document.title = 'A'")
    settle(page)
    page.evaluate("history.replaceState({}, '', '/b'); document.title = 'B'")
    settle(page)
    page.evaluate("history.replaceState({same: true}, '', '/b')")
    page.evaluate("location.hash = 'reviews'")
    settle(page)
    page.go_back()
    page.go_back()
    page.wait_for_function("location.pathname === '/'")
    settle(page)
    views = [(data["page"], data["title"], data.get("referrer")) for _, data in recorded.views()]
    assert views == [
        ("/", "Shop", None),
        ("/a", "A", url),
        ("/b", "B", f"{customer.origin}/a"),
        ("/", "B", f"{customer.origin}/b"),
    ]


def test_fragments_name_pages_where_the_site_says_so(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", script("window.tioOptions = {hashPages: true, hide: ['pin']}") + ours) + "#/in?pin=1")
    settle(page)
    page.evaluate("location.hash = '#/out'")
    page.wait_for_function("location.hash === '#/out'")
    page.evaluate("new Promise(done => setTimeout(done, 1))")
    settle(page)
    assert pages(recorded) == ["/#/in?pin=hidden", "/#/out"]


def test_a_site_may_say_itself_what_its_pages_are(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    head = (
        script("window.tioOptions = {pageViews: false}") + ours + script("tio.page({section: 'films', title: 'Mine'})")
    )
    page.goto(customer.write("/film", head))
    settle(page)
    [(_, view)] = recorded.views()
    assert view == {"page": "/film", "url": f"{customer.origin}/film", "title": "Mine", "section": "films"}


def test_the_page_view_comes_before_what_is_tracked_on_the_page(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours + script("tio.track('on it')")))
    settle(page)
    times = dict(recorded.times())
    assert times["Page view"] < times["on it"]


def test_first_and_last_touch_stay_with_the_person(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    shop = customer.write("/", ours)
    partner = customer.write("/partner", f"<a href='{shop}?utm_source=partner'>shop</a>")
    page.goto(partner.replace("localhost", "127.0.0.1"))
    page.goto(shop + "?utm_source=news&gclid=C1", referer="http://127.0.0.1:1/search?token=1")
    settle(page)
    page.goto(shop)
    settle(page)
    page.goto(shop + "?utm_source=partner")
    settle(page)
    [(visitor, first), (again, second)] = recorded.facts()
    assert visitor == again
    touch = {"utm_source": "news", "gclid": "C1", "referrer": "http://127.0.0.1:1/search?token=hidden"}
    expected = {f"{which}_{name}": value for which in ("first", "last") for name, value in touch.items()}
    browser = {name: value for name, value in first.items() if name.startswith("browser_")}
    assert first == expected | {"first_page": "/"} | browser
    assert browser == {
        "browser_language": "en-US",
        "browser_time_zone": browser["browser_time_zone"],
        "browser_screen": "1280x720",
    }
    assert second == {"last_utm_source": "partner", "last_gclid": None, "last_referrer": None}


def test_browsers_that_programs_drive_are_marked(
    context: BrowserContext, customer: Customer, recorded: Recorded, ours: str
) -> None:
    context.add_init_script("Object.defineProperty(navigator, 'webdriver', {get: () => true})")
    robot = context.new_page()
    robot.goto(customer.write("/", ours))
    settle(robot)
    assert recorded.bots() >= {"Page view", "settled"}


def test_people_are_not_marked(page: Page, customer: Customer, recorded: Recorded, ours: str) -> None:
    page.goto(customer.write("/", ours))
    settle(page)
    assert recorded.bots() == set()
    assert names(recorded) == []


def test_a_page_made_ready_in_advance_is_seen_when_it_is_shown(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.add_init_script("""
      let ahead = true;
      Object.defineProperty(document, 'prerendering', {get: () => ahead});
      window.show = () => { ahead = false; document.dispatchEvent(new Event('prerenderingchange')); };
    """)
    page.goto(customer.write("/", ours), wait_until="load")
    page.wait_for_function("document.scripts.length > 1")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[Object.hasOwn(tio, 'site'), localStorage.length]") == [False, 0]
    page.evaluate("show()")
    settle(page)
    assert pages(recorded) == ["/"]
