"""A server as it must not be: it answers before the commit. Only here to show that the kill test can fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tracktor_nb import ingest_server
from tracktor_nb.ingest.commits import Commits
from tracktor_nb.settings import load_settings


class HastyCommits(Commits):
    """Says that a step is done as soon as it was handed over."""

    def submit(self, step: Callable[..., Any]) -> asyncio.Future[Any]:
        super().submit(step)
        said: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        said.set_result([{}])
        return said


ingest_server.Commits = HastyCommits  # type: ignore[misc]
ingest_server.serve(load_settings())
