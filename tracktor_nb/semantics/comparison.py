"""The previous period: what a number of a range is compared with (SEMANTICS 5)."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from .period import DAY, FIRST_INSTANT, NAMED_PERIODS, Calendar, Period, Range, resolve

UNITS = ("week", "month", "quarter", "year")


class Compared(NamedTuple):
    """A range, and the instant that plays the part of now in it: rows behind it are not counted."""

    within: Range
    now: int


def previous(period: Period, now: int, calendar: Calendar) -> Compared | None:
    """Return the period before and how far to count there: as far as this one has come. None for "all time".

    Before a week, month, quarter or year comes the one before; before days come as many days, a custom range of whole
    days included; before a duration or a custom range of hours comes the same length of time. In calendar ranges the
    same part has elapsed when as many days are over and the clock shows the same time. There was nothing before 1970.
    """
    this = resolve(period, now, calendar)
    if period == "all time" or not this.start < this.end or this.start > now:
        return None
    is_named = not isinstance(period, str) or period in NAMED_PERIODS
    length = this.end - this.start if is_named else now - this.start  # a duration has both its ends
    if this.start - length - 370 * DAY < FIRST_INSTANT:
        return None
    unit = period.split()[-1] if isinstance(period, str) else ""
    if unit in UNITS:
        before = resolve(f"this {unit}", this.start - 1, calendar)
    elif is_named and _is_whole_days(this, calendar):
        first, following = calendar.day(this.start), calendar.day(this.end)
        before = Range(calendar.midnight(first - (following - first)), this.start)
    else:
        return Compared(Range(this.start - length, this.start), now - length)
    days = (calendar.day(this.start) - calendar.day(before.start)).days
    return Compared(before, max(_days_before(now, days, calendar), before.start))


def _is_whole_days(within: Range, calendar: Calendar) -> bool:
    return all(calendar.floor(edge, "day") == edge for edge in (within.start, within.end))


def _days_before(instant: int, days: int, calendar: Calendar) -> int:
    """Return the instant so many days ago at which the clock shows the same time."""
    local = calendar.local(instant)
    moved = (local.replace(tzinfo=None) - timedelta(days=days)).replace(fold=local.fold)
    return calendar.instant(moved)
