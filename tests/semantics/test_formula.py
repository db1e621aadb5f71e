"""Formulas: read without being run, one spelling each, no value where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.arithmetic import Operation, Tree, calculated, parse, spelled
from tracktor_nb.semantics.codec import from_dict, from_source, to_dict
from tracktor_nb.semantics.condition import has, in_segment
from tracktor_nb.semantics.formula import Formula
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.references import references, resolved
from tracktor_nb.semantics.segment import Segment

BOUGHT, CAME = Metric.times_happened("Buy"), Metric.people_who_did("Visit")
PAID = Metric.total_value("price", event="Buy")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a/b", "a / b"),
        ("((a))", "a"),
        ("(a*b)+c", "a * b + c"),
        ("a-(b-c)", "a - (b - c)"),
        ("a/(b*c)", "a / (b * c)"),
        ("a+(b+c)", "a + (b + c)"),
        ("+a * -2", "a * -2"),
        ("-a", "0 - a"),
        ("100*a/b", "100 * a / b"),
        ("1_000 * a + 1e2", "1000 * a + 100.0"),
    ],
)
def test_an_expression_has_one_spelling(text: str, same: str) -> None:
    assert spelled(parse(text)) == same
    assert parse(same) == parse(text)


trees: st.SearchStrategy[Tree] = st.recursive(
    st.sampled_from(["a", "b", "c"]) | st.integers(-9, 9) | st.floats(-9, 9).map(lambda number: number + 0.5),
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), inner, inner),
    max_leaves=12,
)


@settings(max_examples=500)
@given(trees)
def test_what_is_spelled_is_read_the_same_and_gives_what_python_gives(tree: Tree) -> None:
    assert parse(spelled(tree)) == tree
    values: dict[str, float | None] = {"a": 3, "b": 0, "c": -1.5}
    try:
        expected = eval(spelled(tree), {"__builtins__": {}}, dict(values))
    except ZeroDivisionError:
        expected = None
    assert calculated(tree, values) == expected


@pytest.mark.parametrize(
    ("expression", "values", "value"),
    [
        ("a / b", {"a": 3, "b": 2}, 1.5),
        ("a / b", {"a": 3, "b": 0}, None),
        ("a + b", {"a": 3, "b": None}, None),
        ("a * b", {"a": 1e300, "b": 1e300}, None),
        ("a - b", {"a": 2**62, "b": 1}, 2**62 - 1),
    ],
)
def test_nothing_comes_of_missing_parts_of_division_by_zero_and_of_too_much(
    expression: str, values: dict[str, float | None], value: float | None
) -> None:
    assert calculated(parse(expression), values) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "a +", "a b", "a ** b", "a // b", "a % b", "a if a else b", "a.real", "f(a)", "a[0]", "[a]"),
        *("'a'", "True", "1j", "1e999", "lambda: 1", "(a := 1)", "__import__('os')", "a < b", "not a", "~a", "1;2"),
        *("9" * 30, "a" * 1001, "-" * 60 + "a", "+".join("a" * 60), "a\0"),
    ],
)  # fmt: skip
def test_nothing_but_sums_is_read(text: str) -> None:
    with pytest.raises(DefinitionError):
        parse(text)


def test_operators_make_the_formula_that_one_would_write() -> None:
    assert Formula("a / b", a=BOUGHT, b=CAME) == BOUGHT / CAME
    assert Formula("(a - 1) / a", a=BOUGHT) == (BOUGHT - 1) / BOUGHT
    assert Formula("100 * (a / b)", a=BOUGHT, b=CAME) == 100 * (BOUGHT / CAME)
    assert (PAID / (BOUGHT / CAME)).value({"a": 10, "b": 6, "c": 3}) == 5
    named = Formula("sold / visits", sold=BOUGHT, visits=CAME) + PAID
    assert repr(named).startswith("Formula('sold / visits + a'")
    assert Formula("1 - a", a=BOUGHT) == 1 - BOUGHT
    with pytest.raises(TypeError):
        BOUGHT / "2"
    with pytest.raises(TypeError):
        True + BOUGHT


def test_a_formula_says_what_it_is_made_of() -> None:
    formula = Formula("sold / visits", visits=CAME, sold=BOUGHT)
    assert formula.label == "Number of Times Event Happened: Buy / Number of People Who Did Event: Visit"
    assert (formula.unit, formula.freq, list(formula.metrics)) == ("times per people", "day", ["sold", "visits"])
    assert formula.rule() == (
        "sold / visits, the total from the totals · sold = times 'Buy' happened · per day · bots out"
        " · visits = unique people who did 'Visit' · per day · bots out"
    )


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        (BOUGHT + BOUGHT, "times"),
        (BOUGHT + CAME, ""),
        (BOUGHT * 2, "times"),
        (2 * BOUGHT, "times"),
        (1 - Metric.conversion_rate("A", "B"), "share"),
        (Metric.time_between("A", "B") / 2, "time"),
        (Metric.time_between("A", "B") / CAME, ""),
        (BOUGHT / BOUGHT, ""),
    ],
)
def test_units_follow_where_they_can(formula: Formula, unit: str) -> None:
    assert formula.unit == unit


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Formula("a / b", a=BOUGHT), "b in .* must be a metric"),
        (lambda: Formula("a", a=BOUGHT, b=CAME), "b= in .* does not occur"),
        (lambda: Formula("1 + 1"), "has no metric"),
        (lambda: Formula("a", a=3), "a in .* must be a metric"),  # type: ignore[arg-type]
        (lambda: Formula("a", a=BOUGHT + 1), "a in .* must be a metric"),  # type: ignore[arg-type]
        (lambda: Formula("a", 5), "pairs"),  # type: ignore[arg-type]
        (lambda: Formula("parts", [("parts", BOUGHT)]), "cannot name a metric"),
        (lambda: Formula("a / b", a=BOUGHT, b=Metric.people_who_did("A", freq="week")), "differ in freq="),
        (lambda: BOUGHT / Metric.people_who_did("A", by="plan"), "is split by 'plan'"),
    ],
)  # fmt: skip
def test_what_cannot_be_calculated_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()


def test_source_may_be_written_with_operators() -> None:
    assert from_source("Metric.times_happened('Buy') / Metric.people_who_did('Visit') * 100") == BOUGHT / CAME * 100
    with pytest.raises(DefinitionError, match="no metrics"):
        from_source("1 + 1")
    with pytest.raises(DefinitionError):
        from_source("Metric.times_happened('Buy') / 'x'")


def test_a_broken_body_is_no_formula() -> None:
    body = to_dict(BOUGHT / CAME)
    for parts in (None, [], [["a"]], [["a", None], ["b", None]], 5):
        with pytest.raises(DefinitionError):
            from_dict({**body, "parts": parts})


def test_names_of_segments_are_found_inside() -> None:
    asked = Metric.people_who_did("A", among=in_segment("loyal"))
    assert references(asked / BOUGHT) == {"loyal"}
    known = resolved(asked / BOUGHT, lambda name: Segment(has("x", "is", 1)))
    assert not references(known)
