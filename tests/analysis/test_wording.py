"""Numbers, shares and spans as people read them."""

from __future__ import annotations

import pytest

from tracktor_nb.analysis.wording import bucket_in_words, number, percent, span, value_in_words
from tracktor_nb.semantics.period import DAY, HOUR, MINUTE, SECOND, Calendar, Freq


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), (0, "0"), (1234567, "1,234,567"), (2.955409, "2.955"), (12345.6, "12,346"), (3.0, "3")],
)
def test_numbers_have_separators_and_four_digits(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [(None, "—"), (0.0, "0 %"), (1.0, "100 %"), (0.49478, "49.5 %"), (0.0001, "< 0.1 %"), (0.9999, "> 99.9 %")],
)
def test_shares_never_read_as_none_or_all_unless_they_are(rate: float | None, text: str) -> None:
    assert percent(rate) == text


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (None, "—"),
        (2500, "2 ms"),
        (SECOND, "1 s"),
        (90 * SECOND, "1 min 30 s"),
        (2 * HOUR, "2 h"),
        (3 * DAY + 4 * HOUR + MINUTE, "3 d 4 h"),
        (DAY + MINUTE, "1 d"),
        (1200 * DAY, "1,200 d"),
    ],
)
def test_spans_have_their_two_largest_units(microseconds: int | None, text: str) -> None:
    assert span(microseconds) == text


@pytest.mark.parametrize(
    ("freq", "text"),
    [
        ("hour", "Sun 2026-03-29 03:00 CEST"),
        ("day", "Sun 2026-03-29"),
        ("week", "week of 2026-03-29"),
        ("month", "March 2026"),
    ],
)
def test_buckets_are_named_in_the_zone(freq: Freq, text: str) -> None:
    calendar = Calendar("Europe/Vienna")
    assert bucket_in_words(calendar.parse("2026-03-29T01:00:00+00:00"), freq, calendar) == text


def test_values_of_a_breakdown_are_named() -> None:
    assert [value_in_words(value) for value in (None, True, 1.5, "x")] == ["not set", "true", "1.5", "x"]
