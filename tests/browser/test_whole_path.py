"""What `make demo` promises, clicked: a visitor of the demo page becomes a number on the dashboard."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

FUNNEL = 'li[data-name="Becoming a customer"]'
SHOTS = Path(__file__).parent / "shots"
"""Pictures of what was tested; the README's is a copy of one."""


class Demonstration:
    """The process tree of `tracktor-nb demo` in an empty folder, and the links that it prints."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[str] = []
        ours = {name: value for name, value in os.environ.items() if not name.startswith("TRACKTOR_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tracktor_nb", "demo"],
            cwd=folder,
            env=ours,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "</script>" in line:
                return
        raise AssertionError(f"the demonstration did not start:\n{''.join(self.lines)}")

    def link(self, name: str) -> str:
        """Return the address printed behind a name."""
        found = re.search(rf"^  {name}\s+(http\S+)", "".join(self.lines), re.M)
        assert found, f"no link {name!r} in:\n{''.join(self.lines)}"
        return found[1]

    def stop(self) -> int:
        """Press Ctrl-C and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demonstration")


@pytest.fixture(scope="module")
def demonstration(folder: Path) -> Iterator[Demonstration]:
    running = Demonstration(folder)
    yield running
    assert running.stop() == 0


def people_at(page: Page, step: int) -> int:
    """Return the number of people that the tile shows at a step."""
    return int(page.locator(f'{FUNNEL} li[data-step="{step}"] b').inner_text().replace(",", ""))


def test_a_visitor_who_registers_is_counted_on_the_open_dashboard_within_three_seconds(
    demonstration: Demonstration, context: BrowserContext, page: Page
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(demonstration.link("Dashboard"))
    expect(page.locator(f'{FUNNEL} li[data-step="3"] b')).to_have_text(re.compile(r"\d"), timeout=60_000)
    page.wait_for_load_state("networkidle")
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / "dashboard.png")
    before = [people_at(page, step) for step in (1, 2, 3, 4)]

    visitor = context.browser.new_context().new_page()  # type: ignore[union-attr]
    visitor.goto(demonstration.link("Demo page"))
    visitor.click('button[data-movie="Night Ferry"]')
    visitor.fill("#registration [name=first_name]", "Dave")
    visitor.fill("#registration [name=email]", "dave@example.com")
    visitor.click("#registration button")
    expect(visitor.locator('[data-step="Registration"].reached')).to_be_visible()

    counted = f"{before[2] + 1:,}"
    expect(page.locator(f'{FUNNEL} li[data-step="3"] b')).to_have_text(counted, timeout=3_000)
    assert [people_at(page, step) for step in (1, 2, 3, 4)] == [before[0] + 1, before[1] + 1, before[2] + 1, before[3]]
    visitor.context.close()


def test_the_visitor_is_in_the_list_behind_the_step_with_id_email_and_last_action(
    demonstration: Demonstration, page: Page
) -> None:
    page.goto(demonstration.link("Dashboard"))
    page.get_by_role("button", name="Becoming a customer").click(timeout=60_000)
    page.get_by_role("button", name="Registration", exact=True).last.click()
    row = page.get_by_role("row").filter(has_text="dave@example.com")
    expect(row).to_contain_text("Registration", timeout=10_000)


def test_without_the_token_there_is_no_dashboard_and_no_notebook(demonstration: Demonstration, page: Page) -> None:
    for name in ("Dashboard", "JupyterLab"):
        page.goto(demonstration.link(name).partition("?token=")[0])
        expect(page).to_have_url(re.compile("/login"))


def test_jupyterlab_opens_the_first_notebook(demonstration: Demonstration, page: Page) -> None:
    page.goto(demonstration.link("JupyterLab"))
    expect(page.get_by_role("heading", name="1. Your first event")).to_be_visible(timeout=60_000)


def test_ctrl_c_stops_everything_and_a_second_start_keeps_the_data(
    demonstration: Demonstration, folder: Path, page: Page
) -> None:
    assert demonstration.stop() == 0
    again = Demonstration(folder)
    assert not any("Making demo data" in line for line in again.lines)
    page.goto(again.link("Dashboard"))
    page.get_by_role("button", name="Becoming a customer").click(timeout=60_000)
    page.get_by_role("button", name="Registration", exact=True).last.click()
    expect(page.get_by_role("row").filter(has_text="dave@example.com")).to_be_visible(timeout=10_000)
    demonstration.process = again.process
