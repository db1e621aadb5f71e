"""The tutorials run from top to bottom in a kernel, on demo data and on an empty site."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tracktor_nb as tr
from tracktor_nb.analysis.sample import video_service
from tracktor_nb.store.imports import load_log

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
NOW = 1_795_392_000_000_000  # 2026-11-23


@pytest.fixture(scope="module", params=["demo", "empty"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a kernel whose `tr.connect()` finds the demo's site, or one without any data."""
    folder = tmp_path_factory.mktemp(request.param)
    url = f"sqlite:///{folder / 'video.db'}"
    site = tr.connect(url, site="video", create=True)
    if request.param == "demo":
        load_log(site.database, site.record, lambda now: video_service(people=2_000, now=now), key="video", now=NOW)
    site.close()
    return {"TRACKTOR_DATABASE": url, "TRACKTOR_DATA": str(folder), "TRACKTOR_SITE": "video"}


@pytest.mark.notebooks
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(notebook: Path, settings: dict[str, str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", str(notebook)],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stdout
