"""The operators of `has`: what each takes, and when it holds for one value (SEMANTICS 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import re2

from tracktor_nb.errors import DefinitionError

from .event import Value
from .period import Calendar, duration
from .values import instant_of, is_number, same

Takes = Literal["nothing", "one", "two", "many", "number or text", "text", "duration", "instant"]


@dataclass(frozen=True)
class Operator:
    """How an operator reads, what it takes, and the positive operator it negates, if it is a negative one."""

    label: str
    takes: Takes
    negates: str | None = None


OPERATORS: dict[str, Operator] = {
    "is": Operator("is", "one"),
    "is not": Operator("is not", "one", negates="is"),
    ">": Operator("greater than", "number or text"),
    ">=": Operator("at least", "number or text"),
    "<": Operator("less than", "number or text"),
    "<=": Operator("at most", "number or text"),
    "between": Operator("between", "two"),
    "contains": Operator("contains", "text"),
    "does not contain": Operator("does not contain", "text", negates="contains"),
    "starts with": Operator("starts with", "text"),
    "ends with": Operator("ends with", "text"),
    "matches": Operator("matches pattern", "text"),
    "in": Operator("is one of", "many"),
    "not in": Operator("is none of", "many", negates="in"),
    "is set": Operator("is set", "nothing"),
    "is not set": Operator("is not set", "nothing", negates="is set"),
    "is true": Operator("is true", "nothing"),
    "is false": Operator("is false", "nothing"),
    "before": Operator("before", "instant"),
    "after": Operator("after", "instant"),
    "in the last": Operator("in the last", "duration"),
    "more than ago": Operator("more than … ago", "duration"),
    "includes": Operator("includes", "one"),
}


def check_operand(op: str, operand: Any, where: str) -> Any:
    """Return the operand in its stored form (lists as tuples), or raise DefinitionError naming `where`."""
    if op not in OPERATORS:
        raise DefinitionError(f"Unknown operator {op!r} in {where}. Use one of: {', '.join(OPERATORS)}.")
    takes = OPERATORS[op].takes
    if takes == "nothing":
        return _demand(operand is None, operand, f"{op!r} in {where} takes no value")
    if takes == "duration":
        duration(operand)
        return operand
    if takes == "instant":
        return _demand(instant_of(operand, Calendar()) is not None, operand, f"{op!r} in {where} takes a date")
    if takes == "two":
        pair = tuple(operand) if isinstance(operand, (list, tuple)) else ()
        return _demand(
            len(pair) == 2 and _comparable(*pair),
            pair,
            f"'between' in {where} takes (low, high), both numbers or both texts",
        )
    if takes == "many":
        return _demand(
            isinstance(operand, (list, tuple)) and len(operand) > 0,
            _frozen(operand),
            f"{op!r} in {where} takes a list of values",
        )
    if takes == "text":
        _demand(isinstance(operand, str) and operand != "", operand, f"{op!r} in {where} takes a text")
        return operand if op != "matches" else _checked_pattern(operand, where)
    if takes == "number or text":
        return _demand(
            isinstance(operand, str) or is_number(operand), operand, f"{op!r} in {where} takes a number or a text"
        )
    return _demand(
        operand is not None,
        _frozen(operand),
        f"{op!r} in {where} takes a value; for missing ones there is 'is not set'",
    )


def _demand(fits: bool, operand: Any, message: str) -> Any:
    if not fits or operand != operand:
        raise DefinitionError(f"{message}, not {operand!r}.")
    return operand


def _frozen(operand: Any) -> Any:
    return tuple(map(_frozen, operand)) if isinstance(operand, (list, tuple)) else operand


def _checked_pattern(pattern: str, where: str) -> str:
    try:
        _compiled(pattern, False)
    except re2.error as error:
        raise DefinitionError(f"{pattern!r} in {where} is not a pattern that RE2 knows: {error}.") from error
    return pattern


@lru_cache(maxsize=256)
def _compiled(pattern: str, ignore_case: bool) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    return re2.compile(pattern, options)


def _comparable(left: Value, right: Value) -> bool:
    return (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))


def predicate(op: str, operand: Any, ignore_case: bool, calendar: Calendar) -> Callable[[Value, int], bool]:
    """Return the test (value, at) -> bool of a positive operator; negative ones are `not any` of what they negate."""
    if op in ("in the last", "more than ago"):
        return _age_test(op, duration(operand), calendar)
    if op in ("before", "after"):
        return _date_test(op, operand, calendar)
    test = _plain_test(op, _folded(operand) if ignore_case else operand, ignore_case)
    if ignore_case and op != "matches":
        return lambda value, at: test(_folded(value))
    return lambda value, at: test(value)


def _folded(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(map(_folded, value))
    return value.casefold() if isinstance(value, str) else value


def _plain_test(op: str, operand: Any, ignore_case: bool) -> Callable[[Value], bool]:
    tests: dict[str, Callable[[Value], bool]] = {
        "is": lambda value: same(value, _as_list(operand)),
        ">": lambda value: _comparable(value, operand) and value > operand,
        ">=": lambda value: _comparable(value, operand) and value >= operand,
        "<": lambda value: _comparable(value, operand) and value < operand,
        "<=": lambda value: _comparable(value, operand) and value <= operand,
        "between": lambda value: _comparable(value, operand[0]) and operand[0] <= value <= operand[1],
        "contains": lambda value: isinstance(value, str) and operand in value,
        "starts with": lambda value: isinstance(value, str) and value.startswith(operand),
        "ends with": lambda value: isinstance(value, str) and value.endswith(operand),
        "matches": lambda value: isinstance(value, str) and _compiled(operand, ignore_case).search(value) is not None,
        "in": lambda value: any(same(value, _as_list(one)) for one in operand),
        "is set": lambda value: True,
        "is true": lambda value: value is True,
        "is false": lambda value: value is False,
        "includes": lambda value: isinstance(value, list) and any(same(item, _as_list(operand)) for item in value),
    }
    return tests[op]


def _as_list(operand: Any) -> Any:
    """Definitions hold tuples where JSON has lists."""
    return [_as_list(item) for item in operand] if isinstance(operand, tuple) else operand


def _age_test(op: str, length: int, calendar: Calendar) -> Callable[[Value, int], bool]:
    def test(value: Value, at: int) -> bool:
        instant = instant_of(value, calendar)
        if instant is None:
            return False
        return at - length <= instant <= at if op == "in the last" else instant < at - length

    return test


def _date_test(op: str, operand: Any, calendar: Calendar) -> Callable[[Value, int], bool]:
    limit = instant_of(operand, calendar)
    assert limit is not None, "check_operand admits only dates"

    def test(value: Value, at: int) -> bool:
        instant = instant_of(value, calendar)
        return instant is not None and (instant < limit if op == "before" else instant > limit)

    return test


def turning_points(op: str, operand: Any, value: Value, calendar: Calendar) -> tuple[int, ...]:
    """Return the instants at which the passing of time alone may change the answer for this value."""
    if op not in ("in the last", "more than ago"):
        return ()
    instant = instant_of(value, calendar)
    return () if instant is None else (instant, instant + duration(operand) + 1)
