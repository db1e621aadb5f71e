"""Funnels in strict and in any order, with exclusions, a held property, and people asked about."""

from __future__ import annotations

from typing import Any

import pytest

from tests.semantics.test_funnel import ALWAYS, UTC, VECTOR, chain, reached, walk, word
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.attempt import attempt
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.funnel import Exclusion, Funnel, Step
from tracktor_nb.semantics.funnel_comparison import FunnelComparison, compared
from tracktor_nb.semantics.funnel_rules import FunnelRules, rules_of
from tracktor_nb.semantics.period import LAST_INSTANT, MINUTE, Range
from tracktor_nb.semantics.person import Person

ABCD = ["A", "B", "C", "D"]

# --- strict order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "furthest"),
    [("ABCD", 4), ("ABCED", 3), ("ABD", 2), ("ABDCD", 2), ("BACD", 1), ("ABCAD", 3), ("ABABCD", 4), ("AABCD", 4)],
)
def test_strict_order_lets_nothing_stand_between(letters: str, furthest: int) -> None:
    assert reached(Funnel(ABCD, order="strict"), word(letters)) == furthest


def test_strict_order_does_not_see_bots_unless_they_are_asked_for() -> None:
    person = Person(1, (Event(1, 1, "A"), Event(2, 2, "X", bot=True), Event(3, 3, "B")))
    assert reached(Funnel(["A", "B"], order="strict"), person) == 2
    assert reached(Funnel(["A", "B"], order="strict", include_bots=True), person) == 1


def test_strict_order_sees_events_of_one_instant_in_their_order_of_arrival() -> None:
    assert reached(Funnel(["A", "B"], order="strict"), walk(("A", 5), ("B", 5), ("X", 5))) == 2
    assert reached(Funnel(["A", "B"], order="strict"), walk(("A", 5), ("X", 5), ("B", 5))) == 1


def test_strict_order_has_windows_of_both_kinds() -> None:
    steps, person = ["A", "B", "C"], walk(("A", 0), ("B", 45), ("C", 75))
    assert reached(Funnel(steps, "60m", order="strict"), person) == 2
    assert reached(Funnel(steps, "60m", order="strict", window_scope="per step"), person) == 3
    assert chain(Funnel(steps, "60m", order="strict"), VECTOR) == [30, 45, 75]
    assert chain(Funnel(steps, "60m", order="strict", entry="first"), VECTOR) == [0]


# --- any order ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "furthest"),
    [("ABCD", 4), ("DCBA", 4), ("ABD", 3), ("BACD", 4), ("DD", 1), ("EBEDE", 2), ("", 0), ("E", 0)],
)
def test_in_any_order_it_counts_how_many_of_the_steps_were_done(letters: str, furthest: int) -> None:
    assert reached(Funnel(ABCD, order="any"), word(letters)) == furthest


def test_in_any_order_step_1_is_the_earliest_event_used() -> None:
    assert chain(Funnel(["A", "B", "C"], order="any"), walk(("C", 1), ("B", 3), ("C", 4), ("A", 9))) == [1, 3, 9]


def test_in_any_order_the_window_counts_from_the_first_event_used() -> None:
    person = walk(("B", 0), ("A", 50), ("B", 70), ("C", 100))
    assert chain(Funnel(["A", "B", "C"], "60m", order="any"), person) == [50, 70, 100]
    assert chain(Funnel(["A", "B", "C"], "60m", order="any", entry="first"), person) == [0, 50]


def test_in_any_order_a_repeated_step_needs_another_event() -> None:
    funnel = Funnel(["A", "A", "B"], order="any")
    assert [reached(funnel, word(letters)) for letters in ("A", "AA", "BA", "BAA", "AAA")] == [1, 2, 2, 3, 2]


def test_in_any_order_an_event_that_matches_two_steps_takes_the_one_nobody_else_can() -> None:
    dear = Step("A", has("n", ">", 1))
    person = Person(1, (Event(1, 1, "A", {"n": 5}), Event(2, 2, "A", {"n": 0}), Event(3, 3, "A", {"n": 0})))
    assert [event.seq for event in attempt(Funnel(["A", dear], order="any"), person, ALWAYS, 9, UTC).chain] == [1, 2]


def test_in_any_order_the_range_and_its_end_hold_as_ever() -> None:
    person, funnel = walk(("B", 5), ("A", 10), ("B", 20)), Funnel(["A", "B"], order="any")
    assert chain(funnel, person, Range(6 * MINUTE, 30 * MINUTE)) == [10, 20]
    assert chain(funnel, person, Range(6 * MINUTE, 20 * MINUTE)) == [10]


def test_numbers_in_any_order_are_named_by_how_many_steps_were_done() -> None:
    assert Funnel(["A", "B", "C"], order="any").labels == ("any 1 of 3 steps", "any 2 of 3 steps", "all 3 steps")
    assert Funnel(["A"], order="any").labels == ("A",)
    assert Funnel(["A", "B"]).labels == ("A", "B")


