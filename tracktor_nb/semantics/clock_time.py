"""Times of day in a site's zone: when one comes next, and whether an instant lies between two (SEMANTICS 7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tracktor_nb.errors import DefinitionError

from .period import Calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check_clock_time(option: str, text: object, place: str) -> None:
    """Raise DefinitionError unless the text is a time of day such as "09:30"."""
    if not isinstance(text, str) or re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text) is None:
        raise DefinitionError(f"{option}={text!r} in {place} must be a time of day from '00:00' to '23:59'.")


def checked_weekdays(days: object, place: str) -> tuple[str, ...]:
    """Return the weekdays in their order, all seven as none at all, or raise DefinitionError."""
    if isinstance(days, (str, bytes)) or not isinstance(days, Sequence) or not set(days) <= set(WEEKDAYS):
        raise DefinitionError(f"on={days!r} in {place} must be a list of {', '.join(WEEKDAYS)}.")
    chosen = tuple(day for day in WEEKDAYS if day in days)
    return () if len(chosen) == len(WEEKDAYS) else chosen


def next_clock_time(clock: str, on: Sequence[str], after: int, calendar: Calendar) -> int:
    """Return the first instant at or after `after` that is this time of day, on one of the weekdays (none: any).

    A time that the zone leaves out on a day comes as much later as the clock jumped; one that comes twice, at either.
    """
    day = calendar.local(after).date() - timedelta(days=1)
    while True:
        if not on or WEEKDAYS[day.weekday()] in on:
            coming = [instant for instant in instants_of(clock, day, calendar) if instant >= after]
            if coming:
                return coming[0]
        day += timedelta(days=1)


def instants_of(clock: str, day: date, calendar: Calendar) -> list[int]:
    """Return the instants, one or two, at which the local day has this time of day."""
    hour, minute = map(int, clock.split(":"))
    moment = datetime(day.year, day.month, day.day, hour, minute)
    both = sorted({calendar.instant(moment), calendar.instant(moment.replace(fold=1))})
    return [instant for instant in both if calendar.local(instant).replace(tzinfo=None, fold=0) == moment] or both[-1:]


def is_between(start: str, end: str, on: Sequence[str], instant: int, calendar: Calendar) -> bool:
    """True if the local clock shows `start` or later but not yet `end`; a span over midnight belongs to its first day.

    Equal times span the whole day.
    """
    local = calendar.local(instant)
    clock = f"{local.hour:02}:{local.minute:02}"
    over_midnight = start >= end
    if not over_midnight and not start <= clock < end:
        return False
    if over_midnight and end <= clock < start:
        return False
    began = local.date() - timedelta(days=1 if over_midnight and clock < end and clock < start else 0)
    return not on or WEEKDAYS[began.weekday()] in on
