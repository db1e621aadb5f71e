"""Definitions as dictionaries, JSON and Python source, and back, exactly (laws: tests/test_round_trip.py)."""

from __future__ import annotations

import ast
import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from tracktor_nb.errors import DefinitionError

from .acquisition import Acquisition
from .backtest import Backtest, BacktestDifference
from .campaign import NODES, Campaign
from .cohort import Cohort
from .condition import (
    And,
    Asset,
    Did,
    Has,
    InCompany,
    InSegment,
    Not,
    Or,
    asset,
    did,
    did_not,
    has,
    in_company,
    in_segment,
)
from .definition import Definition
from .formula import Calculable, Formula
from .funnel import Exclusion, Funnel, Step
from .funnel_comparison import FunnelComparison
from .funnel_rules import FunnelRules
from .leaving import Leaving
from .lifecycle import Lifecycle
from .metric import MEASURES, Metric
from .overlap import Overlap
from .pages import Pages
from .path import Paths
from .retention import Retention
from .segment import Segment
from .session import Sessions
from .stickiness import Stickiness
from .stops import Stops
from .trigger import CAUSES, Trigger

VERSION = 1
"""Written with every definition; when a shape changes, a function here lifts older bodies."""

KINDS: dict[str, type[Definition]] = {
    "segment": Segment,
    "funnel": Funnel,
    "funnel rules": FunnelRules,
    "funnel comparison": FunnelComparison,
    "metric": Metric,
    "formula": Formula,
    "retention": Retention,
    "paths": Paths,
    "lifecycle": Lifecycle,
    "stickiness": Stickiness,
    "cohort": Cohort,
    "leaving": Leaving,
    "acquisition": Acquisition,
    "stops": Stops,
    "pages": Pages,
    "sessions": Sessions,
    "overlap": Overlap,
    "campaign": Campaign,
    "backtest": Backtest,
    "backtest difference": BacktestDifference,
}
"""What can be saved under a name."""

_PARTS: dict[str, type[Definition]] = {
    "has": Has,
    "did": Did,
    "asset": Asset,
    "in company": InCompany,
    "in segment": InSegment,
    "and": And,
    "or": Or,
    "not": Not,
    "step": Step,
    "exclusion": Exclusion,
    **{node.kind: node for node in NODES},
}
_CLASSES = {**KINDS, **_PARTS}
_TAGS = {cls: tag for tag, cls in _CLASSES.items()}


def kind_of(definition: object) -> str:
    """Return "segment", "funnel", "metric" and so on; DefinitionError for what cannot be saved under a name."""
    for kind, cls in KINDS.items():
        if isinstance(definition, cls):
            return kind
    raise DefinitionError(f"{definition!r} is not a definition that can be saved; use one of {', '.join(KINDS)}.")


def to_dict(definition: Definition) -> dict[str, Any]:
    """Return the definition as plain JSON values, with its version."""
    return {"version": VERSION, **_encoded(definition)}


def from_dict(body: Mapping[str, Any]) -> Definition:
    """Return the definition that `to_dict` wrote, or raise DefinitionError."""
    if not isinstance(body, Mapping):
        raise DefinitionError(f"A definition is an object with version and type, not {body!r}.")
    version = body.get("version")
    if version != VERSION:
        raise DefinitionError(
            f"This definition has version {version!r}; this release reads version {VERSION}. Upgrade tracktor_nb."
        )
    try:
        return _decoded_definition({key: value for key, value in body.items() if key != "version"})
    except RecursionError as error:
        raise DefinitionError("This definition is nested too deep to be one of ours.") from error


