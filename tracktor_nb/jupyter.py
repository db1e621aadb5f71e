"""The two notebook servers, with our settings: Voila for dashboards, JupyterLab for notebooks."""

from __future__ import annotations

import json
import os
from pathlib import Path

from .settings import Settings

PROJECT = Path(__file__).parent.parent
DASHBOARDS = PROJECT / "dashboards"
NOTEBOOKS = PROJECT / "notebooks"


def run_dashboards(settings: Settings) -> None:
    """Serve the dashboards until the process is told to stop; a token is always asked for."""
    from .voila_app import Dashboards

    os.environ.update(settings.environment())
    os.chdir(DASHBOARDS)  # where Voila looks for voila.json
    Dashboards.launch_instance(
        argv=[
            str(DASHBOARDS),
            f"--Dashboards.folder={DASHBOARDS}",
            f"--Voila.token={settings.token('dashboards')}",
            f"--Voila.ip={settings.host}",
            f"--Voila.port={settings.dashboard_port}",
            "--no-browser",
        ]
    )


def run_lab(settings: Settings) -> None:
    """Serve JupyterLab on the notebooks folder until told to stop; `site` is connected in every kernel."""
    from jupyterlab.labapp import LabApp

    os.environ.update(settings.environment())
    os.environ["IPYTHONDIR"] = str(_startup_folder(settings))
    os.environ["JUPYTER_CONFIG_PATH"] = str(_configuration_folder(settings))
    LabApp.launch_instance(
        argv=[
            f"--IdentityProvider.token={settings.token('lab')}",
            f"--ServerApp.ip={settings.host}",
            f"--ServerApp.port={settings.lab_port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={NOTEBOOKS}",
            "--ServerApp.log_level=WARN",
            "--allow-root",
            "--no-browser",
            # Nothing leaves the machine: no look for updates, no list of extensions.
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.extension_manager=readonly",
        ]
    )


def _startup_folder(settings: Settings) -> Path:
    """Return an IPython folder whose start-up file connects `site`."""
    folder = settings.data.resolve() / "ipython"
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "00-site.py").write_text("import tracktor_nb as tr\n\nsite = tr.connect()\n")
    return folder


def _configuration_folder(settings: Settings) -> Path:
    """Return a Jupyter configuration folder in which JupyterLab neither fetches news nor asks whether it may."""
    folder = settings.data.resolve() / "jupyter"
    (folder / "labconfig").mkdir(parents=True, exist_ok=True)
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    (folder / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(quiet))
    return folder
