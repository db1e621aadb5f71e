"""The pulse of a live page: it comes from the browser, so it stops with the tab, and an idle kernel can be culled."""

from __future__ import annotations

from collections.abc import Callable

import traitlets as t

from .front import Built, Front


class Ticker(Front):
    """Calls `tick` every `interval` milliseconds while the page is seen; tells the visitor when the session is over."""

    _esm = Built("ticker.js")

    interval = t.Int(1000).tag(sync=True)

    def __init__(self, tick: Callable[[], None], **traits: int) -> None:
        super().__init__(**traits)
        self.on("tick", tick)