def to_json(definition: Definition) -> str:
    """Return the definition as JSON text."""
    return json.dumps(to_dict(definition), ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> Definition:
    """Return the definition that `to_json` wrote, or raise DefinitionError."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DefinitionError(f"This is not the JSON of a definition: {error}.") from error
    return from_dict(body)


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
        return {"type": "object", "value": {key: _encoded(item) for key, item in value.items()}}
    return value


def _decoded(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(_decoded(item) for item in value)
    if not isinstance(value, Mapping):
        return value
    if value.get("type") != "object":
        return _decoded_definition(value)
    inner = value.get("value")
    if not isinstance(inner, Mapping):
        raise DefinitionError(f"An object in a definition has no value: {value!r}.")
    return {key: _decoded(item) for key, item in inner.items()}


def _decoded_definition(body: Mapping[str, Any]) -> Definition:
    tag = body.get("type")
    cls = _CLASSES.get(tag) if isinstance(tag, str) else None
    if cls is None:
        raise DefinitionError(f"Unknown type {tag!r} in a definition. Known: {', '.join(_CLASSES)}.")
    known = {each.name: each.default is MISSING for each in fields(cls)}
    unknown = [repr(key) for key in body if key not in known and key != "type"]
    missing = [name for name, needed in known.items() if needed and name not in body]
    if unknown or missing:
        raise DefinitionError(
            f"A {tag} of a definition has no {', '.join(unknown) or 'value for ' + ', '.join(missing)}."
        )
    return cls(**{key: _decoded(value) for key, value in body.items() if key != "type"})


_MAKERS: dict[str, Callable[..., Definition]] = {
    "has": has,
    "did": did,
    "did_not": did_not,
    "asset": asset,
    "in_company": in_company,
    "in_segment": in_segment,
    "Segment": Segment,
    "Cohort": Cohort,
    "Overlap": Overlap,
    "Funnel": Funnel,
    "Step": Step,
    "Leaving": Leaving,
    "Acquisition": Acquisition,
    "Stops": Stops,
    "Pages": Pages,
    "Sessions": Sessions,
    "Retention": Retention,
    "Paths": Paths,
    "Lifecycle": Lifecycle,
    "Stickiness": Stickiness,
    "Exclusion": Exclusion,
    "FunnelRules": FunnelRules,
    "FunnelComparison": FunnelComparison,
    **{f"Metric.{measure}": getattr(Metric, measure) for measure in MEASURES},
    "Formula": Formula,
    "Campaign": Campaign,
    "Backtest": Backtest,
    "BacktestDifference": BacktestDifference,
    **{f"Trigger.{cause}": getattr(Trigger, cause) for cause in CAUSES},
    **{node.__name__: node for node in NODES if node is not Trigger},
}


def from_source(text: str) -> Definition:
    """Return the definition that the source makes, or raise DefinitionError. Nothing is run.

    Only our own names, literals, & | ~ between conditions and + - * / between metrics are understood.
    """
    try:
        value = _built(ast.parse(text.strip(), mode="eval").body)
    except DefinitionError:
        raise
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError) as error:
        raise DefinitionError(f"This is not the source of a definition: {error}.") from error
    if not isinstance(value, Definition):
        raise DefinitionError(f"This source makes {value!r}, not a definition.")
    return value


def _built(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        return _called(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
        left, right = _built(node.left), _built(node.right)
        return left & right if isinstance(node.op, ast.BitAnd) else left | right
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return _calculated(_ARITHMETIC[type(node.op)], _built(node.left), _built(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return ~_built(node.operand)
    if isinstance(node, ast.List):
        return [_built(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_built(item) for item in node.elts)
    if isinstance(node, ast.Dict):
        return {_key(key): _built(value) for key, value in zip(node.keys, node.values, strict=True)}
    return ast.literal_eval(node)


_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def _calculated(join: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Return the formula; numbers alone are not calculated here."""
    if not isinstance(left, Calculable) and not isinstance(right, Calculable):
        raise DefinitionError(f"{left!r} and {right!r} in the source are no metrics; write the result out.")
    return join(left, right)


def _key(node: ast.expr | None) -> Any:
    if node is None:
        raise DefinitionError("{**…} in the source: write every name out.")
    return ast.literal_eval(node)


def _called(node: ast.Call) -> Any:
    name = ast.unparse(node.func)
    if name not in _MAKERS:
        raise DefinitionError(f"Unknown name {name!r} in the source. Known: {', '.join(_MAKERS)}.")
    named = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise DefinitionError(f"{name}(**…) in the source: write every argument out.")
        named[keyword.arg] = _built(keyword.value)
    return _MAKERS[name](*map(_built, node.args), **named)
