"""What all explanations are made of."""

from __future__ import annotations

import json
from typing import Any

from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.period import Calendar

Told = tuple[str, list[dict[str, Any]]]
"""A sentence, and the rows that decide."""


def event_row(event: Event, calendar: Calendar) -> dict[str, Any]:
    shown = json.dumps(dict(event.properties), ensure_ascii=False) if event.properties else ""
    return {"time": f"{calendar.local(event.time):%Y-%m-%d %H:%M:%S}", "event": event.name, "properties": shown}
