"""Definitions as text from outside: whatever comes, it is a definition or a DefinitionError, and nothing is run."""

from __future__ import annotations

import builtins
import json
import os
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import strategies
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.codec import from_dict, from_json, from_source, kind_of, to_json, to_source
from tracktor_nb.semantics.condition import Not, has
from tracktor_nb.semantics.definition import Definition

pytestmark = pytest.mark.filterwarnings("ignore:invalid:Warning:<unknown>")  # damaged source has odd escapes


def assert_survives(definition: Definition) -> None:
    assert repr(from_source(to_source(definition))) == repr(definition)
    assert repr(from_json(to_json(definition))) == repr(definition)


HOSTILE_SOURCES = [
    "",
    " ",
    "\0",
    "\ud800",
    "5",
    "'text'",
    "None",
    "has",
    "has(",
    "has()",
    "has('x')",
    "has('x', 'is', __import__('os').system('echo'))",
    "__import__('os').system('echo')",
    "().__class__.__bases__[0].__subclasses__()",
    "has.__globals__['__builtins__']",
    "has('x', 'is', (lambda: 1)())",
    "has('x', 'is', [i for i in range(9)])",
    "has('x', 'is', f'{1}')",
    "has('x', 'is', 1 + 2j)",
    "has('x', 'is', b'x')",
    "has('x', 'is', {1, 2})",
    "has('x', 'is', ...)",
    "has('x', 'is', 1e999)",
    "has('x', 'is', [1e999])",
    "has('x', 'is', {'a': 1e999})",
    "has('x', 'is', {1: 2})",
    "has('x', 'is', '\\ud800')",
    "has('x', 'is', has('y', 'is set'))",
    "has(*['x', 'is set'])",
    "has('x', 'is set', **{'ignore_case': True})",
    "has('x', 'is set', ignore_case=1)",
    "has('x', 'is', 'y', nonsense=1)",
    "has(x := 'x', 'is set')",
    "has('x', 'is set') and has('y', 'is set')",
    "not has('x', 'is set')",
    "has('x', 'is set') & 5",
    "5 & has('x', 'is set')",
    "~5",
    "did('A', exactly=True)",
    "did('A', at_least=1" + "0" * 5000 + ")",
    "did('A', within='')",
    "did('A', between='ab')",
    "did('A', between=5)",
    "did('A', between=(1, 2))",
    "did('A', where='x')",
    "did('A', where=did('B'))",
    "Segment(5)",
    "Segment(did('A'), include_bots='no')",
    "Funnel([])",
    "Funnel('AB')",
    "Funnel({'A': 1})",
    "Funnel(5)",
    "Funnel([5])",
    "Funnel(['A'], window=5)",
    "Funnel(['A'], by='')",
    "Funnel(['A'], entry=['any'])",
    "Metric('people_who_did', 'A')",
    "Metric.people_who_did('A', freq='year')",
    "Metric.__init__('A')",
    "Metric.mro()",
    "has('x', 'is', " + "[" * 150 + "]" * 150 + ")",
    "(" * 5000 + ")" * 5000,
    "~" * 100_000 + "has('x', 'is set')",
    "has('x', 'is set')" + " & has('x', 'is set')" * 5000,
    "has('x', 'is set')" + ".a" * 20_000 + "()",
    "has('x', 'is', " + "-" * 20_000 + "1)",
]


@pytest.mark.parametrize("text", HOSTILE_SOURCES, ids=lambda text: ascii(text[:60]))
def test_hostile_source_is_refused_and_never_run(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[object] = []
    for module, name in ((builtins, "eval"), (builtins, "exec"), (os, "system")):
        monkeypatch.setattr(module, name, lambda *given: run.append(given))
    with pytest.raises(DefinitionError):
        from_source(text)
    assert run == []


_TOKENS = (
    *("has", "did", "did_not", "Segment", "Funnel", "Step", "Metric.people_who_did", "Metric", "open", "__class__"),
    *("(", ")", "[", "]", "{", "}", ",", ".", "=", "&", "|", "~", "-", "*", "**", ":", "lambda", "\n", "#", "\\"),
    *("'A'", "'is'", "'is set'", "'in'", "'30d'", "1", "True", "None", "1e999", "b''", "where", "within", "at_most"),
)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(_TOKENS), max_size=15).map(" ".join) | st.text(max_size=40))
@example("has('x', 'is', 1)")
def test_any_text_makes_a_definition_or_a_definition_error(text: str) -> None:
    try:
        definition = from_source(text)
    except DefinitionError:
        return
    assert_survives(definition)


