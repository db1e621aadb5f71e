"""Where everybody stops: the columnar twin of `semantics.stops`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.semantics.among import asked_at
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.stops import Stops

from .activity import silent_people
from .arrays import Ints
from .frames import Log
from .funnels import attempts
from .sessions import browsing

Found = tuple[list[dict[str, Any]], list[Ints], list[Ints]]
"""Rows, and for each row the people who got there and those of them who stopped there."""


def stops_of(stops: Stops, log: Log, within: Range, now: int, calendar: Calendar) -> Found:
    """Return the places where people stop, the one with most of them first."""
    places = _in_funnels if stops.funnels else _on_pages
    found = places(stops, log, within, now, calendar)
    order = sorted(range(len(found)), key=lambda at: (-len(found[at][2]), at))
    rows = [
        {**found[at][0], "people": len(found[at][1]), "stopped": len(found[at][2]), "rate": _rate(found[at])}
        for at in order
    ]
    return rows, [found[at][1] for at in order], [found[at][2] for at in order]


Place = tuple[dict[str, Any], Ints, Ints]


def _in_funnels(stops: Stops, log: Log, within: Range, now: int, calendar: Calendar) -> list[Place]:
    """Every step but the last of every funnel: whoever did that one has not stopped."""
    places = []
    for name, funnel in stops.funnels.items():
        found = attempts(funnel, log, within, now, calendar)
        for step, each in enumerate(funnel.steps[:-1], start=1):
            row = {"place": each.label, "funnel": name, "next": funnel.steps[step].label}
            places.append((row, found.person[found.reached >= step], found.person[found.reached == step]))
    return places


def _on_pages(stops: Stops, log: Log, within: Range, now: int, calendar: Calendar) -> list[Place]:
    """The last pages of people: all whose last page it is, and those of them who come no more."""
    at = asked_at(within, now)
    found = browsing(log, at, stops.include_bots)
    person = log.person_code[found.position]
    last = np.flatnonzero(np.diff(person, append=-1))
    time = log.time[found.position[last]]
    last = last[(time >= within.start) & (time < within.end)]
    last = last[np.argsort(found.page[last], kind="stable")]
    pages, first = np.unique(found.page[last], return_index=True)
    gone = silent_people(log, at, calendar, stops.include_bots)
    return [
        ({"place": found.pages[code], "funnel": None, "next": None}, people, people[gone[people]])
        for code, people in zip(pages.tolist(), np.split(person[last], first)[1:], strict=True)
    ]


def _rate(place: Place) -> float | None:
    return len(place[2]) / len(place[1]) if len(place[1]) else None
