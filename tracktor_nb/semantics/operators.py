"""The operators of `has`: what each takes, and when it holds for one value (SEMANTICS 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal

import re2

from tracktor_nb.errors import DefinitionError

from .definition import is_text, source
from .event import Value
from .period import FIRST_DATE, LAST_INSTANT, Calendar, duration, is_duration
from .values import frozen, instant_of, is_number, same, thawed

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
    "in the last": Operator("in the last …", "duration"),
    "more than ago": Operator("more than … ago", "duration"),
    "includes": Operator("includes", "one"),
}


def check_operand(op: str, operand: Any, place: str) -> Value:
    """Return the operand in its stored form (lists as tuples), or raise DefinitionError naming the `place`."""
    if not isinstance(op, str) or op not in OPERATORS:
        near = get_close_matches(str(op), OPERATORS, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise DefinitionError(f"Unknown operator {op!r} in {place}.{hint} Use one of: {', '.join(OPERATORS)}.")
    takes = OPERATORS[op].takes
    fits, wanted = _TAKES[takes]
    operand = frozen(operand, place)
    if not fits(operand):
        raise DefinitionError(f"{op!r} in {place} takes {wanted}, not {source(operand)}.")
    if op == "matches":
        _check_pattern(operand, place)
    return operand


def _is_pair(operand: Value) -> bool:
    return isinstance(operand, tuple) and len(operand) == 2 and _comparable(*operand) and bool(operand[0] <= operand[1])


def _is_choice(operand: Value) -> bool:
    return isinstance(operand, tuple) and len(operand) > 0 and all(item is not None for item in operand)


def _is_date(operand: Value) -> bool:
    """True for what is a date in every zone, which the first and the last year are not."""
    instant = instant_of(operand, Calendar())
    return instant is not None and FIRST_DATE <= instant < LAST_INSTANT


_TAKES: dict[Takes, tuple[Callable[[Value], bool], str]] = {
    "nothing": (lambda operand: operand is None, "no value"),
    "one": (lambda operand: operand is not None, "a value (for missing ones there is 'is not set')"),
    "two": (_is_pair, "(low, high), both numbers or both texts, low first"),
    "many": (_is_choice, "a list of values (for missing ones there is 'is not set')"),
    "number or text": (lambda operand: isinstance(operand, str) or is_number(operand), "a number or a text"),
    "text": (is_text, "a text that is not empty"),
    "duration": (is_duration, "a duration such as '30d', '12h', '15m'"),
    "instant": (_is_date, "a date such as '2026-11-23' or '2026-11-23T14:00:00+01:00', or a Unix time"),
}


def _check_pattern(pattern: str, place: str) -> None:
    try:
        _compiled(pattern, False)
    except re2.error as error:
        raise DefinitionError(f"{pattern!r} in {place} is not a pattern that RE2 knows: {error}.") from error


@lru_cache(maxsize=256)
def _compiled(pattern: str, ignore_case: bool) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    return re2.compile(pattern, options)


def _comparable(left: Value, right: Value) -> bool:
    return (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str))


def predicate(op: str, operand: Value, ignore_case: bool, calendar: Calendar) -> Callable[[Value, int], bool]:
    """Return the test (value, at) -> bool of a positive operator; negative ones are `not any` of what they negate."""
    if op in ("in the last", "more than ago"):
        return _age_test(op, duration(operand), calendar)
    if op in ("before", "after"):
        return _date_test(op, operand, calendar)
    operand = thawed(operand)
    if op == "matches":
        pattern = _compiled(operand, ignore_case)
        return lambda value, at: isinstance(value, str) and pattern.search(value) is not None
    if not ignore_case:
        test = _plain_test(op, operand)
        return lambda value, at: test(value)
    folded_test = _plain_test(op, _folded(operand))
    return lambda value, at: folded_test(_folded(value))


def _folded(value: Value) -> Value:
    if isinstance(value, list):
        return [_folded(item) for item in value]
    return value.casefold() if isinstance(value, str) else value


def _plain_test(op: str, operand: Value) -> Callable[[Value], bool]:
    tests: dict[str, Callable[[Value], bool]] = {
        "is": lambda value: same(value, operand),
        ">": lambda value: _comparable(value, operand) and value > operand,
        ">=": lambda value: _comparable(value, operand) and value >= operand,
        "<": lambda value: _comparable(value, operand) and value < operand,
        "<=": lambda value: _comparable(value, operand) and value <= operand,
        "between": lambda value: _comparable(value, operand[0]) and operand[0] <= value <= operand[1],
        "contains": lambda value: isinstance(value, str) and operand in value,
        "starts with": lambda value: isinstance(value, str) and value.startswith(operand),
        "ends with": lambda value: isinstance(value, str) and value.endswith(operand),
        "in": lambda value: any(same(value, one) for one in operand),
        "is set": lambda value: True,
        "is true": lambda value: value is True,
        "is false": lambda value: value is False,
        "includes": lambda value: isinstance(value, list) and any(same(item, operand) for item in value),
    }
    return tests[op]


def _age_test(op: str, length: int, calendar: Calendar) -> Callable[[Value, int], bool]:
    def test(value: Value, at: int) -> bool:
        instant = instant_of(value, calendar)
        if instant is None:
            return False
        return at - length <= instant <= at if op == "in the last" else instant < at - length

    return test


def _date_test(op: str, operand: Any, calendar: Calendar) -> Callable[[Value, int], bool]:
    limit = instant_of(operand, calendar)
    assert limit is not None, f"check_operand admits only dates, not {operand!r}"

    def test(value: Value, at: int) -> bool:
        instant = instant_of(value, calendar)
        return instant is not None and (instant < limit if op == "before" else instant > limit)

    return test


def turning_points(op: str, operand: Any, value: Value, calendar: Calendar) -> tuple[int, ...]:
    """Return the instants at which the passing of time alone changes the answer for this value."""
    instant = instant_of(value, calendar) if op in ("in the last", "more than ago") else None
    if instant is None:
        return ()
    over = instant + duration(operand) + 1
    return (instant, over) if op == "in the last" else (over,)
