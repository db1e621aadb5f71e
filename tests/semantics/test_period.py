from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import calendars, instants, periods
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.period import (
    DAY,
    FIRST_INSTANT,
    FREQUENCIES,
    HOUR,
    LAST_INSTANT,
    NAMED_PERIODS,
    SECOND,
    Calendar,
    Freq,
    Range,
    check_period,
    duration,
    duration_in_words,
    is_duration,
    next_move,
    resolve,
)

VIENNA = Calendar("Europe/Vienna")


def utc(text: str) -> int:
    return Calendar().parse(text)


# --- durations ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds", "words"),
    [
        ("1s", 1, "1 second"),
        ("90s", 90, "90 seconds"),
        ("15m", 900, "15 minutes"),
        ("1h", 3600, "1 hour"),
        ("30d", 30 * 86400, "30 days"),
        ("2w", 14 * 86400, "2 weeks"),
        ("36525d", 36525 * 86400, "36525 days"),
    ],
)
def test_a_duration_is_a_whole_number_and_a_unit(text: str, seconds: int, words: str) -> None:
    assert duration(text) == seconds * SECOND
    assert duration_in_words(text) == words
    assert is_duration(text)


@pytest.mark.parametrize(
    "text",
    ["", "d", "30", "0d", "-1d", "1.5h", "30 d", "30D", "1M", "1y", "٣d", "30d ", "\n1d", "9999999999999d", None, 30],
)
def test_anything_else_is_no_duration(text: Any) -> None:
    assert not is_duration(text)
    with pytest.raises(DefinitionError, match="'30d', '12h', '15m', '90s', '2w'"):
        duration(text)


@pytest.mark.parametrize("text", ["36526d", "5300w", "9999999999s"])
def test_a_duration_ends_at_a_hundred_years_so_that_instants_stay_in_64_bits(text: str) -> None:
    assert not is_duration(text)
    with pytest.raises(DefinitionError, match="a hundred years"):
        duration(text)


# --- calendars ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["", "Mars", "Europe", "../etc/passwd", "/etc/passwd", "x" * 5000, "Europe/Vienna\0"])
def test_an_unknown_zone_is_named(zone: str) -> None:
    with pytest.raises(DefinitionError, match="Use an IANA name such as 'Europe/Vienna'"):
        Calendar(zone)


@pytest.mark.parametrize("week_start", [-1, 7, 1.5, None])
def test_a_week_starts_on_one_of_seven_days(week_start: Any) -> None:
    with pytest.raises(DefinitionError, match=r"0 \(Monday\) to 6 \(Sunday\)"):
        Calendar("UTC", week_start)


@pytest.mark.parametrize(
    ("zone", "text", "hours"),
    [
        ("Europe/Vienna", "2026-03-28", 24),
        ("Europe/Vienna", "2026-03-29", 23),
        ("Europe/Vienna", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Asia/Kolkata", "2026-03-29", 24),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Sao_Paulo", "2019-02-16", 25),
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-30", 0),
        ("America/St_Johns", "2010-11-06", 24),
        ("America/St_Johns", "2010-11-07", 25),
    ],
)
def test_days_are_as_long_as_the_zone_makes_them(zone: str, text: str, hours: float) -> None:
    calendar, day = Calendar(zone), date.fromisoformat(text)
    following = date.fromordinal(day.toordinal() + 1)
    assert (calendar.midnight(following) - calendar.midnight(day)) / HOUR == hours
    assert calendar.next(calendar.midnight(day), "day") == calendar.midnight(following) or hours == 0


def test_a_day_that_has_no_midnight_begins_when_the_clock_first_shows_it() -> None:
    calendar = Calendar("America/Sao_Paulo")
    assert calendar.local(calendar.midnight(date(2018, 11, 4))) == datetime.fromisoformat("2018-11-04T01:00:00-02:00")


