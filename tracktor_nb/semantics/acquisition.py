"""Acquisition: which advertisement campaign a person came by, and whether it stayed active (SEMANTICS 5, Overview).

A touch is an event that names the campaign (the UTM argument asked for). An event without that is no touch, so a direct
visit never takes a campaign's place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .activity import ACTIVE_DAYS, ACTIVE_OF, counts_as_activity
from .definition import FLAG, Definition, check_choice, check_name
from .event import Event, Value
from .period import DAY, Range
from .person import Person
from .values import group_key, values_at

Touch = Literal["first", "last"]

LOOKBACK = 30 * DAY


@dataclass(frozen=True, eq=False, repr=False)
class Acquisition(Definition):
    """How many people each advertisement campaign brought, and how many of them are active.

    `touch="first"` credits the first touch ever, which lies in the range; people never touched count where their first
    event does. `touch="last"` credits, for everybody who came in the range, the last touch up to the last event there,
    at most 30 days before it.

    >>> Acquisition(by="utm_source", touch="last")
    Acquisition('utm_source', touch='last')
    """

    by: str = "utm_campaign"
    touch: Touch = "first"
    include_bots: bool = False

    def __post_init__(self) -> None:
        check_name(self.by, "an argument", "by= in Acquisition(…)")
        check_choice("touch", self.touch, ("first", "last"), "Acquisition(…)")
        check_choice("include_bots", self.include_bots, FLAG, "Acquisition(…)")

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        credit = "first touch ever" if self.touch == "first" else "last touch, at most 30 days back"
        bots = f"bots {'in' if self.include_bots else 'out'}"
        active = f"active: events on {ACTIVE_DAYS} of the last {ACTIVE_OF} days"
        return f"people by {self.by} · {credit} · direct visits are no touch · {active} · {bots}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """By what a person came: the event that counts, and the campaign it names (None: none)."""

    event: Event
    campaign: Value


def arrival(acquisition: Acquisition, person: Person, within: Range, at: int) -> Arrival | None:
    """Return by what the person came, None for somebody who does not count in the range."""
    acts = [
        event for event in person.events if event.time <= at and counts_as_activity(event, acquisition.include_bots)
    ]
    event = (_first if acquisition.touch == "first" else _last)(acts, acquisition.by, within)
    return None if event is None else Arrival(event, campaign_of(event, acquisition.by))


def _first(acts: list[Event], by: str, within: Range) -> Event | None:
    touches = (event for event in acts if campaign_of(event, by) is not None)
    event = next(touches, acts[0] if acts else None)
    return event if event is not None and event.time in within else None


def _last(acts: list[Event], by: str, within: Range) -> Event | None:
    came = [event for event in acts if event.time in within]
    if not came:
        return None
    earliest = came[-1].time - LOOKBACK
    touches = [event for event in acts if earliest <= event.time < within.end and campaign_of(event, by) is not None]
    return touches[-1] if touches else came[-1]


def campaign_of(event: Event, by: str) -> Value:
    """Return the campaign that the event names, None where it names none."""
    found = values_at(event.properties, by)
    return group_key(found[0]) if found else None
