"""The live view asks through a callable, and hands on what it is told."""

from __future__ import annotations

from types import SimpleNamespace

from tracktor_nb.errors import StoreBusyError
from tracktor_nb.widgets.live import Live

from .conftest import Page


def test_each_question_goes_on_where_the_last_answer_ended(page: Page) -> None:
    asked: list[str | None] = []

    def fetch(after: str | None) -> SimpleNamespace:
        asked.append(after)
        return SimpleNamespace(rows=[{"kind": "event", "key": f"event {len(asked)}"}], after=f"{len(asked)}.0")

    live = Live(fetch, site="shop", zone="Europe/Vienna")
    first = page.ask(live, "arrivals", after=None)
    assert first == {"rows": [{"kind": "event", "key": "event 1"}], "after": "1.0"}
    page.ask(live, "arrivals", after=first["after"])
    assert asked == [None, "1.0"]


def test_a_database_that_is_busy_is_told(page: Page) -> None:
    def fetch(_: str | None) -> SimpleNamespace:
        raise StoreBusyError("The database is locked. Try again.")

    page.tell(Live(fetch), "arrivals")
    assert page.toasts == ["The database is locked. Try again."]