def test_where_the_clock_falls_back_over_midnight_the_new_day_goes_on() -> None:
    calendar = Calendar("America/St_Johns")  # at 00:01 on the 7th it became 23:01 on the 6th
    again = utc("2010-11-07T03:00:00")
    assert calendar.local(again).date() == date(2010, 11, 6)
    assert calendar.day(again) == date(2010, 11, 7)
    assert calendar.floor(again, "day") == calendar.midnight(date(2010, 11, 7)) < again
    assert calendar.next(again, "day") == calendar.midnight(date(2010, 11, 8))


@pytest.mark.parametrize(
    ("zone", "start", "minutes"),
    [
        ("Europe/Vienna", "2026-03-29T00:00:00", [60, 60, 60, 60]),
        ("Europe/Vienna", "2026-10-25T00:00:00", [60, 60, 60, 60]),
        ("Asia/Kolkata", "2026-03-29T00:30:00", [60, 60, 60, 60]),
        ("Australia/Lord_Howe", "2026-10-03T14:30:00", [60, 30, 60, 60]),
        ("Australia/Lord_Howe", "2026-04-04T14:00:00", [60, 30, 60, 60]),
    ],
)
def test_hours_are_cut_where_the_local_clock_strikes_or_changes(zone: str, start: str, minutes: list[int]) -> None:
    edges = Calendar(zone).edges(utc(start), utc(start) + sum(minutes) * 60 * SECOND, "hour")
    assert [(end - begin) // (60 * SECOND) for begin, end in pairwise(edges)] == minutes


@pytest.mark.parametrize(
    ("week_start", "first"), [(0, "2026-11-16"), (2, "2026-11-18"), (3, "2026-11-12"), (6, "2026-11-15")]
)
def test_a_week_begins_where_the_site_says(week_start: int, first: str) -> None:
    calendar = Calendar("Europe/Vienna", week_start)
    wednesday = calendar.parse("2026-11-18T12:00:00")
    assert calendar.floor(wednesday, "week") == calendar.parse(first)
    assert calendar.next(wednesday, "week") == calendar.parse(first) + 7 * DAY


def test_months_have_their_own_length() -> None:
    starts = [VIENNA.local(edge).isoformat() for edge in VIENNA.edges(utc("2027-12-31"), utc("2028-03-01"), "month")]
    assert starts == [
        "2027-12-01T00:00:00+01:00",
        "2028-01-01T00:00:00+01:00",
        "2028-02-01T00:00:00+01:00",
        "2028-03-01T00:00:00+01:00",
        "2028-04-01T00:00:00+02:00",
    ]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01", -3600 * SECOND),
        ("2026-11-23", utc("2026-11-22T23:00:00")),
        ("2026-07-23", utc("2026-07-22T22:00:00")),
        ("2026-11-23T14:00:00", utc("2026-11-23T13:00:00")),
        ("2026-11-23T14:00:00.000001", utc("2026-11-23T13:00:00") + 1),
        ("2026-11-23T14:00:00Z", utc("2026-11-23T14:00:00")),
        ("2026-11-23T14:00:00-05:30", utc("2026-11-23T19:30:00")),
        ("2026-10-25T02:30:00", utc("2026-10-25T00:30:00")),  # of two, the earlier
        ("2026-03-29T02:30:00", utc("2026-03-29T01:30:00")),  # an hour that never was
    ],
)
def test_a_date_without_time_is_midnight_and_a_time_without_zone_is_local(text: str, instant: int) -> None:
    assert VIENNA.parse(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026",
        "2026-13-01",
        "2026-02-30",
        "11/23/2026",
        "2026-11-23T25:00",
        "0001-01-01",
        None,
        5,
        1.5,
        b"x",
    ],
)
def test_anything_else_is_no_date(text: Any) -> None:
    with pytest.raises(DefinitionError, match="Write '2026-11-23'"):
        Calendar("Asia/Kolkata").parse(text)


frequencies = st.sampled_from(FREQUENCIES)


