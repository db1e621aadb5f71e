"""Who is active, and who is leaving: days on which a person did something (SEMANTICS 5, Overview)."""

from __future__ import annotations

from datetime import date, timedelta

from .event import SYSTEM_EVENTS, SYSTEM_EVENTS_OF_PEOPLE, Event
from .period import Calendar, Range
from .person import Person

ACTIVE_DAYS, ACTIVE_OF = 2, 28
LEAVING_DAYS, LEAVING_OF, SILENT_DAYS = 3, 28, 14


def counts_as_activity(event: Event, include_bots: bool = False) -> bool:
    """True if the event is something the person did, bots' events left out unless asked for."""
    made_by_people = event.name not in SYSTEM_EVENTS or event.name in SYSTEM_EVENTS_OF_PEOPLE
    return made_by_people and (include_bots or not event.bot)


def active_days(person: Person, within: Range, calendar: Calendar, include_bots: bool = False) -> list[date]:
    """Return the local days in the range on which the person did something, ascending."""
    found = (event.time for event in person.events if event.time in within and counts_as_activity(event, include_bots))
    return sorted({calendar.day(time) for time in found})


def is_active(person: Person, at: int, calendar: Calendar, include_bots: bool = False) -> bool:
    """True for somebody who did something on two of the 28 days that end with the day of `at`."""
    recent = last_days(at, ACTIVE_OF, calendar)
    return len(active_days(person, recent, calendar, include_bots)) >= ACTIVE_DAYS


def was_regular(person: Person, at: int, calendar: Calendar, include_bots: bool = False) -> bool:
    """True for somebody who did something on three of the 28 days before the last 14."""
    before, _ = leaving_ranges(at, calendar)
    return len(active_days(person, before, calendar, include_bots)) >= LEAVING_DAYS


def is_leaving(person: Person, at: int, calendar: Calendar, include_bots: bool = False) -> bool:
    """True for somebody regular until 14 days ago and silent since."""
    _, silent = leaving_ranges(at, calendar)
    return was_regular(person, at, calendar, include_bots) and not active_days(person, silent, calendar, include_bots)


def leaving_ranges(at: int, calendar: Calendar) -> tuple[Range, Range]:
    """Return the 28 days in which somebody leaving was regular, and the 14 days since, up to `at`."""
    silent = last_days(at, SILENT_DAYS, calendar)
    return Range(last_days(at, LEAVING_OF + SILENT_DAYS, calendar).start, silent.start), silent


def last_days(at: int, days: int, calendar: Calendar) -> Range:
    """Return so many local days up to `at`, the day of `at` being the last of them."""
    first = calendar.day(at) - timedelta(days=days - 1)
    return Range(calendar.midnight(first), at + 1)
