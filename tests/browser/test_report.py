"""A report opened from disk: its figures are drawn, its folded tables open, and the browser asks nobody anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.analysis.test_look import DEFINITIONS, MANY, asked
from tracktor_nb.analysis.report import report

pytestmark = pytest.mark.browser


def test_every_kind_is_drawn_from_disk_without_a_request(page: Page, tmp_path: Path) -> None:
    asked_for: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    file = report([asked(definition, MANY) for definition in DEFINITIONS], tmp_path / "report.html")
    page.goto(file.as_uri())
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(len(DEFINITIONS))
    page.get_by_text("All numbers").first.click()
    expect(page.locator("table.dataframe").first).to_be_visible()
    assert errors == []
    assert asked_for == [file.as_uri()]
