"""Builders in the cells of a real JupyterLab: the same look and the same diagrams, without an address of plotly.js."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tracktor_nb.semantics.funnel import Funnel

from .dashboard import STEPS, free_port, running_dashboard, wait_for

pytestmark = pytest.mark.browser

CELL = """
import tracktor_nb as tr

builder = tr.connect().builder("Becoming a customer")
builder
"""
SHOTS = Path(__file__).parent / "shots"


def written(*sources: str) -> dict[str, Any]:
    """Return a notebook of these cells that has its kernel already."""
    empty: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**empty, "id": f"cell-{at}", "source": source} for at, source in enumerate(sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a notebook with a builder and its code, in a JupyterLab of its own."""
    folder, root, port = tmp_path_factory.mktemp("service"), tmp_path_factory.mktemp("notebooks"), free_port()
    (root / "builder.ipynb").write_text(json.dumps(written(CELL, "print(builder.to_source())")))
    options = {
        "--IdentityProvider.token": "secret",
        "--ServerApp.root_dir": str(root),
        "--ServerApp.port": str(port),
        "--ServerApp.open_browser": "False",
        "--ServerApp.allow_root": "True",
        "--LabApp.news_url": "",
    }
    with running_dashboard(folder) as dashboard, (folder / "lab.log").open("w") as log:
        dashboard.site.save("Becoming a customer", Funnel(list(STEPS)))
        command = [sys.executable, "-m", "jupyterlab", *(f"{name}={value}" for name, value in options.items())]
        environment = dashboard.environment | {"JUPYTERLAB_SETTINGS_DIR": str(root / "settings")}
        lab = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=root)
        wait_for(port, lab, folder / "lab.log")
        yield f"http://127.0.0.1:{port}/lab/tree/builder.ipynb?token=secret"
        lab.terminate()
        lab.wait(timeout=30)


def test_a_builder_in_a_cell_draws_edits_and_answers_in_python(notebook: str, page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(notebook)
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    expect(cells).to_have_count(2, timeout=60_000)
    cells.first.click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".tnb-plot .main-svg").first).to_be_visible(timeout=60_000)
    assert page.locator("link#tnb-plotly").count() == 0
    page.get_by_role("button", name="Step 4: event").click()
    page.keyboard.type("reg")  # JupyterLab has shortcuts on single letters
    page.keyboard.press("Enter")
    expect(page.locator(".tnb-headline")).to_contain_text("0 of 8 people")
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / "lab-1440-light.png")
    cells.nth(1).click()
    page.keyboard.press("Control+Enter")
    code = repr(Funnel([*STEPS[:3], "Registration"]))
    expect(cells.nth(1).locator(".jp-OutputArea-output")).to_contain_text(code, timeout=20_000)
    expect(cells).to_have_count(2)
