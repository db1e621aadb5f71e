"""The demonstration: a made-up video service, saved questions about it, and where to click."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .progress import progress_bar
from .semantics.condition import did, has
from .semantics.definition import Definition
from .semantics.funnel import Funnel
from .semantics.metric import Metric
from .semantics.segment import Segment
from .settings import Settings
from .site import connect
from .store.imports import load_log

if TYPE_CHECKING:
    from .analysis.sample_log import Sample

NAME = "video"

DEFINITIONS: dict[str, Definition] = {
    "Becoming a customer": Funnel(["Site visit", "Free movie view", "Registration", "Upgrade to Premium"]),
    "Where customers come from": Funnel(["Site visit", "Registration"], window="7d", by="utm_source"),
    "Site visits": Metric.people_who_did("Site visit"),
    "Movies watched": Metric.times_happened("Movie watch"),
    "Movies per person": Metric.times_per_person("Movie watch"),
    "Free plan, 20 movies": Segment(did("Movie watch", at_least=20) & has("plan", "is", "free")),
}
"""What a visitor of the demonstration finds saved: the seed's tutorials."""


def demo_settings(settings: Settings) -> Settings:
    """Return the settings with the demo page open, the demo's site chosen, and ports that are free."""
    return replace(
        settings,
        demo=True,
        site=settings.site or NAME,
        port=_free_port(settings.host, settings.port),
        dashboard_port=_free_port(settings.host, settings.dashboard_port),
        lab_port=_free_port(settings.host, settings.lab_port),
    )


def prepare(settings: Settings) -> None:
    """Make the demo site with its data and saved definitions, unless it is there; a run cut off goes on."""
    now = time.time_ns() // 1000
    with contextlib.closing(connect(settings.url, site=settings.site, create=True)) as site:
        if not site.saved().empty:
            return
        with progress_bar("Making demo data") as progress:
            load_log(site.database, site.record, _sample, key=NAME, now=now, progress=progress)
        for name, definition in DEFINITIONS.items():
            site.save(name, definition, note="part of the demonstration")


def _sample(now: int) -> Sample:
    from .analysis.sample import video_service

    return video_service(now=now)


def links(settings: Settings) -> Sequence[tuple[str, str]]:
    """Return what to click, in the order in which a newcomer should."""
    host = f"http://{settings.host}"
    with contextlib.closing(connect(settings.url, site=settings.site)) as site:
        snippet = site.snippet(f"{host}:{settings.port}")
    return [
        ("Dashboard", f"{host}:{settings.dashboard_port}/voila/render/app.ipynb?token={settings.token('dashboards')}"),
        ("Demo page", f"{host}:{settings.port}/demo"),
        ("JupyterLab", f"{host}:{settings.lab_port}/lab/tree/01_first_event.ipynb?token={settings.token('lab')}"),
        ("Your own site", f"tracktor-nb site add my-site, then paste its snippet. This one's looks so:\n\n{snippet}"),
    ]


def port_is_free(host: str, port: int) -> bool:
    """True if a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _free_port(host: str, wanted: int) -> int:
    return next(port for port in range(wanted, wanted + 100) if port_is_free(host, port))


async def wait_for_ports(host: str, ports: Sequence[int]) -> None:
    """Return once somebody listens on every port."""
    for port in ports:
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(0.2)
            else:
                writer.close()
                break
