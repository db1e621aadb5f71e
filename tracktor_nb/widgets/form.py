"""Definitions as the browser edits them: their own JSON, with numbers that JavaScript would change kept as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.operators import OPERATORS

Form = dict[str, Any]

LARGEST_EXACT = 2**53 - 1
"""JavaScript counts exactly up to here, and knows no difference between 5.0 and 5."""


def to_form(definition: Definition) -> Form:
    """Return the definition as the form that a browser may edit."""
    return dict(_guarded(codec.to_dict(definition)))


def from_form(form: Mapping[str, Any]) -> Definition:
    """Return the definition that the form describes, or raise DefinitionError where it is half built."""
    for gap in gaps(form):
        raise DefinitionError(gap[0].upper() + gap[1:])
    return codec.from_dict(_unguarded(form))


def gaps(form: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a half-built form still lacks, as one would say it to somebody who never sees code."""
    if form["type"] == "funnel" and not form["steps"]:
        yield "Add the first step with the small “+”."
    for place, part in _parts(form):
        if not part["event"]:
            yield f"{place}select an event."
        for row in _rows(part["where"]):
            if not row["property"]:
                yield f"{place}choose the property of the condition."
            elif _lacks_value(row):
                yield f"{place}give “{row['property']} {OPERATORS[row['op']].label}” a value."


def _parts(form: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if form["type"] == "metric" and form["event"] is not None:
        yield "", form
    for number, step in enumerate(form.get("steps", ()), start=1):
        yield f"Step {number}: ", step


def _rows(where: Any) -> list[Mapping[str, Any]]:
    """The comparisons that rows can show."""
    parts = where["conditions"] if where and where["type"] in ("and", "or") else [where]
    return [part for part in parts if part and part["type"] == "has"]


def _lacks_value(row: Mapping[str, Any]) -> bool:
    value, takes = row["value"], OPERATORS[row["op"]].takes
    if takes in ("two", "many"):
        return not value or None in value
    return value is None and takes != "nothing"


def _guarded(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_guarded(item) for item in value]
    if isinstance(value, dict) and value.get("type") == "object":
        return {"type": "object", "text": json.dumps(value["value"])}  # data, in which any key may stand
    if isinstance(value, dict):
        return {key: _guarded(item) for key, item in value.items()}
    exact = isinstance(value, (bool, str)) or value is None or _is_exact(value)
    return value if exact else {"type": "number", "text": repr(value)}


def _is_exact(value: float) -> bool:
    return abs(value) <= LARGEST_EXACT if isinstance(value, int) else not value.is_integer()


def _unguarded(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_unguarded(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("type") == "number":
        return _number(value["text"])
    if value.get("type") == "object":
        return {"type": "object", "value": json.loads(value["text"])}
    return {key: _unguarded(item) for key, item in value.items()}


def _number(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        return _finite(text)


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise DefinitionError(f"{text} is not a number that can be compared.")
    return number
