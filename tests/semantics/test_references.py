"""Names of saved segments inside definitions: found anywhere, written in, refused where they mean nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.strategies import definitions
from tracktor_nb.errors import DefinitionError, UnknownNameError
from tracktor_nb.semantics.codec import from_json, from_source, to_json
from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.condition import DEEPEST_CONDITION, Condition, did, has, in_segment
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.references import lookup_in, references, resolved
from tracktor_nb.semantics.segment import Segment, membership
from tracktor_nb.semantics.truth import truth

LOYAL, PAYING = Segment(did("Buy", at_least=3)), Segment(has("plan", "is not", "free") & in_segment("loyal"))
SAVED: dict[str, Definition] = {"loyal": LOYAL, "paying": PAYING, "list": Cohort(7), "checkout": Funnel(["A"])}
BUYER = Person(1, tuple(Event(at, at, "Buy") for at in (1, 2, 3)))


def write_in(definition: Definition, name: str | None = None) -> Definition:
    return resolved(definition, lookup_in(SAVED), name)


@pytest.mark.parametrize(
    ("definition", "names"),
    [
        (Segment(did("A")), set()),
        (Segment(in_segment("loyal")), {"loyal"}),
        (Segment(did("A") | ~(in_segment("loyal") & ~in_segment("list"))), {"loyal", "list"}),
        (Segment(in_segment("loyal", stands_for=LOYAL)), set()),
        (Segment(in_segment("paying", stands_for=PAYING)), {"loyal"}),
    ],
)
def test_the_names_that_a_definition_asks_for_are_found(definition: Definition, names: set[str]) -> None:
    assert references(definition) == names


def test_names_are_written_in_all_the_way_down() -> None:
    meant = write_in(Segment(in_segment("paying") | in_segment("list")))
    inner = Segment(has("plan", "is not", "free") & in_segment("loyal", stands_for=LOYAL))
    assert meant == Segment(in_segment("paying", stands_for=inner) | in_segment("list", stands_for=Cohort(7)))
    assert references(meant) == set()
    assert write_in(meant) == meant
    assert from_json(to_json(meant)) == from_source(repr(meant)) == meant


def test_a_segment_inside_another_decides_about_bots_itself() -> None:
    saved = {"robots": Segment(did("A"), include_bots=True), "humans": Segment(did("A"))}
    bot = Person(1, (Event(1, 1, "A", bot=True),), ())
    for outer, member in (("robots", True), ("humans", False)):
        meant = resolved(Segment(in_segment(outer), include_bots=True), lookup_in(saved))
        assert membership(meant, bot, 1, Calendar())[0] is member


def test_what_is_asked_for_unresolved_is_refused_with_the_cure() -> None:
    with pytest.raises(DefinitionError, match=r"segments=\{'loyal': …\}"):
        truth(in_segment("loyal"), BUYER, 3, Calendar())


def test_unknown_names_offer_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown segment 'loial'\. Did you mean 'loyal'"):
        write_in(Segment(in_segment("loial")))


def test_only_segments_and_cohorts_have_members() -> None:
    with pytest.raises(DefinitionError, match="'checkout' is a Funnel, not a segment or a cohort"):
        write_in(Segment(in_segment("checkout")))


def test_circles_are_refused_and_shown() -> None:
    saved = {"a": Segment(in_segment("b")), "b": Segment(did("X") & in_segment("c")), "c": Segment(in_segment("a"))}
    with pytest.raises(DefinitionError, match="a → b → c → a"):
        resolved(Segment(in_segment("a")), lookup_in(saved))
    with pytest.raises(DefinitionError, match="loyal → paying → loyal"):
        write_in(Segment(in_segment("paying")), "loyal")
    with pytest.raises(DefinitionError, match="me → me"):
        write_in(Segment(in_segment("me")), "me")


def test_segments_inside_segments_go_only_so_deep() -> None:
    saved = {str(number): Segment(in_segment(str(number + 1))) for number in range(2 * DEEPEST_CONDITION)}
    saved[str(2 * DEEPEST_CONDITION)] = LOYAL
    with pytest.raises(DefinitionError, match="nested deeper than"):
        resolved(Segment(in_segment("0")), lookup_in(saved))


@settings(max_examples=200)
@given(definitions(wide=True))
def test_a_definition_that_asks_for_nobody_means_what_it_says(definition: Definition) -> None:
    everybody = Segment(did("A"))
    if not references(definition):
        assert resolved(definition, lookup_in({})) is definition
    else:
        meant = resolved(definition, lambda name: everybody)
        assert references(meant) == set()
        assert meant != definition


def test_what_a_name_stands_for_must_have_members() -> None:
    with pytest.raises(DefinitionError, match="must be a Segment or a Cohort"):
        in_segment("x", stands_for=did("A"))  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="needs the name of a saved segment"):
        in_segment("")


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        (in_segment("loyal"), "people in segment 'loyal' · bots out"),
        (in_segment("loyal") & did("A"), "people in segment 'loyal' and did 'A' · bots out"),
        (~in_segment("loyal"), "people where not (in segment 'loyal') · bots out"),
    ],
)
def test_a_segment_of_segments_reads_as_a_sentence(condition: Condition, rule: str) -> None:
    assert Segment(condition).rule() == rule
