"""Some people as a table on a card."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from tracktor_nb.semantics.period import Calendar

from .look import table


def people_table(rows: Sequence[dict[str, Any]], calendar: Calendar) -> str:
    """Return the people with e-mail, last action and when that was; nothing for nobody."""
    cells = [
        [
            escape(str(row["distinct_id"])),
            escape(str(row["email"] or "")),
            escape(str(row["last_action"] or "")),
            "" if row["last_seen"] is None else f"{calendar.local(row['last_seen']):%Y-%m-%d %H:%M}",
        ]
        for row in rows
    ]
    return table(["person", "e-mail", "last action", "last seen"], cells, ()) if cells else ""
