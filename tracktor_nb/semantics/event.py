"""What a person did, and what was learned about a person: the rows of the log (SEMANTICS 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Value = Any
"""Any JSON value: None, bool, int, float, str, list or dict with text keys."""

# Events the system makes itself; the public door refuses these names (SEMANTICS 6).
SYSTEM_EVENTS = frozenset(
    {
        "Visited Site",
        "Cart canceled",
        "Cart purchased",
        "Cart abandoned",
        "Cart recovered",
        "Cart retracted",
        "Letter sent",
        "Letter opened",
        "Letter clicked",
        "Letter bounced",
        "Letter unsubscribed",
        "Message sent",
        "Message seen",
        "Message replied",
    }
)
RETRACTION = "Cart retracted"
"""Says that an event about a cart did not happen after all: its argument `retracts` is that event's `seq`."""
SYSTEM_EVENTS_OF_PEOPLE = frozenset({"Letter clicked", "Message replied"})


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Instants are int64 microseconds UTC; one person's order is (time, seq)."""

    time: int
    seq: int
    name: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    identity: int = 0
    known_at: int | None = None
    imported: bool = False
    origin: str | None = None
    bot: bool = False

    @property
    def is_activity(self) -> bool:
        """True if this counts as something the person did (SEMANTICS 2): system-made events do not."""
        return not self.bot and (self.name not in SYSTEM_EVENTS or self.name in SYSTEM_EVENTS_OF_PEOPLE)


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """New values of some person properties; None removes one, unmentioned ones stay."""

    time: int
    seq: int
    values: Mapping[str, Value]
    identity: int = 0
    known_at: int | None = None
    imported: bool = False
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityEdge:
    """One merge: from `time` on, the identities `src` and `dest` are one person, until it is undone."""

    src: int
    dest: int
    time: int
    seq: int
    reason: str = "alias"
    known_at: int | None = None
    undone_at: int | None = None


Row = Event | PropertyChange | IdentityEdge
"""A row of the log."""


def without_retracted(events: Iterable[Event]) -> Iterator[Event]:
    """Return the events, less those that one of them retracts (SEMANTICS 6, carts)."""
    given = list(events)
    retracted = {each.properties.get("retracts") for each in given if each.name == RETRACTION}
    return (each for each in given if each.seq not in retracted)


def order(row: Row) -> tuple[int, int]:
    """Return where the row stands in its person's order: by time, equal times by arrival, so that ties never exist."""
    return row.time, row.seq
