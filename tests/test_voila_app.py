"""Voila as we run it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tracktor_nb.jupyter import DASHBOARDS
from tracktor_nb.voila_app import Kernels


def test_a_kernel_that_waited_long_for_its_visitor_gets_its_full_time_and_is_then_culled(tmp_path: Path) -> None:
    async def live() -> list[bool]:
        kernels = Kernels(cull_idle_timeout=100, connection_dir=str(tmp_path))
        kernel_id = await kernels.start_kernel()
        kernel = kernels.get_kernel(kernel_id)
        alive = []
        for _ in range(2):
            kernel.execution_state, kernel.last_activity = "idle", datetime.now(UTC) - timedelta(hours=1)  # type: ignore[attr-defined]
            await kernels.cull_kernel_if_idle(kernel_id)
            alive.append(kernel_id in kernels)
        await kernels.shutdown_all(now=True)
        return alive

    assert asyncio.run(live()) == [True, False]


def test_dashboards_leave_nothing_to_the_visitor_that_is_ours_to_decide() -> None:
    written = json.loads((DASHBOARDS / "voila.json").read_text())
    voila = written["VoilaConfiguration"]
    assert voila["allow_template_override"] == voila["allow_theme_override"] == "NO"
    assert voila["strip_sources"] is True
    assert voila["show_tracebacks"] is False
    assert voila["file_allowlist"] == []
    assert written["MappingKernelManager"]["cull_idle_timeout"] == 120


def test_the_page_asks_for_nothing_from_another_machine() -> None:
    template = (DASHBOARDS / "template" / "index.html.j2").read_text()
    assert "https://" not in template
    assert "http://" not in template
    assert "super()" not in template.partition("block notebook_css")[2].partition("endblock")[0]


def test_each_deep_link_is_two_lines() -> None:
    for notebook in DASHBOARDS.glob("*.ipynb"):
        (cell,) = json.loads(notebook.read_text())["cells"]
        assert [line for line in "".join(cell["source"]).splitlines() if line] == [
            "import tracktor_nb as tr",
            'tr.connect().app("analytics")',
        ]