# --- exclusions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "furthest"), [("ABC", 3), ("AXBC", 1), ("ABXC", 2), ("XABCX", 3), ("AXAB", 2), ("AXABC", 3)]
)
def test_an_exclusion_forbids_the_chain_and_not_the_start(letters: str, furthest: int) -> None:
    assert reached(Funnel(["A", "B", "C"], exclude=["X"]), word(letters)) == furthest


@pytest.mark.parametrize(
    ("after", "before", "furthest"), [(1, None, (1, 2)), (1, 2, (1, 3)), (2, 3, (3, 2)), (2, None, (3, 2))]
)
def test_an_exclusion_lies_between_the_steps_it_names(
    after: int, before: int | None, furthest: tuple[int, int]
) -> None:
    funnel = Funnel(["A", "B", "C"], exclude=[Exclusion("X", after=after, before=before)])
    assert (reached(funnel, word("AXBC")), reached(funnel, word("ABXC"))) == furthest


def test_around_an_exclusion_the_earliest_next_event_may_be_a_dead_end() -> None:
    funnel = Funnel(["A", "B", "C"], exclude=[Exclusion("X", after=2)])
    assert chain(funnel, word("ABXBC")) == [0, 3, 4]
    assert chain(Funnel(["A", "B", "C"], "60m", window_scope="per step", exclude=["X"]), word("ABXAB")) == [0, 1]


def test_an_exclusion_may_ask_for_arguments_and_leaves_bots_out() -> None:
    def person(**more: Any) -> Person:
        return Person(1, (Event(1, 1, "A"), Event(2, 2, "X", **more), Event(3, 3, "B")))

    funnel = Funnel(["A", "B"], exclude=[Exclusion("X", has("n", ">", 1))])
    assert reached(funnel, person(properties={"n": 1})) == 2
    assert reached(funnel, person(properties={"n": 2})) == 1
    assert reached(funnel, person(properties={"n": 2}, bot=True)) == 2


def test_the_events_of_the_chain_itself_are_never_excluded() -> None:
    assert reached(Funnel(["A", "B", "C"], exclude=["B"]), word("ABC")) == 3
    assert reached(Funnel(["A", "B", "C"], exclude=["B"]), word("ABBC")) == 2
    assert chain(Funnel(["A", "B"], exclude=["A"]), word("AAB")) == [1, 2]


# --- a held property ------------------------------------------------------------------------------------------------


def shopper(*moments: tuple[str, Any]) -> Person:
    return Person(1, tuple(Event(at, at, name, {"p": value}) for at, (name, value) in enumerate(moments)))


def held_chain(person: Person, **options: Any) -> list[int]:
    found = attempt(Funnel(["A", "B"], hold="p", **options), person, ALWAYS, LAST_INSTANT - 1, UTC)
    return [event.seq for event in found.chain]


def test_a_held_property_is_equal_at_all_steps() -> None:
    assert held_chain(shopper(("A", "hat"), ("B", "scarf"))) == [0]
    assert held_chain(shopper(("A", "hat"), ("A", "scarf"), ("B", "scarf"))) == [1, 2]
    assert held_chain(shopper(("A", "hat"), ("A", "scarf"), ("B", "scarf")), entry="first") == [0]


@pytest.mark.parametrize(
    ("one", "other", "equal"), [(1, 1.0, True), (1, True, False), (1, "1", False), (None, None, True), (None, 1, False)]
)
def test_values_are_held_as_strictly_as_breakdowns_tell_them_apart(one: Any, other: Any, equal: bool) -> None:
    assert len(held_chain(shopper(("A", one), ("B", other)))) == 1 + equal


def test_a_property_of_the_person_is_held_as_it_was_at_each_step() -> None:
    changes = (PropertyChange(0, 1, {"p": "free"}), PropertyChange(15, 3, {"p": "gold"}))
    person = Person(1, (Event(10, 2, "A"), Event(20, 4, "B")), changes)
    assert held_chain(person) == [2]
    assert held_chain(Person(1, person.events, changes[:1])) == [2, 4]


def test_strict_and_any_order_hold_too() -> None:
    assert held_chain(shopper(("A", 1), ("A", 2), ("B", 2)), order="strict") == [1, 2]
    assert held_chain(shopper(("A", 1), ("A", 2), ("B", 1)), order="strict") == [0]
    assert held_chain(shopper(("B", 1), ("A", 2), ("A", 1)), order="any") == [0, 2]


# --- people asked about, and comparisons ----------------------------------------------------------------------------


def test_only_people_among_those_asked_about_are_counted_as_of_the_end_of_the_range() -> None:
    changes = (PropertyChange(0, 1, {"plan": "free"}), PropertyChange(50 * MINUTE, 2, {"plan": "gold"}))
    person = Person(1, walk(("A", 10)).events, changes)
    funnel = Funnel(["A"], among=has("plan", "is", "free"))
    assert reached(funnel, person, Range(0, 40 * MINUTE)) == 1
    assert reached(funnel, person, Range(0, 60 * MINUTE)) == 0
    assert reached(funnel, person, ALWAYS, now=40 * MINUTE) == 1


