"""The path of one person, walked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.path import Paths, path
from tracktor_nb.semantics.period import LAST_INSTANT, MINUTE, Calendar, Range
from tracktor_nb.semantics.person import Person

ALWAYS = Range(0, LAST_INSTANT)


def walk(names: str, asked: Paths, within: Range = ALWAYS, now: int = 99 * MINUTE) -> str:
    """Return the path of somebody who did events of one letter, one a minute."""
    events = tuple(Event(minute * MINUTE, minute, name) for minute, name in enumerate(names))
    return "".join(event.name for event in path(asked, Person(1, events), within, now, Calendar()))


@pytest.mark.parametrize(
    ("names", "options", "walked"),
    [
        ("xAbcde", {}, "Abcde"),
        ("xAbcde", {"depth": 2}, "Abc"),
        ("xyzA", {"direction": "before"}, "Azyx"),
        ("xyzA", {"direction": "before", "depth": 2}, "Azy"),
        ("AbAc", {}, "AbAc"),
        ("AbAc", {"entry": "last"}, "Ac"),
        ("xAyA", {"direction": "before", "entry": "last"}, "AyAx"),
        ("xx", {}, ""),
        ("AbbcA", {}, "AbcA"),
        ("AAbb", {}, "Ab"),
        ("AAbb", {"collapse": False}, "AAbb"),
        ("xxbbAA", {"direction": "before"}, "Abx"),
        ("AbhbAc", {"hide": ["h"]}, "AbAc"),
        ("AbhbAc", {"hide": ["h", "A"]}, "Abc"),
        ("Abcdb", {"only": ["b", "d"]}, "Abdb"),
        ("Abcde", {"group": {"bc": ["b", "c"]}}, "Abde"),
        ("Abcde", {"group": {"A": ["b"]}}, "Acde"),
    ],
)
def test_a_path_goes_event_by_event(names: str, options: dict[str, Any], walked: str) -> None:
    assert walk(names, Paths("A", **options)) == walked


def test_a_window_holds_its_last_instant_and_begins_at_the_event_itself() -> None:
    assert walk("Abcde", Paths("A", window="2m")) == "Abc"
    assert walk("vwxyA", Paths("A", direction="before", window="2m")) == "Ayx"


def test_a_path_may_end_with_the_session_around_the_event() -> None:
    page = {"page": "/"}
    rows = [("A", 0, page), ("b", 10, {}), ("c", 20, page), ("d", 25, {}), ("A", 60, {}), ("e", 61, page)]
    somebody = Person(1, tuple(Event(at * MINUTE, at, name, said) for name, at, said in rows))

    def walked(asked: Paths) -> str:
        return "".join(event.name for event in path(asked, somebody, ALWAYS, 99 * MINUTE, Calendar()))

    assert walked(Paths("A")) == "AbcdA"
    assert walked(Paths("A", within_session=True)) == "Abc"
    assert walked(Paths("A", within_session=True, entry="last")) == "A", "no session is around it"


def test_the_whole_path_lies_in_the_range_and_in_the_past() -> None:
    assert walk("AbAcd", Paths("A"), Range(MINUTE, 4 * MINUTE)) == "Ac"
    assert walk("Abcde", Paths("A"), now=2 * MINUTE) == "Abc"
    assert walk("vwxyA", Paths("A", direction="before"), Range(3 * MINUTE, LAST_INSTANT)) == "Ay"


def test_steps_are_what_people_do_unless_events_are_named() -> None:
    events = tuple(Event(seq, seq, name) for seq, name in enumerate(["A", "Letter sent", "b"]))
    somebody = Person(1, (*events, Event(9, 9, "c", bot=True)))

    def walked(asked: Paths) -> list[str]:
        return [event.name for event in path(asked, somebody, ALWAYS, 99, Calendar())]

    assert walked(Paths("A")) == ["A", "b"]
    assert walked(Paths("A", only=["Letter sent", "c"])) == ["A", "Letter sent"]
    assert walked(Paths("Letter sent")) == ["Letter sent", "b"]
    assert walked(Paths("A", include_bots=True)) == ["A", "b", "c"]


def test_the_event_may_be_asked_for_its_arguments_and_people_for_what_they_are() -> None:
    somebody = Person(1, (Event(1, 1, "A", {"n": 1}), Event(2, 2, "b"), Event(3, 3, "A", {"n": 2}), Event(4, 4, "c")))
    found = path(Paths(Step("A", has("n", ">", 1))), somebody, ALWAYS, 9, Calendar())
    assert [event.name for event in found] == ["A", "c"]
    assert path(Paths("A", among=did("z")), somebody, ALWAYS, 9, Calendar()) == ()


def test_one_meaning_has_one_form() -> None:
    assert Paths("A", hide=["b", "a", "b"]) == Paths("A", hide=("a", "b"))
    assert Paths("A", group={}) == Paths("A")
    assert Paths("A", group={"y": ["b"], "x": ["a"]}) == Paths("A", group={"x": ["a"], "y": ["b"]})
    assert repr(Paths("A", hide=["b"], group={"x": ["a"]})) == "Paths('A', hide=['b'], group={'x': ['a']})"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Paths(None), "needs the event that paths begin or end with"),
        (lambda: Paths("A", direction="around"), "direction='around'"),
        (lambda: Paths("A", depth=11), "depth=11 .* 1 to 10"),
        (lambda: Paths("A", most=0), "most=0 .* 1 to 20"),
        (lambda: Paths("A", window="soon"), "'soon' is not a duration"),
        (lambda: Paths("A", entry="any"), "entry='any'"),
        (lambda: Paths("A", only="b"), "only='b' .* list of events"),
        (lambda: Paths("A", hide=[""]), "needs the name of an event"),
        (lambda: Paths("A", only=["b"], hide=["c"]), "only= or hide=, not both"),
        (lambda: Paths("A", group=["b"]), "must give a list of events for each label"),
        (lambda: Paths("A", group={"x": ["a"], "y": ["a"]}), "'a' in two groups"),
        (lambda: Paths("A", collapse=None), "collapse=None"),
        (lambda: Paths("A", within_session=1), "within_session=1"),
        (lambda: Paths("A", among="b"), "among= in"),
    ],
)  # fmt: skip
def test_what_are_no_paths_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()
