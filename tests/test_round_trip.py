"""The laws of definitions: a value, its dictionary, its JSON and its source are the same thing."""

from __future__ import annotations

import builtins
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from traitlets import HasTraits

import tracktor_nb
from tests import strategies
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.codec import from_dict, from_json, from_source, kind_of, to_dict, to_json, to_source
from tracktor_nb.semantics.condition import Not, did, has
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel, Step
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.store.database import Database
from tracktor_nb.store.definitions import load, save
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.widgets.base import Builder
from tracktor_nb.widgets.form import to_form
from tracktor_nb.widgets.funnel_builder import FunnelBuilder
from tracktor_nb.widgets.metric_builder import MetricBuilder

pytestmark = pytest.mark.filterwarnings("ignore:invalid:Warning:<unknown>")  # damaged source has odd escapes

wide = strategies.definitions(wide=True)
PUBLIC = {name: getattr(tracktor_nb, name) for name in ("did", "did_not", "has", "Funnel", "Metric", "Segment", "Step")}


def assert_same(one: Definition, other: Definition) -> None:
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)


@settings(max_examples=500)
@given(wide)
def test_a_definition_survives_its_dictionary_and_its_json(definition: Segment | Funnel | Metric) -> None:
    assert_same(from_dict(to_dict(definition)), definition)
    assert_same(from_json(to_json(definition)), definition)
    assert json.loads(to_json(definition).encode()) == to_dict(definition)
    assert kind_of(definition) == type(definition).__name__.lower()
    assert definition.rule()


@settings(max_examples=500)
@given(wide)
def test_a_definition_is_what_its_source_makes(definition: Definition) -> None:
    assert_same(eval(to_source(definition), {"__builtins__": {}}, PUBLIC), definition)
    assert_same(from_source(to_source(definition)), definition)
    assert_same(from_source(f"\n  {to_source(definition)}  \n"), definition)
    assert to_source(from_source(to_source(definition))) == to_source(definition) == repr(definition)


@settings(max_examples=500)
@given(strategies.json_values(nothing=False), strategies.json_values(nothing=False))
def test_definitions_are_equal_only_if_their_json_values_are(one: Any, other: Any) -> None:
    equal = has("x", "is", one) == has("x", "is", other)
    assert equal == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (has("x", "is", 1), has("x", "is", True)),
        (has("x", "is", 1), has("x", "is", 1.0)),
        (has("x", "is", 1), has("x", "is", "1")),
        (has("x", "is", [0]), has("x", "is", [False])),
        (has("x", "is", {"a": 1}), has("x", "is", {"a": True})),
        (has("x", "in", [1]), has("x", "in", ["1"])),
        (has("x", "is", 0.0), has("x", "is", -0.0)),
        (has("x", "is", "a"), has("x", "is", "a", ignore_case=True)),
        (did("A"), did("A", at_most=1)),
        (did("A") & did("B"), did("B") & did("A")),
        (did("A") & did("B"), did("A") | did("B")),
        (Segment(did("A")), Segment(did("A"), include_bots=True)),
        (Funnel(["A", "B"]), Funnel(["B", "A"])),
        (Funnel(["A"]), Funnel(["A"], until="now")),
        (Metric.people_who_did("A"), Metric.times_happened("A")),
    ],
)
def test_different_definitions_never_compare_equal(one: Definition, other: Definition) -> None:
    assert one != other
    assert to_dict(one) != to_dict(other) or json.dumps(to_dict(one)) != json.dumps(to_dict(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (did("A"), did("A", at_least=1)),
        (did("A", exactly=0), tracktor_nb.did_not("A")),
        (did("A", at_most=0), tracktor_nb.did_not("A")),
        (did("A", exactly=2), did("A", at_least=2, at_most=2)),
        (did("A") & did("B") & did("C"), did("A") & (did("B") & did("C"))),
        (Funnel(["A", "B"]), Funnel((Step("A"), Step("B")))),
        (has("x", "in", [1, 2]), has("x", "in", (1, 2))),
        (has("x", "is", {"a": 1, "b": 2}), has("x", "is", {"b": 2, "a": 1})),
    ],
)
def test_one_meaning_has_one_form(one: Definition, other: Definition) -> None:
    assert_same(one, other)


