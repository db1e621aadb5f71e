"""The notebook face: what `tracktor_nb` promises by name, with types and words."""

from __future__ import annotations

import ast
import doctest
import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import tracktor_nb
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.codec import from_source

DEFINITIONS = [
    *(
        "AddTo",
        "Backtest",
        "BacktestDifference",
        "Campaign",
        "During",
        "Exit",
        "Filter",
        "Go",
        "Goal",
        "Limit",
        "RemoveFrom",
        "SendLetter",
        "SendMessage",
    ),
    *("SetProperty", "Split", "TrackEvent", "Trigger", "Wait", "WaitFor", "WaitUntil", "Webhook"),
    *(
        "Cohort",
        "Exclusion",
        "Formula",
        "Funnel",
        "FunnelComparison",
        "FunnelRules",
        "Lifecycle",
        "Metric",
        "Overlap",
        "Paths",
    ),
    *("Retention", "Segment", "Step", "Stickiness"),
    *("Acquisition", "Leaving", "Pages", "Sessions", "Stops"),
    *("asset", "did", "did_not", "has", "in_company", "in_segment"),
]
NAMES = sorted([*DEFINITIONS, "Site", "connect", "evaluate", "report"])


def test_the_face_shows_exactly_these_names() -> None:
    assert tracktor_nb.__all__ == NAMES == dir(tracktor_nb)
    everything: dict[str, Any] = {}
    exec("from tracktor_nb import *", everything)
    assert everything.keys() - {"__builtins__"} == set(NAMES)


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(str(tracktor_nb.__file__)).read_text())
    (typed,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    imported = {
        alias.name: statement.module
        for statement in typed.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert sorted(imported) == NAMES
    for name, module in imported.items():
        assert getattr(import_module(f"tracktor_nb.{module}"), name) is getattr(tracktor_nb, name)


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    assert not hasattr(tracktor_nb, "Funel")


def described() -> list[tuple[str, Any]]:
    """Every public name, and the public methods and properties of the classes among them."""
    found = []
    for name in NAMES:
        thing = getattr(tracktor_nb, name)
        found.append((name, thing))
        if inspect.isclass(thing):
            members = inspect.getmembers(thing, lambda member: callable(member) or isinstance(member, property))
            found += [(f"{name}.{own}", member) for own, member in members if not own.startswith("_")]
    return found


@pytest.mark.parametrize(("name", "thing"), described(), ids=[name for name, _ in described()])
def test_every_public_name_says_what_it_is_in_one_sentence(name: str, thing: Any) -> None:
    first = (inspect.getdoc(thing) or "").partition("\n")[0]
    assert first.endswith((".", ":")), f"{name} has no sentence as its docstring"
    assert not first.startswith(f"{name.partition('.')[2] or name}("), f"{name} is described by its own signature"


@pytest.mark.parametrize(("name", "thing"), described(), ids=[name for name, _ in described()])
def test_every_public_name_is_typed(name: str, thing: Any) -> None:
    function = thing.fget if isinstance(thing, property) else thing.__init__ if inspect.isclass(thing) else thing
    parameters = inspect.signature(function).parameters.values()
    assert [
        each.name for each in parameters if each.annotation is each.empty and each.name not in ("self", "cls")
    ] == []


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_definition_shows_an_example_that_is_true(name: str) -> None:
    thing = getattr(tracktor_nb, name)
    (example,) = doctest.DocTestFinder(recurse=False).find(
        thing, name, globs=vars(import_module(thing.__module__)).copy()
    )
    assert example.examples, f"{name} shows no example"
    assert doctest.DocTestRunner().run(example).failed == 0


def test_source_may_use_the_names_of_the_face_and_no_others() -> None:
    with pytest.raises(DefinitionError) as caught:
        from_source("nonsense()")
    known = {name.partition(".")[0] for name in str(caught.value).partition("Known: ")[2].rstrip(".").split(", ")}
    assert known == set(DEFINITIONS)