def test_a_comparison_says_who_is_in_which_group() -> None:
    comparison = FunnelComparison(Funnel(["A", "B"]), did("A"), did("X"))
    found = compared(comparison, word("AB"), ALWAYS, LAST_INSTANT - 1, UTC)
    assert (found.attempt.reached, found.in_a, found.in_b) == (2, True, False)
    assert comparison.names == ("did 'A'", "did 'X'")


# --- the rule explorer ----------------------------------------------------------------------------------------------


def test_the_explorer_asks_first_what_was_asked_and_then_every_other_combination_once() -> None:
    asked = Funnel(["A", "B"], "7d", order="strict", entry="first", hold="p", by="plan")
    variants = FunnelRules(asked).variants
    assert rules_of(variants[0]) == rules_of(asked)
    assert variants[0].by is None
    assert len({repr(rules_of(each)) for each in variants}) == len(variants) == 40
    assert all(each.hold == "p" and each.window == "7d" for each in variants)


def test_the_explorer_leaves_out_what_means_nothing() -> None:
    assert {each.window_scope for each in FunnelRules(Funnel(["A", "B"])).variants} == {"funnel"}
    excluding = FunnelRules(Funnel(["A", "B"], exclude=["X"])).variants
    assert {(each.order, len(each.exclude)) for each in excluding} == {("loose", 1), ("strict", 0)}


# --- definitions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Funnel(["A", "B"], order="free"), "order='free' .* 'loose', 'strict', 'any'"),
        (lambda: Funnel(["A"], "1d", order="any", window_scope="per step"), "no step before; .* window_scope='funnel'"),
        (lambda: Funnel(["A", "B"], order="any", exclude=["X"]), "no between; exclude= goes with order='loose'"),
        (lambda: Funnel(["A", "B"], order="strict", exclude=["X"]), "excludes every other event already"),
        (lambda: Funnel(["A", "B"], exclude="X"), r"needs a list: exclude=\[Exclusion\('Refund'\)\]"),
        (lambda: Funnel(["A"], exclude=["X"]), "between steps that are not there: this funnel has 1"),
        (lambda: Funnel(["A", "B"], exclude=[Exclusion("X", before=3)]), "this funnel has 2"),
        (lambda: Exclusion(""), "needs the name of an event"),
        (lambda: Exclusion("X", did("B")), r"where= in Exclusion\('X'\) asks for the event's arguments"),
        (lambda: Exclusion("X", after=0), "after=0 .* must be the number of a step"),
        (lambda: Exclusion("X", after=True), "after=True .* must be the number of a step"),
        (lambda: Exclusion("X", after=2, before=2), "lies before step 2 and after step 2: swap the two"),
        (lambda: Funnel(["A"], hold=""), "hold= in .* needs the name of a property"),
        (lambda: Funnel(["A"], freq="year"), "freq='year' .* 'week', 'month'"),
        (lambda: Funnel(["A"], by="plan", freq="week"), "split by one thing at a time"),
        (lambda: Funnel(["A"], among="loyal"), "among= in .* needs a condition"),
        (lambda: FunnelRules(["A"]), "needs a funnel"),
        (lambda: FunnelComparison(["A"], did("A"), did("B")), "needs a funnel"),
        (lambda: FunnelComparison(Funnel(["A"], by="plan"), did("A"), did("B")), "leave out its by= and freq="),
        (lambda: FunnelComparison(Funnel(["A"]), did("A"), None), "needs b=, a condition"),
        (lambda: FunnelComparison(Funnel(["A"]), "loyal", did("B")), "a= of .* needs a condition"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_with_a_cure(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()


def test_the_rule_names_every_option() -> None:
    assert Funnel(["A", "B", "C"], exclude=["X", Exclusion("Y", has("n", ">", 1), 2, 3)], hold="p").rule() == (
        "steps in order, other events between allowed · no X between steps 1 and the last"
        " · no Y (n > 1) between steps 2 and 3 · p equal at all steps · any entry · no time limit between steps"
        " · later steps until the range ends · unique people · bots out"
    )
    assert Funnel(["A", "B"], "1d", order="any", freq="week", among=has("plan", "is", "free")).rule() == (
        "steps in any order · any entry · within 1 day of the first · later steps until the range ends"
        " · among people where plan is 'free' at the end of the range · unique people · bots out · by week of step 1"
    )
    assert Funnel(["A", "B"], order="strict").rule().startswith("steps in order, no other event between · any entry")
    assert "40 combinations of rules" in FunnelRules(Funnel(["A", "B"], "1d")).rule()


def test_the_source_reads_as_a_person_would_type_it() -> None:
    funnel = Funnel(["A", "B"], "1d", hold="p", exclude=["X"], freq="week")
    assert funnel.to_source() == "Funnel(['A', 'B'], window='1d', hold='p', freq='week', exclude=[Exclusion('X')])"
    assert FunnelComparison(funnel.__class__(["A"]), did("A"), did("B")).to_source() == (
        "FunnelComparison(Funnel(['A']), did('A'), did('B'))"
    )
