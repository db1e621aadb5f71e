"""What widgets may ask of the house: plain callables, never a database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import Period


@dataclass(frozen=True)
class Saved:
    """A saved definition in its latest revision."""

    name: str
    revision: int
    definition: Definition


@dataclass(frozen=True)
class Services:
    """The callables behind all widgets of one site.

    evaluate(definition, period) returns a result: FunnelResult or MetricResult of `analysis.results`.
    save(name, definition, expected_revision) returns the new revision; expected 0 means that the name must be new.
    archive(name) puts a saved definition away. saved() returns the saved ones in the order of the tiles.
    events() returns {"name", "count"} of each event, the most frequent first.
    properties(event) returns {"name", "type", "values"} of the event's arguments, or of people where event is None;
    type is "text", "number", "boolean", "list" or "object", values are some frequent ones.
    """

    evaluate: Callable[[Definition, Period], Any]
    save: Callable[[str, Definition, int | None], int]
    archive: Callable[[str], Any]
    saved: Callable[[], Sequence[Saved]]
    events: Callable[[], Sequence[Mapping[str, Any]]]
    properties: Callable[[str | None], Sequence[Mapping[str, Any]]]
    site: str = ""
    zone: str = "UTC"
