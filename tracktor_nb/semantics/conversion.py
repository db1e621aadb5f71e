"""Which type an operator asks for, and what values of other types mean when they are read as that type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from .event import Value
from .operators import OPERATORS
from .period import Calendar
from .values import instant_of, is_number

_NUMBER = re.compile(r"[-+]?(\d{1,15}(\.\d*)?|\.\d+)(e[-+]?\d{1,2})?", re.IGNORECASE | re.ASCII)
LARGEST = 2**53
"""Texts of larger numbers stay texts: they are ids."""


def type_of(value: Any) -> str:
    """Return "boolean", "number", "text", "list" or "object"."""
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, (list, tuple)) else "object"


def wanted_types(op: str, operand: Value) -> frozenset[str]:
    """Return the types of which a value can meet the operator; none where any will do."""
    if op == "includes":
        return frozenset({"list"})
    if op in ("is true", "is false"):
        return frozenset({"boolean"})
    takes = OPERATORS[op].takes
    if takes == "nothing":
        return frozenset()
    if takes in ("duration", "instant"):
        return frozenset({"date"})
    return frozenset(map(type_of, operand if takes in ("two", "many") else [operand]))


def is_wrong_typed(value: Value, wanted: frozenset[str], calendar: Calendar) -> bool:
    """True if no value of this type can meet an operator that asks for the types."""
    if "date" in wanted:
        return instant_of(value, calendar) is None
    return bool(wanted) and type_of(value) not in wanted


def any_wrong_typed(op: str, operand: Value, values: Iterable[Value], calendar: Calendar) -> bool:
    """True if one of the values that a property has is of a type that cannot meet the operator."""
    wanted = wanted_types(op, operand)
    return any(is_wrong_typed(value, wanted, calendar) for value in values)


def converted(value: Value, wanted: frozenset[str], calendar: Calendar) -> Value:
    """Return the value read as one of the types, itself where it is one already or cannot be read."""
    if not is_wrong_typed(value, wanted, calendar):
        return value
    read = (_READERS[each](value) for each in sorted(wanted) if each in _READERS)
    return next((each for each in read if each is not None), value)


def _as_number(value: Value) -> float | None:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value.strip()):
        return None
    number = float(value)
    if abs(number) > LARGEST:
        return None
    return int(number) if number.is_integer() else number


def _as_text(value: Value) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if not is_number(value):
        return None
    return str(int(value) if float(value).is_integer() else value)


def _as_boolean(value: Value) -> bool | None:
    text = value.strip().lower() if isinstance(value, str) else _as_text(value)
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(text or "")


_READERS: dict[str, Callable[[Value], Value]] = {
    "boolean": _as_boolean,
    "date": _as_number,
    "number": _as_number,
    "text": _as_text,
}
