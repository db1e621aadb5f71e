"""Sessions of one person, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.period import DAY, HOUR, MINUTE
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.session import Sessions, page_path, sessions, value_of_sessions

NOON = 1_795_000_000_000_000
LATER = NOON + 10 * DAY


def visits(*views: tuple[int, Any], name: str = "Page view", bot: bool = False) -> Person:
    said = ({"page": page} if page is not None else {} for _, page in views)
    return Person(
        1,
        tuple(
            Event(NOON + after, seq, name, each, bot=bot)
            for seq, ((after, _), each) in enumerate(zip(views, said, strict=True))
        ),
    )


def test_half_an_hour_goes_on_and_a_microsecond_more_begins_anew() -> None:
    person = visits((0, "/"), (30 * MINUTE, "/a"), (60 * MINUTE + 1, "/b"))
    assert [(each.start - NOON, each.length, each.pages) for each in sessions(person, LATER)] == [
        (0, 30 * MINUTE, ("/", "/a")),
        (60 * MINUTE + 1, 0, ("/b",)),
    ]


def test_a_session_lasts_24_hours_at_most() -> None:
    person = visits(*((number * 30 * MINUTE, "/") for number in range(50)))
    assert [(each.start - NOON, each.length) for each in sessions(person, LATER)] == [
        (0, 24 * HOUR),
        (24 * HOUR + 30 * MINUTE, 0),
    ]


def test_a_view_begins_where_the_page_changes() -> None:
    person = visits((0, "/"), (1, "/"), (2, "/a?sort=up"), (3, "/a"), (4, "/"))
    [session] = sessions(person, LATER)
    assert session.pages == ("/", "/a", "/")
    assert not session.is_bounce


def test_a_reload_is_no_second_view() -> None:
    [session] = sessions(visits((0, "/"), (MINUTE, "/")), LATER)
    assert session.is_bounce
    assert session.length == MINUTE


@pytest.mark.parametrize("name", ["Visited Site", "Letter clicked", "Cart abandoned"])
def test_what_the_system_makes_is_in_no_session(name: str) -> None:
    assert sessions(visits((0, "/"), name=name), LATER) == []


def test_bots_have_sessions_only_where_they_are_asked_for() -> None:
    person = visits((0, "/"), bot=True)
    assert sessions(person, LATER) == []
    assert len(sessions(person, LATER, include_bots=True)) == 1


def test_events_that_name_no_page_neither_begin_nor_prolong_a_session() -> None:
    person = visits((0, "/"), (25 * MINUTE, None), (50 * MINUTE, "/a"))
    assert len(sessions(person, LATER)) == 2


def test_what_comes_after_now_is_not_there_yet() -> None:
    person = visits((0, "/"), (MINUTE, "/a"))
    assert [each.pages for each in sessions(person, NOON + MINUTE - 1)] == [("/",)]


@pytest.mark.parametrize(
    ("value", "page"),
    [
        ("/pricing", "/pricing"),
        ("/pricing?from=ad#top", "/pricing"),
        ("https://shop.example/pricing/?x", "/pricing/"),
        ("HTTP://shop.example", "/"),
        ("https://shop.example#a", "/"),
        ("/app#/settings?tab=2", "/app#/settings"),
        ("/app#!/settings", "/app#!/settings"),
        ("pricing", None),
        ("", None),
        (2, None),
        (True, None),
        (["/"], None),
        ("mailto:a@b.example", None),
    ],
)
def test_a_page_is_named_by_its_path(value: Any, page: str | None) -> None:
    assert page_path(value) == page


def test_ratios_of_no_sessions_have_no_value() -> None:
    assert value_of_sessions("sessions", 0, 0, 0, 0) == 0
    assert value_of_sessions("bounce_rate", 0, 0, 0, 0) is None
    assert value_of_sessions("bounce_rate", 4, 10, 8, 1) == 0.25
    assert value_of_sessions("mean_length", 4, 10, 8, 1) == 2.5
    assert value_of_sessions("views_per_session", 4, 10, 8, 1) == 2


@pytest.mark.parametrize("options", [{"measure": "visits"}, {"freq": "year"}, {"include_bots": 1}])
def test_options_that_are_not_there_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match=next(iter(options))):
        Sessions(**options)
