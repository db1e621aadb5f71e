"""What arrives at a site, as it arrives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import traitlets as t

from .front import Built, Front


class Arrivals(Protocol):
    """Rows of kind, key, received_at (microseconds) and what belongs to the kind, and where to go on next time."""

    @property
    def rows(self) -> Sequence[dict[str, Any]]:
        """What arrived, the oldest first."""

    @property
    def after(self) -> str:
        """Where to go on."""


class Live(Front):
    """The last events, properties, merges and refusals of a site; the page asks for news while it is seen."""

    _esm = Built("live.js")

    site = t.Unicode().tag(sync=True)
    zone = t.Unicode("UTC").tag(sync=True)
    interval = t.Int(1500, help="milliseconds between two questions of the page").tag(sync=True)
    paused = t.Bool(False).tag(sync=True)

    def __init__(self, fetch: Callable[[str | None], Arrivals], **traits: Any) -> None:
        super().__init__(**traits)
        self._fetch = fetch
        self.on("arrivals", self._news)

    def _news(self, after: str | None = None) -> dict[str, Any]:
        news = self._fetch(after)
        return {"rows": list(news.rows), "after": news.after}
