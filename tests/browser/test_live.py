"""The live view in a real page: its script with a model that stands in for the kernel."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tracktor_nb.widgets.live import Live

pytestmark = pytest.mark.browser

MODEL = """
async (script) => {
  const state = { site: "shop", zone: "UTC", interval: 30, paused: false };
  const handlers = {};
  const tell = (event, ...values) => (handlers[event] ?? []).slice().forEach((handler) => handler(...values));
  window.asked = [];
  window.news = [];
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; tell(`change:${name}`); },
    save_changes() {},
    on: (event, handler) => (handlers[event] ??= []).push(handler),
    off: (event, handler) => (handlers[event] = (handlers[event] ?? []).filter((other) => other !== handler)),
    send(question) {
      window.asked.push(question.after);
      const value = { rows: window.news, after: `${window.asked.length}.0` };
      tell("msg:custom", { answers: question.id, value });
    },
  };
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  module.default.initialize({ model });
  module.default.render({ model, el: document.body });
}
"""


def arrival(number: int, **more: Any) -> dict[str, Any]:
    return {"kind": "event", "key": f"event {number}", "received_at": number * 1_000_000, "id": "ann", **more}


def test_rows_appear_once_the_newest_first_as_text_and_stop_while_paused(page: Page) -> None:
    page.goto("about:blank")
    page.evaluate(MODEL, str(Live._esm))
    expect(page.get_by_text("Nothing yet")).to_be_visible()
    evil = "<img src=x onerror='window.hacked = 1'>"
    refused = {"kind": "refused", "route": "track", "code": "bad_ts", "message": evil}
    page.evaluate("rows => (window.news = rows)", [arrival(1, name=evil, data={"a": evil}), arrival(2, **refused)])
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Refused bad_ts")
    expect(rows.nth(1)).to_contain_text(f"a: {evil}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("status")).to_have_text("Paused")
    asked = page.evaluate("window.asked")
    assert asked[0] is None
    assert asked[1:] == [f"{number}.0" for number in range(1, len(asked))]
    page.evaluate("rows => (window.news = rows)", [arrival(3, name="View")])
    page.get_by_role("button", name="Go on").click()
    expect(rows).to_have_count(3)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