@settings(max_examples=500)
@given(calendars(), instants(), frequencies)
def test_floor_and_next_agree_around_every_instant(calendar: Calendar, instant: int, freq: Freq) -> None:
    floor, following = calendar.floor(instant, freq), calendar.next(instant, freq)
    assert floor <= instant < following
    for inside in (floor, following - 1):
        assert (calendar.floor(inside, freq), calendar.next(inside, freq)) == (floor, following)
    assert calendar.floor(following, freq) == following


@settings(max_examples=300)
@given(calendars(), instants(), st.integers(0, 60 * 24), frequencies)
def test_edges_tile_the_range(calendar: Calendar, start: int, hours: int, freq: Freq) -> None:
    end = start + (hours // 12 if freq == "hour" else hours) * HOUR
    edges = calendar.edges(start, end, freq)
    assert all(before < after for before, after in pairwise(edges))
    assert edges[0] <= start
    assert edges[-1] >= end
    assert len(edges) < 2 or edges[-2] < end
    assert all(calendar.floor(edge, freq) == edge for edge in edges)
    assert all(calendar.next(before, freq) == after for before, after in pairwise(edges))


@settings(max_examples=300)
@given(calendars(), instants())
def test_a_bucket_is_what_the_wall_clock_shows(calendar: Calendar, instant: int) -> None:
    local, day = calendar.local(instant), calendar.day(instant)
    hour = calendar.local(calendar.floor(instant, "hour"))
    assert (hour.date(), hour.hour) == (local.date(), local.hour)
    assert day == local.date() or calendar.midnight(day) <= instant
    assert calendar.floor(instant, "month") == calendar.midnight(day.replace(day=1))
    week = calendar.floor(instant, "week")
    assert week in {calendar.midnight(date.fromordinal(day.toordinal() - back)) for back in range(7)}


# --- named ranges ---------------------------------------------------------------------------------------------------

NOW = "2026-11-18T12:00:00"  # a Wednesday
NAMED = {
    "today": ("2026-11-18", "2026-11-19"),
    "yesterday": ("2026-11-17", "2026-11-18"),
    "last 7 days": ("2026-11-12", "2026-11-19"),
    "last 28 days": ("2026-10-22", "2026-11-19"),
    "last 30 days": ("2026-10-20", "2026-11-19"),
    "last 90 days": ("2026-08-21", "2026-11-19"),
    "this week": ("2026-11-16", "2026-11-23"),
    "last week": ("2026-11-09", "2026-11-16"),
    "this month": ("2026-11-01", "2026-12-01"),
    "last month": ("2026-10-01", "2026-11-01"),
    "this quarter": ("2026-10-01", "2027-01-01"),
    "last quarter": ("2026-07-01", "2026-10-01"),
    "this year": ("2026-01-01", "2027-01-01"),
    "last year": ("2025-01-01", "2026-01-01"),
}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("name", NAMED)
def test_named_ranges_are_whole_days_of_the_zone(name: str, zone: str) -> None:
    calendar = Calendar(zone)
    start, end = map(calendar.parse, NAMED[name])
    for time in ("00:00:00", "12:00:00", "23:59:59.999999"):
        assert resolve(name, calendar.parse(f"2026-11-18T{time}"), calendar) == Range(start, end)


def test_every_name_is_tested() -> None:
    assert set(NAMED) | {"all time"} == set(NAMED_PERIODS)


def test_all_time_holds_everything_since_1970() -> None:
    assert resolve("all time", utc(NOW), VIENNA) == Range(FIRST_INSTANT, LAST_INSTANT)
    assert utc("1970-01-01") == FIRST_INSTANT
    assert utc("9999-01-01") == LAST_INSTANT


def test_last_7_days_over_a_clock_change_are_not_168_hours() -> None:
    spring = resolve("last 7 days", VIENNA.parse("2026-03-30T12:00:00"), VIENNA)
    autumn = resolve("last 7 days", VIENNA.parse("2026-10-26T12:00:00"), VIENNA)
    assert (spring.end - spring.start, autumn.end - autumn.start) == (167 * HOUR, 169 * HOUR)


def test_a_week_that_starts_on_sunday() -> None:
    calendar = Calendar("America/New_York", week_start=6)
    sunday = calendar.parse("2026-11-01T00:30:00")
    assert resolve("this week", sunday, calendar) == Range(calendar.parse("2026-11-01"), calendar.parse("2026-11-08"))
    assert resolve("last week", sunday, calendar) == Range(calendar.parse("2026-10-25"), calendar.parse("2026-11-01"))


def test_a_duration_is_the_closed_window_that_ends_now() -> None:
    now = utc(NOW)
    window = resolve("30d", now, VIENNA)
    assert window == Range(now - 30 * DAY, now + 1)
    assert now in window
    assert now - 30 * DAY in window
    assert now - 30 * DAY - 1 not in window
    assert now + 1 not in window


def test_a_custom_range_leaves_its_end_out() -> None:
    window = resolve(("2026-11-01", "2026-11-02T06:00:00"), utc(NOW), VIENNA)
    assert window == Range(utc("2026-10-31T23:00:00"), utc("2026-11-02T05:00:00"))
    assert window.start in window
    assert window.end not in window


def test_what_one_zone_took_no_other_refuses() -> None:
    pair = ("2026-03-29T02:30:00", "2026-03-29T03:10:00")
    assert resolve(pair, 0, Calendar()).end - resolve(pair, 0, Calendar()).start == 40 * 60 * SECOND
    empty = resolve(pair, 0, VIENNA)  # 02:30 never was and is read as 03:30
    assert empty.start == empty.end


@pytest.mark.parametrize(
    "period",
    [
        *("", "last 8 days", "Today", "30", "tomorrow", None, 5, (), ("2026-11-01",), {"2026-11-01", "2026-11-02"}),
        *(("2026-11-01", "2026-11-01"), ("2026-11-02", "2026-11-01"), ("2026-11-01", None), ("today", "2026-11-01")),
    ],
)
def test_any_other_period_is_refused(period: Any) -> None:
    with pytest.raises(DefinitionError):
        check_period(period)


def test_an_unknown_period_lists_the_known_ones() -> None:
    with pytest.raises(DefinitionError, match=r"Unknown period 'last 8 days'.*last 7 days.*'30d'"):
        resolve("last 8 days", 0, VIENNA)


@settings(max_examples=300)
@given(calendars(), instants())
def test_ranges_hold_what_their_names_say(calendar: Calendar, now: int) -> None:
    day = {name: resolve(name, now, calendar) for name in NAMED_PERIODS}
    today = day["today"]
    assert now in today
    assert day["yesterday"].end == today.start
    for days in (7, 28, 30, 90):
        assert day[f"last {days} days"].end == today.end
        first = calendar.midnight(date.fromordinal(calendar.day(now).toordinal() - days + 1))
        assert day[f"last {days} days"].start == first
    for unit in ("week", "month", "quarter", "year"):
        this, last = day[f"this {unit}"], day[f"last {unit}"]
        assert now in this
        assert last.end == this.start
        assert last.start < last.end
        assert resolve(f"this {unit}", last.end - 1, calendar) == last


@settings(max_examples=300)
@given(periods(), calendars(), instants(), st.data())
def test_a_named_range_moves_exactly_when_it_says(
    period: Any, calendar: Calendar, now: int, data: st.DataObject
) -> None:
    move = next_move(period, now, calendar)
    if move is None:
        assert period not in NAMED_PERIODS or period == "all time"
        return
    before = data.draw(st.integers(now, move - 1))
    assert resolve(period, before, calendar) == resolve(period, move - 1, calendar) == resolve(period, now, calendar)
    assert resolve(period, move, calendar) != resolve(period, now, calendar)