def test_source_reads_as_a_person_would_type_it() -> None:
    assert to_source(Funnel(["View", "Cart"], window="7d", by="utm_source")) == (
        "Funnel(['View', 'Cart'], window='7d', by='utm_source')"
    )
    assert to_source(Funnel(["View", Step("Cart", where=has("n", ">", 1))])) == (
        "Funnel(['View', Step('Cart', where=has('n', '>', 1))])"
    )
    assert to_source(Segment(did("Buy", at_least=3, within="30d") & ~has("plan", "is", "free"))) == (
        "Segment(did('Buy', at_least=3, within='30d') & ~has('plan', 'is', 'free'))"
    )
    assert to_source(Segment((did("A") | did("B")) & has("tags", "in", ["x", "y"]))) == (
        "Segment((did('A') | did('B')) & has('tags', 'in', ['x', 'y']))"
    )
    assert to_source(Metric.people_who_did("Visit", freq="week")) == "Metric.people_who_did('Visit', freq='week')"


# --- saved and loaded -----------------------------------------------------------------------------------------------

with_a_fixture = settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture])


@with_a_fixture
@given(wide)
def test_a_definition_survives_the_store(database: Database, shop: SiteRecord, definition: Definition) -> None:
    name, kind, body = uuid4().hex, kind_of(definition), to_dict(definition)
    assert database.writer.run(lambda tx: save(tx, shop.id, name, kind, body, now=0)) == 1
    with database.read() as connection:
        assert_same(from_dict(load(connection, shop.id, name).body), definition)
    assert database.writer.run(lambda tx: save(tx, shop.id, name, kind, body, now=0)) == 1


# --- edited by hand -------------------------------------------------------------------------------------------------

funnels, metrics = strategies.funnels(wide=True), strategies.metrics(wide=True)
# A value that looks like one of the words in which forms are written.
DISGUISED = Metric.people_who_did("A", where=has("x", "is", {"type": "number", "text": "5", "value": {"type": "has"}}))


@contextmanager
def builder_of(definition: Definition) -> Iterator[Builder]:
    builder: Builder = FunnelBuilder(definition) if isinstance(definition, Funnel) else MetricBuilder(definition)
    yield builder
    builder.close()


@contextmanager
def changes_of(widget: HasTraits, trait: str) -> Iterator[list[Any]]:
    """The values that the trait takes meanwhile, one for each notification."""
    seen: list[Any] = []
    widget.observe(lambda change: seen.append(change["new"]), trait)
    yield seen


@settings(max_examples=500)
@given(funnels | metrics)
@example(DISGUISED)
def test_a_builder_holds_what_it_was_given_and_its_form_reads_the_same(definition: Definition) -> None:
    with builder_of(definition) as builder:
        assert_same(builder.definition, definition)
        assert_same(builder._read(), definition)
        assert builder.to_source() == to_source(definition)
        assert builder.problem == ""
        # The browser writes numbers its own way: 5.0 becomes 5.
        builder.editor.form = json.loads(json.dumps(builder.editor.form), parse_float=_as_javascript)
        assert_same(builder.definition, definition)


def _as_javascript(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


@settings(max_examples=500)
@given(st.tuples(funnels, funnels) | st.tuples(metrics, metrics))
def test_one_edit_makes_one_notification_and_no_echo(edit: tuple[Definition, Definition]) -> None:
    before, after = edit
    with (
        builder_of(before) as builder,
        changes_of(builder, "definition") as definitions,
        changes_of(builder.editor, "form") as forms,
    ):
        expected = [after] if before != after else []
        builder.editor.form = to_form(after)
        assert_all_same(definitions, expected)
        assert len(forms) == len(expected)
        builder.definition = before
        assert_all_same(definitions, [*expected, before] if expected else [])
        assert len(forms) == 2 * len(expected)
        builder.definition = before
        assert len(definitions) == 2 * len(expected)


def assert_all_same(found: list[Any], expected: list[Definition]) -> None:
    assert list(map(to_source, found)) == list(map(to_source, expected))


# --- hostile input --------------------------------------------------------------------------------------------------

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
    assert_same(from_source(to_source(definition)), definition)


@settings(max_examples=500)
@given(wide, st.data())
def test_damaged_source_makes_a_definition_or_a_definition_error(definition: Definition, data: st.DataObject) -> None:
    text = to_source(definition)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    try:
        mended = from_source(text[:start] + data.draw(st.sampled_from([*_TOKENS, ""])) + text[end:])
    except DefinitionError:
        return
    assert_same(from_source(to_source(mended)), mended)


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
    assert_same(from_json(to_json(definition)), definition)
    assert_same(from_source(to_source(definition)), definition)


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
    assert_same(eval(to_source(deepest), {"__builtins__": {}}, PUBLIC), deepest)
    with pytest.raises(DefinitionError, match="nested deeper than 50 levels"):
        Not(deepest)


def test_only_what_can_be_saved_has_a_kind() -> None:
    with pytest.raises(DefinitionError, match="segment, funnel, metric"):
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
