"""The dashboard in a real browser: what a marketer clicks, and what comes of it."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tracktor_nb.semantics.condition import has
from tracktor_nb.semantics.funnel import Funnel, Step
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.retention import Retention

from .dashboard import PATIENCE, STEPS, Dashboard, running_dashboard

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).parent / "shots"
FUNNEL = Funnel(list(STEPS))
HOSTILE = "<img src=x onerror=window.broken=1>"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with running_dashboard(tmp_path_factory.mktemp("dashboard")) as running:
        running.site.save("Becoming a customer", FUNNEL)
        running.site.save("Where they come from", Funnel(["Site visit", "Registration"], window="7d", by="source"))
        running.site.save("Site visits", Metric.people_who_did("Site visit"))
        running.site.save(
            "Views", Metric.times_happened("Free movie view", where=has("minutes", ">", 5.0), by="source")
        )
        yield running


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A tab in which no script may fail."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(20_000)
    page.set_viewport_size({"width": 1440, "height": 1000})
    yield page
    assert errors == []


def pick(page: Page, label: str, value: str) -> None:
    """Choose from a list with search."""
    page.get_by_role("button", name=label).click()
    page.keyboard.type(value)
    page.get_by_role("option", name=value).first.click()


def numbers(page: Page) -> Locator:
    """The people of each step in the table under the diagram."""
    return page.locator(".tnb-answer tbody tr td:nth-child(2)")


def drawn(page: Page) -> None:
    """Wait until the diagram is there."""
    expect(page.locator(".tnb-plot .main-svg").first).to_be_visible(timeout=1000 * PATIENCE)


# --- the seed's tutorials -------------------------------------------------------------------------------------------


def test_the_first_funnel_is_made_click_by_click(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page)
    page.get_by_role("button", name="Analytics").click()
    page.get_by_role("button", name="Create new").click()
    page.get_by_role("menuitem", name="Funnel").click()
    page.get_by_role("textbox", name="Funnel name").fill("My funnel")
    for number, event in enumerate(STEPS, start=1):
        page.get_by_role("button", name="Add a step").click()
        pick(page, f"Step {number}: event", event)
    page.get_by_role("button", name="Save funnel").click()
    expect(page.get_by_text("Saved “My funnel”.")).to_be_visible()
    assert dashboard.site.load("My funnel") == FUNNEL
    drawn(page)
    expect(numbers(page)).to_have_text(["8", "4", "3", "1"])
    page.get_by_role("row").get_by_role("button", name="Registration").click()
    rows = page.locator(".tnb-people-table tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("@example.com")
    expect(page.get_by_role("columnheader")).to_contain_text(["ID", "Email", "Last action"])
    page.get_by_role("button", name="Date range").click()
    page.get_by_role("button", name="All time").click()
    expect(page.get_by_text("all time (20")).to_be_visible()


def test_the_first_metric_is_made_click_by_click(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page)
    page.get_by_role("button", name="Create new").click()
    page.get_by_role("menuitem", name="Metric").click()
    page.get_by_role("radio", name="Number of People Who Did Event").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("textbox", name="Metric name").fill("Visits of mine")
    pick(page, "Event: ", "Site visit")
    page.get_by_role("button", name="Add metric").click()
    tile = page.locator("[data-name='Visits of mine']")
    expect(tile.locator(".tnb-bars")).to_be_visible()
    expect(page.get_by_role("button", name="Date range: This week")).to_be_visible()
    tile.get_by_role("button", name="Visits of mine").click()
    drawn(page)
    expect(page.get_by_role("button", name="Date range: Last 7 days")).to_be_visible()
    beside = page.locator(".tnb-numbers")
    for name in ("Number of People Who Did Event", "Daily maximum", "Daily minimum", "Daily average"):
        expect(beside).to_contain_text(name)
    expect(beside.locator("dd").first).to_have_text("8")
    page.get_by_role("button", name="Show the people").click()
    expect(page.locator(".tnb-people-table tbody tr")).to_have_count(8)


# --- editing --------------------------------------------------------------------------------------------------------


def test_numbers_follow_each_edit_and_undo_takes_it_back(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "analytics/open/Becoming a customer")
    drawn(page)
    page.get_by_role("button", name="Step 2: only where").click()
    expect(page.get_by_text("Step 2: choose the property of the condition.")).to_be_visible()
    expect(numbers(page)).to_have_text(["8", "4", "3", "1"])
    pick(page, "Step 2, condition 1: property", "source")
    pick(page, "Step 2, condition 1: value", "google")
    expect(page.locator(".tnb-headline")).to_contain_text("0 of 8 people")
    page.get_by_role("combobox", name="Step 2, condition 1: operator").select_option("is not")
    expect(page.locator(".tnb-headline")).to_contain_text("1 of 8 people")
    pick(page, "Breakdown", "source")
    expect(page.get_by_role("region", name="Breakdown").get_by_role("row")).to_have_count(3)
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="Breakdown")).to_have_count(0)
    expect(page.get_by_text("saved, revision 1")).to_be_visible()
    expect(numbers(page)).to_have_text(["8", "4", "3", "1"])


def test_a_funnel_can_be_edited_with_the_keyboard_alone(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "analytics/open/Becoming a customer")
    drawn(page)
    page.get_by_role("button", name="Move step 3 up").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Step 2: event: Registration")).to_be_visible()
    expect(page.get_by_role("button", name="Move step 2 up")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Step 2: event: Free movie view")).to_be_visible()
    page.get_by_role("button", name="Step 4: event").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("regis")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Step 4: event: Registration")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_a_number_with_a_point_zero_survives_edits_of_other_parts(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "analytics/open/Views")
    drawn(page)
    page.get_by_role("button", name="week", exact=True).click()
    expect(page.locator(".tnb-numbers")).to_contain_text("Weekly maximum")
    page.get_by_role("button", name="Copy as code").click()
    expected = Metric.times_happened("Free movie view", where=has("minutes", ">", 5.0), by="source", freq="week")
    expect(page.locator(".tnb-code")).to_have_text(repr(expected))


def test_copy_as_code_puts_the_source_on_the_clipboard(dashboard: Dashboard, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dashboard.open(page, "analytics/open/Becoming a customer")
    page.get_by_role("button", name="Copy as code").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == repr(FUNNEL)


def test_what_cannot_be_done_is_said_in_a_toast(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "analytics/new/funnel")
    page.get_by_role("button", name="Save funnel").click()
    toast = page.locator(".tnb-toast-bad")
    expect(toast).to_contain_text("The funnel is not finished.")
    toast.get_by_role("button", name="Close this message").click()
    expect(toast).to_have_count(0)


def test_a_deleted_funnel_leaves_the_dashboard(dashboard: Dashboard, page: Page) -> None:
    dashboard.site.save("Short-lived", Funnel(["Site visit"]))
    dashboard.open(page, "analytics/open/Short-lived")
    page.get_by_role("button", name="Delete this funnel").click()
    page.get_by_role("button", name="Delete funnel").click()
    expect(page.locator(".tnb-tile").first).to_be_visible()
    expect(page.locator("[data-name='Short-lived']")).to_have_count(0)
    assert "Short-lived" not in dashboard.site.saved().index


def test_what_is_drawn_in_notebooks_is_named_under_the_tiles(dashboard: Dashboard, page: Page) -> None:
    dashboard.site.save("Weekly habit", Retention("Site visit", freq="week"))
    dashboard.open(page)
    expect(page.locator(".tnb-elsewhere")).to_contain_text("“Weekly habit” (retention)")
    expect(page.locator(".tnb-tile")).not_to_have_count(0)
    dashboard.site.delete("Weekly habit")


# --- metrics made in code ---------------------------------------------------------------------------------------------


def test_a_rate_and_a_mean_time_are_shown_in_their_units_and_keep_what_code_said(
    dashboard: Dashboard, page: Page
) -> None:
    rate, wait = Metric.conversion_rate(*STEPS[:2]), Metric.time_between(*STEPS[:2])
    dashboard.site.save("Rate", rate)
    dashboard.site.save("Wait", wait)
    dashboard.open(page)
    tile = page.locator(".tnb-tile", has=page.get_by_role("button", name="Rate", exact=True))
    expect(tile.locator(".tnb-total")).to_contain_text("%")
    expect(tile.locator(".tnb-kind")).to_have_text("Conversion Rate")
    waiting = page.locator(".tnb-tile", has=page.get_by_role("button", name="Wait", exact=True))
    expect(waiting.locator(".tnb-total")).to_have_text("1 min")
    page.screenshot(path=shot("measures"))
    page.get_by_role("button", name="Wait", exact=True).click()
    expect(page.locator(".tnb-numbers")).to_contain_text("Not finished")
    expect(page.get_by_text("said in code")).to_be_visible()
    drawn(page)
    page.screenshot(path=shot("mean-time"))
    page.get_by_role("group", name="Per").get_by_role("button", name="week").click()
    page.get_by_role("button", name="Save metric").click()
    expect(page.get_by_text("Saved “Wait”.")).to_be_visible()
    assert dashboard.site.load("Wait") == Metric.time_between(*STEPS[:2], freq="week")
    for name in ("Rate", "Wait"):
        dashboard.site.delete(name)


# --- a page that lives ----------------------------------------------------------------------------------------------


def test_an_open_builder_counts_what_arrives(dashboard: Dashboard, page: Page) -> None:
    dashboard.site.save("Rare", Metric.times_happened("Rare event"))
    dashboard.open(page, "analytics/open/Rare")
    expect(page.get_by_text("Nothing in this date range")).to_be_visible()
    dashboard.site.track("visitor-0", "Rare event")
    expect(page.locator(".tnb-numbers dd").first).to_have_text("1", timeout=3_000)
    dashboard.site.delete("Rare")


def test_a_page_that_is_not_seen_asks_for_nothing(dashboard: Dashboard, page: Page) -> None:
    ticks: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: ticks.append(str(frame))))
    dashboard.open(page)
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true})")
    expect(page.get_by_text("Paused")).to_be_visible()
    asked = len(ticks)
    page.evaluate("new Promise(done => setTimeout(done, 2500))")  # time for two beats that must not come
    assert len(ticks) == asked
    page.evaluate("delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".tnb-live-live")).to_be_visible()


def test_the_end_of_a_session_is_said_and_a_reload_opens_the_same_page(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page, "analytics/open/Becoming a customer")
    drawn(page)
    dashboard.kernel_of(page).send_signal(signal.SIGKILL)
    dialog = page.get_by_role("alertdialog", name="Session ended")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Reload").click()
    drawn(page)
    expect(page.get_by_role("textbox", name="Funnel name")).to_have_value("Becoming a customer")


def test_the_token_leaves_the_address_and_plotly_is_loaded_once(dashboard: Dashboard, page: Page) -> None:
    dashboard.open(page)
    expect(page).not_to_have_url(re.compile(re.escape(dashboard.token)))
    for name in ("Becoming a customer", "Site visits"):
        page.get_by_role("button", name=name).click()
        drawn(page)
        expect(page).to_have_url(re.compile("/open/"))
        page.go_back()
        expect(page.get_by_role("heading", name="Analytics")).to_be_visible()
    assert page.locator("script[src*=plotly]").count() == 1


def test_a_new_site_starts_with_a_friendly_page(dashboard: Dashboard, page: Page) -> None:
    names = list(dashboard.site.saved().index)
    kept = {name: dashboard.site.load(name) for name in names}
    for name in names:
        dashboard.site.delete(name)
    dashboard.open(page)
    expect(page.get_by_role("heading", name="What do you want to know?")).to_be_visible()
    page.screenshot(path=shot("start-1440-light"))
    page.get_by_role("button", name="Site visit").click()
    drawn(page)
    for name, definition in kept.items():
        dashboard.site.save(name, definition)


def test_texts_from_outside_stay_texts(dashboard: Dashboard, page: Page) -> None:
    dashboard.site.track(HOSTILE, HOSTILE, {HOSTILE: HOSTILE})
    dashboard.site.set(HOSTILE, {"email": HOSTILE})
    dashboard.site.save(HOSTILE, Funnel([Step(HOSTILE, has(HOSTILE, "is", HOSTILE))], by=HOSTILE))
    dashboard.open(page)
    page.get_by_role("button", name=HOSTILE).click()
    drawn(page)
    page.get_by_role("row").get_by_role("button", name=HOSTILE).click()
    expect(page.locator(".tnb-people-table tbody tr")).to_contain_text(HOSTILE)
    page.get_by_role("button", name="Step 1: event").click()
    expect(page.get_by_role("option", name=HOSTILE)).to_be_visible()
    assert page.evaluate("window.broken") is None
    assert page.locator("img[src=x]").count() == 0
    dashboard.site.delete(HOSTILE)


# --- the look -------------------------------------------------------------------------------------------------------


def shot(name: str) -> Path:
    SHOTS.mkdir(exist_ok=True)
    return SHOTS / f"{name}.png"


@pytest.mark.parametrize(
    ("route", "name"),
    [
        ("analytics", "analytics"),
        ("analytics/open/Becoming a customer", "funnel"),
        ("analytics/open/Where they come from", "breakdown"),
        ("analytics/open/Views", "metric"),
        ("analytics/new/metric", "new-metric"),
    ],
)
def test_every_page_fits_wide_and_narrow_light_and_dark(
    dashboard: Dashboard, page: Page, route: str, name: str
) -> None:
    dashboard.open(page, route)
    if "open" in route:
        drawn(page)
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            page.screenshot(path=shot(f"{name}-{width}-{scheme}"), full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
