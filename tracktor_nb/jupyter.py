"""The two notebook servers, with our settings: Voila for dashboards, JupyterLab for notebooks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .settings import Settings

HERE = Path(__file__).parent
DASHBOARDS = HERE.parent / "dashboards"
NOTEBOOKS = HERE.parent / "notebooks"


def run_dashboards(settings: Settings) -> None:
    """Serve the dashboards until the process is told to stop; a token is always asked for."""
    from voila.app import Voila

    os.environ.update(settings.environment())
    os.chdir(DASHBOARDS)  # Voila reads voila.json and the template from the folder it starts in
    configuration = {
        "Voila": {
            "token": settings.token("dashboards"),
            "ip": settings.host,
            "port": settings.dashboard_port,
            "open_browser": False,
            "autoreload": False,
        }
    }
    Voila.launch_instance(argv=["."], config=_traitlets(configuration))


def run_lab(settings: Settings) -> None:
    """Serve JupyterLab on the notebooks folder until told to stop; `site` is connected in every kernel."""
    from jupyterlab.labapp import LabApp

    os.environ.update(settings.environment())
    os.environ["IPYTHONDIR"] = str(_startup_folder(settings))
    configuration: dict[str, dict[str, Any]] = {
        "IdentityProvider": {"token": settings.token("lab")},
        "ServerApp": {
            "ip": settings.host,
            "port": settings.lab_port,
            "port_retries": 0,
            "root_dir": str(NOTEBOOKS),
            "open_browser": False,
            "allow_root": True,
        },
        # Nothing leaves the machine: no news, no look for updates.
        "LabApp": {"news_url": None, "check_for_updates_class": "jupyterlab.NeverCheckForUpdate"},
    }
    LabApp.launch_instance(argv=[], config=_traitlets(configuration))


def _traitlets(configuration: dict[str, dict[str, Any]]) -> Any:
    from traitlets.config import Config

    return Config(configuration)


def _startup_folder(settings: Settings) -> Path:
    """Return an IPython folder whose start-up file connects `site`."""
    folder = settings.data.resolve() / "ipython"
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "00-site.py").write_text("import tracktor_nb as tr\n\nsite = tr.connect()\n")
    return folder
