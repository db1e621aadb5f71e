"""The previous period: as much of it as of this one, in the site's calendar."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import calendars, instants, periods
from tracktor_nb.semantics.comparison import previous
from tracktor_nb.semantics.period import Calendar, Period, resolve

VIENNA = Calendar("Europe/Vienna")


def compared(period: Period, now: str, calendar: Calendar = VIENNA) -> tuple[str, str, str] | None:
    found = previous(period, calendar.parse(now), calendar)
    if found is None:
        return None
    instants = (found.within.start, found.within.end, found.now)
    start, end, until = (f"{calendar.local(each):%Y-%m-%d %H:%M}" for each in instants)
    return start, end, until


@pytest.mark.parametrize(
    ("period", "now", "expected"),
    [
        ("today", "2026-11-24T14:05", ("2026-11-23 00:00", "2026-11-24 00:00", "2026-11-23 14:05")),
        ("yesterday", "2026-11-24T14:05", ("2026-11-22 00:00", "2026-11-23 00:00", "2026-11-23 14:05")),
        ("last 7 days", "2026-11-24T14:05", ("2026-11-11 00:00", "2026-11-18 00:00", "2026-11-17 14:05")),
        ("this week", "2026-11-24T14:05", ("2026-11-16 00:00", "2026-11-23 00:00", "2026-11-17 14:05")),
        ("last week", "2026-11-24T14:05", ("2026-11-09 00:00", "2026-11-16 00:00", "2026-11-17 14:05")),
        ("this month", "2026-11-24T14:05", ("2026-10-01 00:00", "2026-11-01 00:00", "2026-10-24 14:05")),
        ("last month", "2026-11-24T14:05", ("2026-09-01 00:00", "2026-10-01 00:00", "2026-10-25 14:05")),
        ("this quarter", "2026-11-24T14:05", ("2026-07-01 00:00", "2026-10-01 00:00", "2026-08-24 14:05")),
        ("this year", "2026-11-24T14:05", ("2025-01-01 00:00", "2026-01-01 00:00", "2025-11-24 14:05")),
        ("last year", "2026-11-24T14:05", ("2024-01-01 00:00", "2025-01-01 00:00", "2025-11-23 14:05")),
        # Months of other lengths: all of February is as much as 31 days of March.
        ("this month", "2026-03-31T14:05", ("2026-02-01 00:00", "2026-03-01 00:00", "2026-03-03 14:05")),
        ("this month", "2026-03-10T14:05", ("2026-02-01 00:00", "2026-03-01 00:00", "2026-02-10 14:05")),
        ("this year", "2028-03-01T00:00", ("2027-01-01 00:00", "2028-01-01 00:00", "2027-03-02 00:00")),
        # Days of 23 and 25 hours: the clock shows the same time.
        ("today", "2026-03-30T08:00", ("2026-03-29 00:00", "2026-03-30 00:00", "2026-03-29 08:00")),
        ("today", "2026-10-26T02:30", ("2026-10-25 00:00", "2026-10-26 00:00", "2026-10-25 02:30")),
        ("this week", "2026-03-31T08:00", ("2026-03-23 00:00", "2026-03-30 00:00", "2026-03-24 08:00")),
        # Custom ranges of whole days, and of hours.
        (("2026-03-23", "2026-03-30"), "2026-11-24", ("2026-03-16 00:00", "2026-03-23 00:00", "2026-11-17 00:00")),
        (("2026-11-23", "2026-11-30"), "2026-11-24T09:00", ("2026-11-16 00:00", "2026-11-23 00:00", "2026-11-17 09:00")),  # noqa: E501
        (
            ("2026-11-23T10:00", "2026-11-23T12:00"),
            "2026-11-24T00:00",
            ("2026-11-23 08:00", "2026-11-23 10:00", "2026-11-23 22:00"),
        ),
        # A duration is a length of time, whatever the clocks did.
        ("24h", "2026-03-29T12:00", ("2026-03-27 11:00", "2026-03-28 11:00", "2026-03-28 11:00")),
        ("all time", "2026-11-24", None),
        (("2027-01-01", "2027-02-01"), "2026-11-24", None),
        ("last year", "1971-06-01", None),
    ],
)  # fmt: skip
def test_the_same_part_of_the_period_before_is_compared(
    period: Period, now: str, expected: tuple[str, str, str] | None
) -> None:
    assert compared(period, now) == expected


@settings(max_examples=500)
@given(periods(), instants(), calendars(), st.integers(0, 6))
def test_the_previous_period_ends_where_this_one_begins(
    period: Period, now: int, calendar: Calendar, minutes: int
) -> None:
    found, this = previous(period, now, calendar), resolve(period, now, calendar)
    if found is None:
        assert period == "all time" or this.start >= this.end or this.start > now
        return
    if not str(period).startswith("last ") or str(period).endswith("days"):
        assert found.within.end == this.start
    if found.within.start == found.within.end:
        assert calendar.zone == "Pacific/Apia", "the one zone that left out a whole day"
        return
    assert found.within.start < found.within.end <= this.start
    assert found.within.start <= found.now < now
