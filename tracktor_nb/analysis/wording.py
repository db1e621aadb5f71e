"""Numbers, instants and periods as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracktor_nb.semantics.period import DAY, HOUR, MINUTE, SECOND, Calendar, Freq, Period

EMPTY = "—"


def number(value: float | None) -> str:
    """Return 1,234 or 2.955: whole numbers whole, others with four significant digits."""
    if value is None:
        return EMPTY
    if float(value).is_integer() or abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.4g}"


def percent(rate: float | None) -> str:
    """Return 49.5 %; rates that are neither none nor all never read as 0 or 100 %."""
    if rate is None:
        return EMPTY
    if 0 < rate < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= rate < 1:
        return "> 99.9 %"
    return f"{rate:.1%}".replace("%", " %").replace(".0 %", " %")


def points(share: float | None) -> str:
    """Return the difference of two rates in percentage points: +12.3."""
    return EMPTY if share is None else f"{100 * share:+.1f}".replace("-", "−")


def span(microseconds: float | None) -> str:
    """Return a length of time with its two largest units: 3 d 4 h."""
    if microseconds is None:
        return EMPTY
    if microseconds < SECOND:
        return f"{microseconds / 1000:.0f} ms"
    units = [("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND)]
    largest = next(index for index, (_, length) in enumerate(units) if microseconds >= length)
    parts = []
    rest = int(microseconds)
    for name, length in units[largest : largest + 2]:
        many, rest = divmod(rest, length)
        parts += [f"{many:,} {name}"] if many else []
    return " ".join(parts)


def measured(value: float | None, unit: str) -> str:
    """Return a number as its unit is read: lengths of time (in microseconds), shares of 1, or plain."""
    if unit == "time" and value is not None:
        return span(value) if value >= 0 else f"−{span(-value)}"
    return percent(value) if unit == "share" else number(value)


def times(count: int) -> str:
    """Return "3 times"."""
    return f"{number(count)} time{'' if count == 1 else 's'}"


def instant_in_words(instant: int, calendar: Calendar) -> str:
    """Return 2026-11-23 14:05 (Europe/Vienna)."""
    return f"{calendar.local(instant):%Y-%m-%d %H:%M} ({calendar.zone})"


def period_in_words(period: Period, start: int | None, end: int | None, calendar: Calendar) -> str:
    """Return the period's name and the local days or times that it meant."""
    name = period if isinstance(period, str) else "custom range"
    if start is None or end is None or start >= end:
        return f"{name} (no events)"
    return f"{name} ({range_in_words(start, end, calendar, period == 'all time')}, {calendar.zone})"


def range_in_words(start: int, end: int, calendar: Calendar, in_days: bool = False) -> str:
    """Return the local days, or where the range cuts one (unless `in_days`) the times, from the first to the last."""
    first, last = calendar.local(start), calendar.local(end - 1)
    if in_days or all(calendar.midnight(calendar.local(each).date()) == each for each in (start, end)):
        return f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"


def bucket_in_words(start: int, freq: Freq, calendar: Calendar) -> str:
    """Return how a bucket is named: its day, its month, its hour, or the week of its first day."""
    form = {"hour": "%a %Y-%m-%d %H:%M %Z", "day": "%a %Y-%m-%d", "week": "week of %Y-%m-%d", "month": "%B %Y"}[freq]
    return calendar.local(start).strftime(form)


def value_in_words(value: Any) -> str:
    """Return a breakdown's value as a legend names it."""
    if value is None:
        return "not set"
    return str(value).lower() if isinstance(value, bool) else str(value)


def joined(parts: Iterable[str]) -> str:
    """Return the parts that say something, with dots between."""
    return " · ".join(part for part in parts if part)
