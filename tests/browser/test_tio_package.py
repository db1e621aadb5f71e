"""The library in a customer's own bundle: no script comes from the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tracktor_nb.facade.auto_events import AutoEvents

from .conftest import Customer, Recorded, Server
from .visits import names, settle

pytestmark = pytest.mark.browser

BUILT = Path(__file__).parents[2] / "js" / "npm" / "dist" / "tio.js"


@pytest.fixture
def bundled(page: Page, customer: Customer, server: Server, recorded: Recorded) -> str:
    """The address of a page whose own script brings the library, under a policy that lets no other in."""
    main = f"""
      import {{ connect }} from '/tio.js';
      const site = {{ sid: '{recorded.site.sid}', host: '{server.origin}/' }};
      const options = {{ consent: new URL(location.href).searchParams.get('consent') || undefined }};
      window.tio = connect(site, options);
      window.same = connect(site) === window.tio;
      window.early = tio.track('early');
    """
    page.route("**/tio.js", lambda route: route.fulfill(content_type="text/javascript", body=BUILT.read_text()))
    page.route("**/main.js", lambda route: route.fulfill(content_type="text/javascript", body=main))
    policy = f"default-src 'none'; script-src 'self'; connect-src {server.origin}"
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return customer.write("/", meta + "<script type=module src=/main.js></script>")


def test_a_bundled_page_records_what_it_calls_and_the_events_its_site_made(
    page: Page, recorded: Recorded, bundled: str
) -> None:
    AutoEvents(recorded.database, recorded.site.id).add("Saw the shop", page="/")
    page.goto(bundled)
    page.wait_for_function("'early' in window")
    assert page.evaluate("early")["ok"]
    settle(page)
    assert page.evaluate("same") is True
    page.wait_for_load_state("networkidle")
    settle(page)
    assert sorted(names(recorded)) == ["Saw the shop", "early"]
    assert len(recorded.views()) == 1


def test_before_consent_a_bundled_page_asks_the_server_for_nothing(
    page: Page, server: Server, recorded: Recorded, bundled: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: request.url.startswith(server.origin) and asked.append(request.url))
    page.goto(bundled + "?consent=pending")
    page.wait_for_function("'early' in window")
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    assert asked == []
    page.evaluate("tio.optIn()")
    assert page.evaluate("early")["ok"]
    assert f"{server.origin}/config/{recorded.site.sid}.json" in asked