@settings(max_examples=500)
@given(strategies.definitions(wide=True), st.data())
def test_damaged_source_makes_a_definition_or_a_definition_error(definition: Definition, data: st.DataObject) -> None:
    text = to_source(definition)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    try:
        mended = from_source(text[:start] + data.draw(st.sampled_from([*_TOKENS, ""])) + text[end:])
    except DefinitionError:
        return
    assert_survives(mended)


_any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(st.text(max_size=4), deeper, max_size=3),
    max_leaves=8,
)


@st.composite
def damaged_bodies(draw: st.DrawFn) -> Any:
    """The dictionary of a definition in which one part, at any depth, was replaced or taken out."""
    body: Any = json.loads(to_json(draw(strategies.definitions() | strategies.conditions())))
    part, places = body, list(_places(body))
    *path, last = draw(st.sampled_from(places))
    for key in path:
        part = part[key]
    if isinstance(part, dict) and draw(st.booleans()):
        del part[last]
    else:
        part[last] = draw(_any_json | st.sampled_from(["has", "object", "funnel", "is", {}, [], {"type": "object"}]))
    return body


def _places(part: Any, path: tuple[Any, ...] = ()) -> Any:
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from _places(value, (*path, key))


@settings(max_examples=500)
@given(damaged_bodies() | _any_json)
def test_any_dictionary_makes_a_definition_or_a_definition_error(body: Any) -> None:
    try:
        definition = from_dict(body)
    except DefinitionError:
        return
    assert_survives(definition)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "NaN", "[]", "5", "null", '"x"', "[" * 100_000, '{"version": 2}', '{"version": 1}'),
        '{"version": 1, "type": ["has"]}',
        '{"version": 1, "type": "has", "property": "x", "op": ["is"]}',
        '{"version": 1, "type": "has", "property": "x", "op": "is", "value": {"type": "object"}}',
        '{"version": 1, "type": "has", "property": "x", "op": "is", "value": NaN}',
        '{"version": 1, "type": "and", "conditions": 5}',
        '{"version": 1, "type": "step", "event": "A", "x": 1}',
    ],
    ids=lambda text: text[:60],
)
def test_hostile_json_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        from_json(text)


def test_what_is_nested_beyond_reading_is_refused() -> None:
    body: dict[str, Any] = {"type": "has", "property": "x", "op": "is set"}
    for _ in range(100):
        body = {"type": "not", "condition": body}
    with pytest.raises(DefinitionError, match="nested deeper than 50 levels"):
        from_dict({"version": 1, **body})
    for _ in range(100_000):
        body = {"type": "not", "condition": body}
    with pytest.raises(DefinitionError, match="nested"):
        from_dict({"version": 1, **body})
    deepest = has("x", "is set")
    for _ in range(49):
        deepest = ~deepest
    assert_survives(deepest)
    assert eval(to_source(deepest), {}, {"has": has}) == deepest
    with pytest.raises(DefinitionError, match="nested deeper than 50 levels"):
        Not(deepest)


def test_only_what_can_be_saved_has_a_kind() -> None:
    with pytest.raises(DefinitionError, match="use one of segment, funnel, "):
        kind_of(has("x", "is set"))
    with pytest.raises(DefinitionError):
        kind_of("funnel")


def test_arguments_must_be_written_out() -> None:
    with pytest.raises(DefinitionError, match="write every argument out"):
        from_source("has('x', 'is set', **{'ignore_case': True})")


@pytest.mark.parametrize("call", ["has()", "did()", "did_not()", "Segment()", "Funnel()", "Step()", "Metric.mro()"])
def test_source_may_use_the_public_names_only(call: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        from_source(call)
    assert ("Unknown name" in str(caught.value)) == (call == "Metric.mro()")
