"""Definitions as dictionaries, JSON and Python source, and back, exactly (laws: tests/test_round_trip.py)."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from tracktor_nb.errors import DefinitionError

from .condition import And, Did, Has, Not, Or, did, did_not, has
from .definition import Definition
from .funnel import Funnel, Step
from .metric import MEASURES, Metric
from .segment import Segment

VERSION = 1
"""Written with every definition; when a shape changes, a function here lifts older bodies."""

KINDS: dict[str, type[Definition]] = {"segment": Segment, "funnel": Funnel, "metric": Metric}
"""What can be saved under a name."""

_PARTS: dict[str, type[Definition]] = {"has": Has, "did": Did, "and": And, "or": Or, "not": Not, "step": Step}
_CLASSES = {**KINDS, **_PARTS}
_TAGS = {cls: tag for tag, cls in _CLASSES.items()}


def kind_of(definition: object) -> str:
    """Return "segment", "funnel" or "metric"; DefinitionError for what cannot be saved under a name."""
    for kind, cls in KINDS.items():
        if isinstance(definition, cls):
            return kind
    raise DefinitionError(f"{definition!r} is not a definition that can be saved; use one of {', '.join(KINDS)}.")


def to_dict(definition: Definition) -> dict[str, Any]:
    """Return the definition as plain JSON values, with its version."""
    return {"version": VERSION, **_encoded(definition)}


def from_dict(body: Mapping[str, Any]) -> Definition:
    """Return the definition that `to_dict` wrote, or raise DefinitionError."""
    version = body.get("version")
    if version != VERSION:
        raise DefinitionError(
            f"This definition has version {version!r}; this release reads version {VERSION}. Upgrade tracktor_nb."
        )
    return _decoded_definition({key: value for key, value in body.items() if key != "version"})


def to_json(definition: Definition) -> str:
    """Return the definition as JSON text."""
    return json.dumps(to_dict(definition), ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Definition:
    """Return the definition that `to_json` wrote."""
    return from_dict(json.loads(text))


def to_source(definition: Definition) -> str:
    """Return the Python a person would type for the definition."""
    return definition.to_source()


def _encoded(value: Any) -> Any:
    if isinstance(value, Definition):
        tag = _TAGS[type(value)]
        return {"type": tag, **{each.name: _encoded(getattr(value, each.name)) for each in fields(value)}}
    if isinstance(value, (tuple, list)):
        return [_encoded(item) for item in value]
    if isinstance(value, dict):
        return {"type": "object", "value": value}
    return value


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decoded(item) for item in value)
    if isinstance(value, Mapping):
        return dict(value["value"]) if value.get("type") == "object" else _decoded_definition(value)
    return value


def _decoded_definition(body: Mapping[str, Any]) -> Definition:
    tag = body.get("type")
    cls = _CLASSES.get(tag) if isinstance(tag, str) else None
    if cls is None:
        raise DefinitionError(f"Unknown type {tag!r} in a definition. Known: {', '.join(_CLASSES)}.")
    given = {key: _decoded(value) for key, value in body.items() if key != "type"}
    unknown = given.keys() - {each.name for each in fields(cls)}
    if unknown:
        raise DefinitionError(f"A {tag} has no {', '.join(sorted(unknown))}.")
    try:
        return cls(**given)
    except TypeError as error:
        raise DefinitionError(f"A {tag} is incomplete: {error}.") from error


_MAKERS: dict[str, Callable[..., Definition]] = {
    "has": has,
    "did": did,
    "did_not": did_not,
    "Segment": Segment,
    "Funnel": Funnel,
    "Step": Step,
    **{f"Metric.{measure}": getattr(Metric, measure) for measure in MEASURES},
}


def from_source(text: str) -> Definition:
    """Return the definition that the source makes. Nothing is run.

    Only our own names, literals and & | ~ are understood.
    """
    try:
        value = _built(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, TypeError, ValueError, RecursionError) as error:
        raise DefinitionError(f"This is not the source of a definition: {error}.") from error
    if not isinstance(value, Definition):
        raise DefinitionError(f"This source makes {value!r}, not a definition.")
    return value


def _built(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name not in _MAKERS:
            raise DefinitionError(f"Unknown name {name!r} in the source. Known: {', '.join(_MAKERS)}.")
        named = {keyword.arg: _built(keyword.value) for keyword in node.keywords if keyword.arg}
        return _MAKERS[name](*map(_built, node.args), **named)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
        left, right = _built(node.left), _built(node.right)
        return left & right if isinstance(node.op, ast.BitAnd) else left | right
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return ~_built(node.operand)
    if isinstance(node, ast.List):
        return [_built(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_built(item) for item in node.elts)
    return ast.literal_eval(node)
