"""JSON values: reaching inside them, comparing them, reading them as instants (SEMANTICS 1 and 3)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from numbers import Integral
from typing import Any

from tracktor_nb.errors import DefinitionError

from .definition import is_text
from .event import Value
from .period import LAST_INSTANT, SECOND, Calendar

DEEPEST = 32
"""Levels of lists and objects in an operand; the door stores nothing deeper (semantics/wire.py)."""
LATEST_NUMBER = LAST_INSTANT * 1000
"""A Unix number from here on, in nanoseconds, is no date any more."""


def values_at(properties: Mapping[str, Value], path: str) -> tuple[Value, ...]:
    """Return every value that the path reaches: `plan`, `address.city`, `products[].name`; nulls count as missing.

    A key that is spelled like the whole path wins, so keys with dots in them can be asked for.
    """
    found = properties.get(path)
    if found is not None:
        return (found,)
    if "." not in path and "[]" not in path:
        return ()
    reached: list[Value] = [properties]
    for key, each in _steps(path):
        reached = [value[key] for value in reached if isinstance(value, Mapping) and key in value]
        if each:
            reached = [item for value in reached if isinstance(value, list) for item in value]
    return tuple(value for value in reached if value is not None)


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[tuple[str, bool], ...]:
    """Return (key, whether its items are meant) for each part of the path."""
    return tuple((part.removesuffix("[]"), part.endswith("[]")) for part in path.split("."))


def same(left: Value, right: Value) -> bool:
    """True if two JSON values are equal; booleans, numbers and texts never equal each other, 1 equals 1.0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and bool(left == right)


def is_number(value: Value) -> bool:
    """True for int and float, not for booleans."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def unix_instant(number: float) -> int:
    """Return the instant of a Unix time; milli-, micro- and nanoseconds are recognised by their size."""
    if abs(number) < 1e11:
        return round(number * SECOND)
    if abs(number) < 1e14:
        return round(number * 1000)
    return round(number) if abs(number) < 1e17 else round(number / 1000)


def instant_of(value: Value, calendar: Calendar) -> int | None:
    """Return the instant that an ISO text or a Unix number means, None for anything else."""
    if is_number(value):
        return unix_instant(value) if abs(value) < LATEST_NUMBER else None
    if not isinstance(value, str):
        return None
    try:
        return calendar.parse(value)
    except DefinitionError:
        return None


def frozen(value: Any, place: str, depth: int = DEEPEST) -> Value:
    """Return a JSON value as definitions keep it: lists as tuples, keys in order; DefinitionError names the `place`."""
    if depth == 0:
        raise DefinitionError(f"A value in {place} is nested deeper than {DEEPEST} levels; nothing like it is stored.")
    if isinstance(value, (list, tuple)):
        return tuple(frozen(item, place, depth - 1) for item in value)
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {frozen(key, place): frozen(value[key], place, depth - 1) for key in sorted(value)}
    if isinstance(value, str) and (value == "" or is_text(value)):
        return str(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Integral) and abs(int(value)) < 2**63:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    raise DefinitionError(f"{value!r} in {place} is no JSON value that can be stored.")


def thawed(value: Any) -> Value:
    """Return a frozen value as JSON has it, with lists."""
    if isinstance(value, tuple):
        return [thawed(item) for item in value]
    return {key: thawed(item) for key, item in value.items()} if isinstance(value, dict) else value


def group_key(value: Value) -> Value:
    """Return the value as a breakdown shows it: scalars as they are, lists and objects as canonical JSON text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if isinstance(value, (list, dict)) else value
