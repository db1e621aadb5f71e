"""A list of people of any length, read a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import traitlets as t

from .front import Built, Front


class Page(Protocol):
    """Rows of person_id, distinct_id, email, last_action, last_seen (microseconds), and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


Fetch = Callable[[int, int, str], Page]
"""(offset, limit, search) -> a page of people."""


class PeopleTable(Front):
    """A table of people: ID, email, last action. `show` gives it a list; `on_close` hears the cross."""

    _esm = Built("people_table.js")

    title = t.Unicode().tag(sync=True)
    zone = t.Unicode("UTC").tag(sync=True)
    closable = t.Bool(False).tag(sync=True)
    lists = t.Int(0, help="counts the lists shown, so that a new one starts on its first page").tag(sync=True)

    def __init__(self, fetch: Fetch | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        self._fetch = fetch
        self.on("page", self._page)

    def show(self, title: str, fetch: Fetch) -> None:
        """Show another list from its first page on."""
        self._fetch = fetch
        with self.hold_sync():
            self.title = title
            self.lists += 1

    def on_close(self, closed: Callable[[], None]) -> None:
        """Offer a cross, and call `closed` when it is clicked."""
        self.closable = True
        self.on("close", closed)

    def _page(self, offset: int, limit: int, search: str) -> dict[str, Any]:
        if self._fetch is None:
            return {"rows": [], "total": 0}
        page = self._fetch(offset, limit, search)
        return {"rows": [dict(row) for row in page.rows], "total": page.total}
