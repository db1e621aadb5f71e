"""What all explanations are made of."""

from __future__ import annotations

import json
from typing import Any

from tracktor_nb.semantics.condition import Condition
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.period import Calendar

Told = tuple[str, list[dict[str, Any]]]
"""A sentence, and the rows that decide."""


def not_among(among: Condition | None) -> str:
    """Return what is said of somebody the question is not about."""
    return f"is not one of the people asked about: {'' if among is None else among.rule()}"


def moment(instant: int, calendar: Calendar) -> str:
    """Return the instant as rows show it, in the site's zone."""
    return f"{calendar.local(instant):%Y-%m-%d %H:%M:%S}"


def event_row(row: Event | PropertyChange, calendar: Calendar) -> dict[str, Any]:
    """Return when it was, the event (or "set", of properties), and what it says."""
    name, said = (row.name, row.properties) if isinstance(row, Event) else ("set", row.values)
    shown = json.dumps(dict(said), ensure_ascii=False) if said else ""
    return {"time": moment(row.time, calendar), "event": name, "properties": shown}
