"""Definitions as the browser edits them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import Condition, did, has
from tracktor_nb.semantics.funnel import Funnel, Step
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.widgets.form import from_form, gaps, to_form


@pytest.mark.parametrize(
    "value", [5.0, -0.0, 2**60, 1e300, {"a": 5.0}, {"type": "number", "text": "5"}, [1, 2.0, {"n": 3.0}]]
)
def test_a_value_that_javascript_would_change_comes_back_as_it_was(value: Any) -> None:
    metric = Metric.people_who_did("Visit", where=has("n", "is", value))
    form = json.loads(json.dumps(to_form(metric)), parse_float=lambda text: _as_javascript(float(text)))
    assert from_form(form) == metric


def _as_javascript(number: float) -> float:
    return int(number) if number.is_integer() else number


def half_built(where: dict[str, Any] | None = None, event: str = "Visit") -> dict[str, Any]:
    form = to_form(Funnel(["Visit", "Buy"]))
    form["steps"][1] = {"type": "step", "event": event, "where": where}
    return form


def row(property: str, op: str, value: Any) -> dict[str, Any]:
    return {"type": "has", "property": property, "op": op, "value": value, "ignore_case": False}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({**half_built(), "steps": []}, "Add the first step with the small “+”."),
        (half_built(event=""), "Step 2: select an event."),
        (half_built(row("", "is", None)), "Step 2: choose the property of the condition."),
        (half_built(row("plan", "is", None)), "Step 2: give “plan is” a value."),
        (half_built(row("plan", "in", [])), "Step 2: give “plan is one of” a value."),
        (half_built(row("n", "between", [1, None])), "Step 2: give “n between” a value."),
        (
            half_built({"type": "and", "conditions": [row("a", "is", 1), row("", "is", 1)]}),
            "Step 2: choose the property",
        ),
        ({**to_form(Metric.people_who_did("x")), "event": ""}, "Select an event."),
    ],
)
def test_a_half_built_form_says_what_it_lacks_in_plain_words(form: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        from_form(form)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    "where",
    [has("plan", "is set"), has("plan", "is", ""), ~has("plan", "is", "free"), has("a", "is", 1) | has("b", "is", 2)],
)
def test_a_finished_form_lacks_nothing(where: Condition) -> None:
    assert list(gaps(to_form(Funnel([Step("Visit", where)])))) == []
    assert list(gaps(to_form(Segment(did("Visit", where=where))))) == []


def test_what_only_the_definition_can_judge_is_said_by_the_definition() -> None:
    with pytest.raises(DefinitionError, match="RE2"):
        from_form(half_built(row("path", "matches", "(")))
