"""Time: durations, calendars and the ranges that questions are asked over (SEMANTICS 2)."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracktor_nb.errors import DefinitionError

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
UNIT_NAMES = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week"}

FIRST_INSTANT = 0
"""1970-01-01, the earliest time that imports may carry."""
LAST_INSTANT = 253_370_764_800 * SECOND
"""9999-01-01, later than every event."""
FIRST_DATE = -62_104_060_800 * SECOND
"""0002-01-01, the earliest date that a condition may name."""
LONGEST_DURATION = 36_525 * DAY
"""A hundred years."""

Freq = Literal["hour", "day", "week", "month"]
FREQUENCIES: tuple[Freq, ...] = ("hour", "day", "week", "month")

NAMED_PERIODS = (
    "all time",
    "today",
    "yesterday",
    "last 7 days",
    "last 28 days",
    "last 30 days",
    "last 90 days",
    "this week",
    "last week",
    "this month",
    "last month",
    "this quarter",
    "last quarter",
    "this year",
    "last year",
)
Period = str | tuple[str, str]
"""A named range, a duration that ends now ("30d"), or (start, end) as ISO texts, end excluded."""


@lru_cache(maxsize=1024)
def duration(text: str) -> int:
    """Return the microseconds of a duration such as "30d", "12h", "15m", "90s" or "2w"."""
    number, unit = _parts(text)
    return number * UNITS[unit]


def duration_in_words(text: str) -> str:
    """Return "30 days" for "30d"."""
    number, unit = _parts(text)
    return f"{number} {UNIT_NAMES[unit]}{'' if number == 1 else 's'}"


def is_duration(text: object) -> bool:
    """True if `duration` can read it."""
    try:
        return duration(text) > 0
    except DefinitionError:
        return False


def _parts(text: str) -> tuple[int, str]:
    match = re.fullmatch(r"([1-9][0-9]{0,9})([smhdw])", text) if isinstance(text, str) else None
    if match is None:
        raise DefinitionError(
            f"{text!r} is not a duration. Write a whole number and a unit: '30d', '12h', '15m', '90s', '2w'."
        )
    number, unit = int(match[1]), match[2]
    if number * UNITS[unit] > LONGEST_DURATION:
        raise DefinitionError(f"{text!r} is too long a duration; a hundred years ('36525d') are the most.")
    return number, unit


@dataclass(frozen=True, slots=True)
class Range:
    """Half-open instants [start, end) in microseconds UTC."""

    start: int
    end: int

    def __contains__(self, instant: int) -> bool:
        return self.start <= instant < self.end


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DefinitionError(
            f"Unknown time zone {name!r}. Use an IANA name such as 'Europe/Vienna' or 'UTC'."
        ) from error


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Calendar:
    """Cuts hours, days, weeks and months in a time zone; days of 23 and 25 hours included."""

    zone: str = "UTC"
    week_start: int = 0

    def __post_init__(self) -> None:
        _zone(self.zone)
        if self.week_start not in range(7):
            raise DefinitionError(f"week_start {self.week_start!r} must be 0 (Monday) to 6 (Sunday).")

    def local(self, instant: int) -> datetime:
        """Return the zone's wall-clock time of an instant."""
        return (_EPOCH + timedelta(microseconds=instant)).astimezone(_zone(self.zone))

    def instant(self, moment: datetime) -> int:
        """Return the instant of a moment; one without zone is read in this calendar's zone."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=_zone(self.zone))
        return (aware.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)

    def midnight(self, day: date) -> int:
        """Return the instant at which the local day begins, which is not always 00:00."""
        return self.instant(datetime(day.year, day.month, day.day))

    def day(self, instant: int) -> date:
        """Return the local day that holds the instant: where clocks fall back over midnight, the day has begun."""
        day = self.local(instant).date()
        tomorrow = day + timedelta(days=1)
        return tomorrow if self.midnight(tomorrow) <= instant else day

    def floor(self, instant: int, freq: Freq) -> int:
        """Return the start of the hour, day, week or month that holds the instant."""
        if freq == "hour":
            return self._hour(instant).start
        return self.midnight(_first_day(self.day(instant), freq, self.week_start))

    def next(self, instant: int, freq: Freq) -> int:
        """Return the start of the following hour, day, week or month."""
        if freq == "hour":
            return self._hour(instant).end
        return self.midnight(_following(_first_day(self.day(instant), freq, self.week_start), freq))

    def _hour(self, instant: int) -> Range:
        """Return the local hour around the instant; where the clock changes within it, the part of it that holds it."""
        shift = self._offset(instant)
        start = (instant + shift) // HOUR * HOUR - shift
        before, behind = range(start, instant + 1), range(instant, start + HOUR)
        return Range(
            before[bisect_left(before, True, key=lambda each: self._offset(each) == shift)],
            start + HOUR
            if self._offset(behind[-1]) == shift
            else behind[bisect_left(behind, True, key=lambda each: self._offset(each) != shift)],
        )

    def _offset(self, instant: int) -> int:
        """Return by how many microseconds the local clock is ahead of UTC."""
        return (self.local(instant).utcoffset() or timedelta()) // timedelta(microseconds=1)

    def edges(self, start: int, end: int, freq: Freq) -> list[int]:
        """Return the bucket starts that cover [start, end), and behind them the end of the last bucket."""
        edges = [self.floor(start, freq)]
        while edges[-1] < end:
            edges.append(self.next(edges[-1], freq))
        return edges

    def parse(self, text: str) -> int:
        """Return the instant of an ISO 8601 text; a date alone is 00:00, a time without zone is local here."""
        try:
            return self.instant(datetime.fromisoformat(text))
        except (TypeError, ValueError, OverflowError) as error:
            raise DefinitionError(
                f"{text!r} is not a date. Write '2026-11-23' or '2026-11-23T14:00:00+01:00'."
            ) from error


def _first_day(day: date, freq: Freq, week_start: int) -> date:
    if freq == "week":
        return day - timedelta(days=(day.weekday() - week_start) % 7)
    return day.replace(day=1) if freq == "month" else day


def _following(day: date, freq: Freq) -> date:
    if freq == "month":
        return _add_months(day, 1)
    return day + timedelta(days=7 if freq == "week" else 1)


def _add_months(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def resolve(period: Period, now: int, calendar: Calendar) -> Range:
    """Return the instants that a period means at `now`."""
    if not isinstance(period, str):
        return _custom(period, calendar)
    if period not in NAMED_PERIODS:
        return Range(now - _unnamed(period), now + 1)
    if period == "all time":
        return Range(FIRST_INSTANT, LAST_INSTANT)
    first, following = _named_days(period, calendar.day(now), calendar.week_start)
    return Range(calendar.midnight(first), calendar.midnight(following))


def next_move(period: Period, now: int, calendar: Calendar) -> int | None:
    """Return when a named range next moves on; None for what never moves, and for a duration, which always does."""
    if period not in NAMED_PERIODS or period == "all time":
        return None
    unit = period.split()[-1]
    whole = f"this {unit}" if unit in ("week", "month", "quarter", "year") else "today"
    return resolve(whole, now, calendar).end


def check_period(period: Period) -> Period:
    """Return the period with (start, end) as a tuple, or raise DefinitionError."""
    resolve(period, 0, Calendar())
    return period if isinstance(period, str) else (period[0], period[1])


def _unnamed(period: str) -> int:
    try:
        return duration(period)
    except DefinitionError as error:
        raise DefinitionError(
            f"Unknown period {period!r}. Use {', '.join(NAMED_PERIODS)}, a duration such as '30d', or (start, end)."
        ) from error


def _custom(period: tuple[str, str], calendar: Calendar) -> Range:
    if not isinstance(period, (tuple, list)) or len(period) != 2:
        raise DefinitionError(f"{period!r} is not a period. Give a name, a duration, or (start, end) as ISO texts.")
    start, end = calendar.parse(period[0]), calendar.parse(period[1])
    # Decided in UTC, so that no zone refuses what another one took; an hour that a zone leaves out is empty there.
    if Calendar().parse(period[0]) >= Calendar().parse(period[1]):
        raise DefinitionError(f"The period {period!r} ends before it starts; the end itself is excluded.")
    return Range(start, max(start, end))


def _named_days(period: str, today: date, week_start: int) -> tuple[date, date]:
    """Return the first day and the day after the last one."""
    tomorrow = today + timedelta(days=1)
    if period == "today":
        return today, tomorrow
    if period == "yesterday":
        return today - timedelta(days=1), today
    which, rest = period.split(" ", 1)
    if rest.endswith("days"):
        return tomorrow - timedelta(days=int(rest.split()[0])), tomorrow
    first, following = _unit_around(rest, today, week_start)
    if which == "this":
        return first, following
    return _unit_around(rest, first - timedelta(days=1), week_start)


def _unit_around(unit: str, day: date, week_start: int) -> tuple[date, date]:
    if unit == "week":
        first = _first_day(day, "week", week_start)
        return first, first + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, _add_months(first, months)
