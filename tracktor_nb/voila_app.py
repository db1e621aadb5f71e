"""Voila as we run it: our page, our static files from the same address, waiting kernels that are not culled."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import RedirectHandler
from traitlets import Unicode
from voila.app import Voila
from voila.paths import collect_static_paths, collect_template_paths

STATIC = Path(__file__).parent / "static"
BASE = "lab"
HOME = "voila/render/app.ipynb"


class Kernels(AsyncMappingKernelManager):
    """Culls the kernels whose page was closed, but not one that a visitor has only just been given.

    Voila asks about a preheated kernel only once it has left the pool, where it may have waited for hours.
    """

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)  # type: ignore[no-untyped-call]
        self._given: set[str] = set()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Shut an idle kernel down; its time begins when it is first asked about."""
        if kernel_id not in self._given:
            self._given = {*self._given.intersection(self.list_kernel_ids()), kernel_id}
            self.get_kernel(kernel_id).last_activity = datetime.now(UTC)  # type: ignore[attr-defined]
        await super().cull_kernel_if_idle(kernel_id)  # type: ignore[no-untyped-call]


class Dashboards(Voila):  # type: ignore[misc]
    """Voila on a folder of notebooks with `voila.json` and our template; its root is the application."""

    name = "voila"
    folder = Unicode(help="where the notebooks, voila.json and template/ are").tag(config=True)

    def setup_template_dirs(self) -> None:
        """Put our template before Voila's own, and our static files beside it."""
        template = Path(self.folder) / "template"
        names = ["voila", "nbconvert"]
        self.template_paths = [str(template), *collect_template_paths(names, BASE, prune=True)]
        self.static_paths = [str(STATIC), *collect_static_paths(names, BASE)]
        icon = b64encode((template / "icon.svg").read_bytes()).decode()
        ours = {"version": _version(), "icon": f"data:image/svg+xml;base64,{icon}"}
        self.voila_configuration.multi_kernel_manager_class = Kernels
        self.voila_configuration.config.VoilaConfiguration.resources = {"tracktor": ours}

    def init_settings(self) -> dict[str, Any]:
        """Send what can be compressed compressed."""
        return {**super().init_settings(), "compress_response": True}

    def init_handlers(self) -> list[Any]:
        """Open the application at the root, in place of a list of notebooks."""
        home = {"url": f"{self.base_url}{HOME}", "permanent": False}
        return [(f"{self.server_url}", RedirectHandler, home), *super().init_handlers()]


def _version() -> str:
    """Return what changes whenever a static file does: browsers keep a file for good under its version."""
    parts = [f"{path.relative_to(STATIC)}{path.stat().st_mtime_ns}" for path in sorted(STATIC.rglob("*"))]
    return hashlib.blake2b("".join(parts).encode(), digest_size=8).hexdigest()
