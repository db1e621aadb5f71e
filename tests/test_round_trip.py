"""The laws of definitions: a value, its dictionary, its JSON and its source are the same thing."""

from __future__ import annotations

import json
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
from tests.campaigns import backtests, campaigns
from tests.habits import habits
from tracktor_nb.semantics.codec import from_dict, from_json, from_source, kind_of, to_dict, to_json, to_source
from tracktor_nb.semantics.condition import did, has
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

wide = strategies.definitions(wide=True) | campaigns(wide=True) | backtests(wide=True) | habits(wide=True)
PUBLIC = {name: getattr(tracktor_nb, name) for name in tracktor_nb.__all__}


def assert_same(one: Definition, other: Definition) -> None:
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)


@settings(max_examples=500)
@given(wide)
def test_a_definition_survives_its_dictionary_and_its_json(definition: Any) -> None:
    assert_same(from_dict(to_dict(definition)), definition)
    assert_same(from_json(to_json(definition)), definition)
    assert json.loads(to_json(definition).encode()) == to_dict(definition)
    assert kind_of(definition).replace(" ", "") == type(definition).__name__.lower()
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
