"""The parts of the overview for one person, by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.browsing import overviews
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.acquisition import Acquisition, arrival
from tracktor_nb.semantics.activity import is_active, is_leaving, was_regular
from tracktor_nb.semantics.codec import from_dict, from_json, from_source, kind_of, to_dict, to_json, to_source
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.pages import attraction
from tracktor_nb.semantics.period import DAY, HOUR, Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.stops import Stops, last_page

VIENNA = Calendar("Europe/Vienna")
NOW = VIENNA.parse("2026-11-24T12:00")
EVER = Range(0, NOW + 1)


def did_on(*days: int, name: str = "A", **said: Any) -> Person:
    """Somebody who did something at noon so many days ago."""
    noons = sorted(NOW - day * DAY for day in days)
    return Person(1, tuple(Event(noon, seq, name, said) for seq, noon in enumerate(noons)))


def touched(*said: tuple[int, dict[str, Any]]) -> Person:
    return Person(1, tuple(Event(NOW - day * DAY, -day, "A", values) for day, values in said))


@pytest.mark.parametrize(("days", "active"), [((0, 27), True), ((0, 28), False), ((3, 3), False), ((0, 1, 2), True)])
def test_active_is_who_did_something_on_two_of_the_last_28_days(days: tuple[int, ...], active: bool) -> None:
    assert is_active(did_on(*days), NOW, VIENNA) is active


def test_days_are_those_of_the_site() -> None:
    person = Person(1, tuple(Event(VIENNA.parse(f"2026-11-24T0{hour}:00"), hour, "A") for hour in (0, 1, 2)))
    assert not is_active(person, NOW, VIENNA)
    assert is_active(person, NOW, Calendar("UTC"))  # there the first of them was yesterday


@pytest.mark.parametrize(
    ("days", "leaving"),
    [
        ((14, 15, 16), True),
        ((13, 15, 16, 17), False),
        ((15, 16), False),
        ((39, 40, 41), True),
        ((39, 40, 42), False),
        ((0, 14, 15, 16), False),
    ],
)
def test_leaving_is_who_came_on_three_of_28_days_and_not_in_the_last_14(days: tuple[int, ...], leaving: bool) -> None:
    assert is_leaving(did_on(*days), NOW, VIENNA) is leaving


def test_letters_sent_to_somebody_do_not_bring_him_back_but_his_clicks_do() -> None:
    regular = did_on(15, 16, 17)
    sent, clicked = (Event(NOW - DAY, 9, name) for name in ("Letter sent", "Letter clicked"))
    assert is_leaving(Person(1, (*regular.events, sent)), NOW, VIENNA)
    assert not is_leaving(Person(1, (*regular.events, clicked)), NOW, VIENNA)
    assert was_regular(regular, NOW, VIENNA)


def test_the_first_touch_is_the_earliest_event_that_names_a_campaign() -> None:
    person = touched((9, {}), (8, {"utm_campaign": "spring"}), (7, {"utm_campaign": "autumn"}))
    found = arrival(Acquisition(), person, EVER, NOW)
    assert found is not None
    assert (found.campaign, found.event.time) == ("spring", NOW - 8 * DAY)


def test_who_was_first_touched_before_the_range_was_brought_before() -> None:
    person = touched((40, {"utm_campaign": "spring"}), (7, {"utm_campaign": "autumn"}))
    assert arrival(Acquisition(), person, Range(NOW - 30 * DAY, NOW + 1), NOW) is None


def test_a_direct_visit_does_not_take_the_place_of_the_last_touch() -> None:
    person = touched((8, {"utm_campaign": "spring"}), (1, {}))
    found = arrival(Acquisition(touch="last"), person, Range(NOW - 2 * DAY, NOW + 1), NOW)
    assert found is not None
    assert found.campaign == "spring"


@pytest.mark.parametrize(("nudge", "campaign"), [(0, "spring"), (1, None)])
def test_a_touch_counts_for_30_days(nudge: int, campaign: str | None) -> None:
    touch = Event(NOW - 30 * DAY - nudge, 1, "A", {"utm_campaign": "spring"})
    found = arrival(Acquisition(touch="last"), Person(1, (touch, Event(NOW, 2, "A"))), EVER, NOW)
    assert found is not None
    assert found.campaign == campaign


def test_who_did_not_come_in_the_range_is_nobodys() -> None:
    person = touched((40, {"utm_campaign": "spring"}))
    assert arrival(Acquisition(touch="last"), person, Range(NOW - 30 * DAY, NOW + 1), NOW) is None


def test_the_last_page_is_told_of_people_who_stay_away() -> None:
    assert last_page(Stops(), did_on(15, page="/pricing?x"), EVER, NOW, VIENNA) == "/pricing"
    assert last_page(Stops(), did_on(15, 2, page="/pricing"), EVER, NOW, VIENNA) is None
    assert last_page(Stops(), did_on(15, page="/pricing"), Range(NOW - HOUR, NOW), NOW, VIENNA) is None
    assert last_page(Stops(), did_on(15), EVER, NOW, VIENNA) is None


def test_thirty_sessions_say_how_attractive_a_page_is() -> None:
    assert attraction(29, 29) is None
    assert attraction(30, 15) == 0.5


@pytest.mark.parametrize("funnels", [[Funnel(["A"])], {"": Funnel(["A"])}, {"sale": "A"}])
def test_stops_are_asked_of_funnels_by_name(funnels: Any) -> None:
    with pytest.raises(DefinitionError, match="funnel"):
        Stops(funnels)


@settings(max_examples=500, deadline=None)
@given(overviews())
def test_every_part_survives_its_dictionary_its_json_and_its_source(definition: Definition) -> None:
    assert from_dict(to_dict(definition)) == definition
    assert from_json(to_json(definition)) == definition
    assert from_source(to_source(definition)) == definition
    assert kind_of(definition) in ("sessions", "pages", "stops", "acquisition", "leaving")


def test_source_with_names_poured_in_is_refused() -> None:
    with pytest.raises(DefinitionError, match="write every name out"):
        from_source("Stops({**{'a': Funnel(['A'])}})")
