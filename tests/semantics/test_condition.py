from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.strategies import conditions
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import (
    And,
    Condition,
    Not,
    Or,
    asset,
    did,
    did_not,
    has,
    in_company,
    in_segment,
)

A, B, C = did("A"), did("B"), has("c", "is true")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: has("", "is set"), r"has\('', …\) needs the name of a property"),
        (lambda: has(5, "is set"), "needs the name of a property"),
        (lambda: has("x\0", "is set"), "needs the name of a property"),
        (lambda: has("x", "is", "y", ignore_case=1), r"ignore_case=1 in has\('x', …\) must be one of False, True"),
        (lambda: did(""), r"did\('', …\) needs the name of an event"),
        (lambda: did(None), "needs the name of an event"),
        (lambda: did("A", at_least=0), r"at_least=0 in did\('A', …\) must be a whole number, 1 or more"),
        (lambda: did("A", at_least=True), "at_least=True"),
        (lambda: did("A", at_least=1.0), "at_least=1.0"),
        (lambda: did("A", at_most=-1), "at_most=-1 .* 0 or more"),
        (lambda: did("A", exactly=-1), "exactly=-1 .* 0 or more"),
        (lambda: did("A", exactly=False), "exactly=False"),
        (lambda: did("A", at_least=2**63), "whole number"),
        (lambda: did("A", at_least=3, at_most=2), "at least 3 and at most 2; nobody can meet both"),
        (lambda: did("A", exactly=1, at_least=1), "exactly= alone"),
        (lambda: did("A", within="30"), "Unknown period '30'"),
        (lambda: did("A", within=""), "Unknown period ''"),
        (lambda: did("A", within=("2026-01-01", "2026-02-01")), "dates go to between="),
        (lambda: did("A", within="1d", between=("2026-01-01", "2026-02-01")), "within= or between=, not both"),
        (lambda: did("A", between="today"), r"between='today' .* must be \(start, end\)"),
        (lambda: did("A", between=()), r"must be \(start, end\)"),
        (lambda: did("A", between=("2026-02-01", "2026-01-01")), "ends before it starts"),
        (lambda: did("A", between=("soon", "2026-01-01")), "'soon' is not a date"),
        (lambda: did("A", known_for="30d"), "goes with at_most=, exactly=0 and did_not"),
        (lambda: did_not("A", known_for="soon"), "'soon' is not a duration"),
        (lambda: did_not("A", known_for=""), "'' is not a duration"),
        (lambda: did("A", where=did("B")), r"where= in did\('A', …\) asks for the event's arguments"),
        (lambda: did("A", where=~(C & did("B"))), r"use has\(\.\.\.\)"),
        (lambda: did("A", where="x"), "asks for the event's arguments"),
        (lambda: A & True, "True next to & is not a condition"),
        (lambda: A | "B", "'B' next to | is not a condition"),
        (lambda: Not(None), "None next to ~ is not a condition"),
        (lambda: And((A,)), "needs at least two conditions"),
        (lambda: Or(()), "needs at least two conditions"),
        (lambda: And(5), "needs conditions, not 5"),
    ],
)
def test_what_cannot_mean_anything_is_refused_with_place_and_cure(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()


@pytest.mark.parametrize("words", [lambda: A and B, lambda: A or B, lambda: not A, lambda: bool(A)])
def test_the_words_and_or_not_are_caught(words: Any) -> None:
    with pytest.raises(DefinitionError, match=r"Combine with &, \| and ~"):
        words()


def test_groups_of_one_kind_are_one_group() -> None:
    assert A & B & C == A & (B & C) == And((A, B, C))
    assert A | B | C == A | (B | C) == Or((A, B, C))
    assert (A & B) | C != A & (B | C)


def test_a_generator_of_conditions_is_read_once() -> None:
    group = And(each for each in (A, B))
    assert group.conditions == (A, B)


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        (has("plan", "is not", "free"), "plan is not 'free'"),
        (has("plan", "is set"), "plan is set"),
        (has("plan", "in", ["a", "b"], ignore_case=True), "plan in ['a', 'b'] ignoring case"),
        (has("n", "between", (1, 3)), "n between 1 and 3"),
        (has("when", "in the last", "30d"), "when in the last 30 days"),
        (has("when", "more than ago", "1d"), "when more than 1 day ago"),
        (did("A"), "did 'A'"),
        (did("A", at_least=3, within="30d"), "did 'A' at least 3 times in the last 30 days"),
        (did("A", at_most=2, within="last week"), "did 'A' at most 2 times last week"),
        (did("A", exactly=2, within="today"), "did 'A' exactly 2 times today"),
        (did("A", exactly=1), "did 'A' exactly once"),
        (did("A", at_most=1), "did 'A' at most once"),
        (did("A", at_least=1, at_most=3), "did 'A' 1 to 3 times"),
        (did("A", between=("2026-01-01", "2026-02-01")), "did 'A' from 2026-01-01 to 2026-02-01"),
        (did_not("A", within="30d", known_for="1w"), "did not do 'A' in the last 30 days, known for 1 week"),
        (did("A", where=has("n", ">", 1) & C), "did 'A' where (n > 1 and c is true)"),
        (has("n", ">", 1, convert=True), "n > 1, other types converted"),
        (in_company("Acme"), "company is 'Acme'"),
        (in_segment("loyal"), "in segment 'loyal'"),
        (asset("Hi", "sent"), "got letter 'Hi'"),
        (asset("Hi", "not_sent", within="today"), "did not get letter 'Hi' today"),
        (asset("Hi", "opened", within="7d"), "opened letter 'Hi' in the last 7 days"),
        (asset("Hi", "not_clicked"), "got letter 'Hi' and did not click in it"),
        (asset("Hi", "unsubscribed"), "unsubscribed by letter 'Hi'"),
        (asset("Hi", "not_replied", kind="message"), "got message 'Hi' and did not reply to it"),
        (asset("Hi", "opened", include_proxies=False), "opened letter 'Hi' (mail proxies out, scanners out)"),
        (asset("Hi", "clicked", include_scanners=True), "clicked in letter 'Hi' (mail proxies in, scanners in)"),
        (A & (B | C), "did 'A' and (did 'B' or c is true)"),
        (~(A | B), "not (did 'A' or did 'B')"),
    ],
    ids=repr,
)
def test_the_rule_is_plain_english(condition: Condition, rule: str) -> None:
    assert condition.rule() == rule


@settings(max_examples=200)
@given(conditions(wide=True))
def test_depth_counts_the_levels(condition: Condition) -> None:
    assert condition.depth == 1 + max((part.depth for part in condition.parts), default=0)
    assert (~condition).depth == condition.depth + 1


def test_an_asset_is_the_events_that_tell_of_it() -> None:
    hello = has("letter", "is", "Hi")
    opened = did("Letter opened", where=hello & has("source", "not in", ["scanner"]), within="7d")
    assert asset("Hi", "opened", within="7d").meaning == opened  # type: ignore[attr-defined]
    assert asset("Hi", "not_opened", within="7d").meaning == did("Letter sent", where=hello, within="7d") & ~opened  # type: ignore[attr-defined]
    assert asset("Hi", "not_sent").meaning == ~did("Letter sent", where=hello)  # type: ignore[attr-defined]
    everything = asset("Hi", "clicked", include_scanners=True)
    assert everything.meaning == did("Letter clicked", where=hello)  # type: ignore[attr-defined]
    assert repr(everything) == "asset('Hi', 'clicked', include_scanners=True)"
