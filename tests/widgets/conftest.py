"""A small video service behind widgets, without a kernel, a store or a browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.errors import RevisionConflictError, TracktorError
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import Period
from tracktor_nb.widgets.front import Front
from tracktor_nb.widgets.services import Saved, Services

EVENTS = pd.DataFrame(
    [
        ("ann", "Site visit", "2026-11-20T10:00:00", "google"),
        ("ann", "Registration", "2026-11-20T10:05:00", None),
        ("bob", "Site visit", "2026-11-21T09:00:00", "newsletter"),
        ("cyd", "Site visit", "2026-11-22T09:00:00", "google"),
        ("cyd", "Site visit", "2026-11-22T09:30:00", "google"),
    ],
    columns=["person_id", "event", "time", "source"],
)
PEOPLE = pd.DataFrame({"email": ["ann@x.example", "bob@x.example", None]}, index=["ann", "bob", "cyd"]).rename_axis(
    "person_id"
)
NOW = "2026-11-22T12:00:00"


class House:
    """The services of one site over the frames above; what was asked is kept, and `failure` is raised instead."""

    def __init__(self) -> None:
        self.asked: list[tuple[Definition, Period]] = []
        self.kept: dict[str, Saved] = {}
        self.failure: Exception | None = None

    def evaluate(self, definition: Definition, period: Period) -> Any:
        self.asked.append((definition, period))
        if self.failure is not None:
            raise self.failure
        return evaluate(definition, EVENTS, PEOPLE, period=period, now=NOW)

    def save(self, name: str, definition: Definition, expected: int | None) -> int:
        found = self.kept[name].revision if name in self.kept else 0
        if expected not in (None, found):
            raise RevisionConflictError(f"{name!r} is at revision {found}, not {expected}.")
        self.kept[name] = Saved(name, found + 1, definition)
        return found + 1

    def services(self) -> Services:
        return Services(
            evaluate=self.evaluate,
            save=self.save,
            archive=self.kept.pop,
            saved=lambda: list(self.kept.values()),
            events=lambda: [{"name": "Site visit", "count": 4}, {"name": "Registration", "count": 1}],
            properties=lambda event: [{"name": "source" if event else "email", "type": "text", "values": []}],
            site="video",
            zone="Europe/Vienna",
        )


@pytest.fixture
def house() -> House:
    return House()


class Page:
    """The browser's side of a widget: it sends what a page would, and keeps what the widget sends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.messages: list[tuple[Front, dict[str, Any]]] = []
        monkeypatch.setattr(Front, "send", lambda front, content, buffers=None: self.messages.append((front, content)))

    def ask(self, front: Front, action: str, **values: Any) -> Any:
        """Ask a question and return the answer."""
        front._handle_custom_msg({"do": action, "id": 7, **values}, [])
        answer = self.messages[-1][1]
        assert answer["answers"] == 7
        assert "failed" not in answer, self.toasts
        return answer["value"]

    def tell(self, front: Front, action: str, **values: Any) -> None:
        """Tell something to do."""
        front._handle_custom_msg({"do": action, **values}, [])

    def change(self, front: Front, **traits: Any) -> None:
        """Change traits as the browser does."""
        front.set_state(traits)

    @property
    def toasts(self) -> Sequence[str]:
        """The texts of all toasts so far."""
        return [content["toast"]["text"] for _, content in self.messages if "toast" in content]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(monkeypatch)


@pytest.fixture
def broken() -> Callable[[], Exception]:
    """An error of ours, made when it is needed."""
    return lambda: TracktorError("The analysis process does not answer.")
