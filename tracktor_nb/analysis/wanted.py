"""Which columns a definition asks of DataFrames, so that a missing one is named instead of taken for empty."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, Literal, NamedTuple

from tracktor_nb.errors import FrameError
from tracktor_nb.semantics.acquisition import Acquisition
from tracktor_nb.semantics.condition import Has, InCompany
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.pages import Pages
from tracktor_nb.semantics.session import PAGE, Sessions
from tracktor_nb.semantics.stops import Stops

from .columns import along

Frame = Literal["events", "people", "events or people"]

OF_EITHER = ("by", "hold", "value")
"""Options of definitions that name a property: the event's own, or else the person's."""
FOLLOWING = ("created_at", "last_seen")
"""Properties of people that follow from the events."""


class Wanted(NamedTuple):
    """A property that is asked for, in which frame, and who asks."""

    frame: Frame
    path: str
    place: str


def check_columns(definition: Definition, events: Container[str], people: Iterable[str] | None) -> None:
    """Raise FrameError if the definition asks for a column that is not there."""
    for frame, path, place in wanted(definition):
        names = (path, along(path)[0])
        in_events = frame != "people" and any(name in events for name in names)
        of_people = FOLLOWING if people is None else (*FOLLOWING, *people)
        in_people = frame != "events" and any(name in of_people for name in names)
        if not (in_events or in_people):
            raise FrameError(_missing(frame, names[1], place, people is None))


def _missing(frame: Frame, column: str, place: str, without_people: bool) -> str:
    if frame == "people" and without_people:
        return f"{place} asks for the property {column!r} of people: pass people= with a column {column!r}."
    where = "Neither events nor people has a" if frame == "events or people" else f"{frame} has no"
    return f"{where} column {column!r}, which {place} asks for. Add it, or look at its spelling."


def wanted(value: Any, frame: Frame = "people", place: str = "") -> Iterator[Wanted]:
    """Yield what the definition asks for; inside `where` properties are arguments of events."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from wanted(item, frame, place)
    if not isinstance(value, Definition):
        return
    yield from _own(value, frame, place or repr(value))
    for each in fields(value):
        part = getattr(value, each.name)
        if each.name in OF_EITHER and isinstance(part, str) and not isinstance(value, (Has, Acquisition)):
            yield Wanted("events or people", part, f"{each.name}= of {value!r}")
        elif each.name == "where":
            yield from wanted(part, "events", f"where= of {value!r}")
        else:
            yield from wanted(part, frame, place)


def _own(definition: Definition, frame: Frame, place: str) -> Iterator[Wanted]:
    if isinstance(definition, Has):
        yield Wanted(frame, definition.property, place if frame == "events" else repr(definition))
    elif isinstance(definition, InCompany):
        yield Wanted("people", "company", repr(definition))
    elif isinstance(definition, Acquisition):
        yield Wanted("events", definition.by, repr(definition))
    elif isinstance(definition, (Sessions, Pages)) or (isinstance(definition, Stops) and not definition.funnels):
        yield Wanted("events", PAGE, f"{definition!r}, the path of the page on which each event happened,")
