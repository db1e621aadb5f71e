"""Conditions: questions about one person, written as Python that reads like English (SEMANTICS 3)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tracktor_nb.errors import DefinitionError

from .definition import FLAG, Definition, check_choice, check_name, source
from .operators import OPERATORS, check_operand
from .period import NAMED_PERIODS, check_period, duration, duration_in_words

DEEPEST_CONDITION = 50
"""Levels of nesting; no person writes more, and neither Python nor a database reads much more."""


class Condition(Definition):
    """A yes/no question about one person; combine with `&`, `|` and `~`."""

    def __and__(self, other: Condition) -> Condition:
        return And((self, other))

    def __or__(self, other: Condition) -> Condition:
        return Or((self, other))

    def __invert__(self) -> Condition:
        return Not(self)

    @abstractmethod
    def rule(self) -> str:
        """Return the condition in plain English."""

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions that this one is made of."""
        return ()

    @cached_property
    def depth(self) -> int:
        """How many levels of conditions this one has."""
        return 1 + max((part.depth for part in self.parts), default=0)

    def __bool__(self) -> bool:
        raise DefinitionError(
            "A condition is not True or False by itself. Combine with &, | and ~ instead of and, or, not."
        )


@dataclass(frozen=True, eq=False, repr=False)
class Has(Condition):
    """A property (or, inside `where=`, an event argument) compared with a value. Write `has(...)`."""

    property: str
    op: str
    value: Any = None
    ignore_case: bool = False

    def __post_init__(self) -> None:
        place = f"has({self.property!r}, …)"
        check_name(self.property, "a property", place)
        check_choice("ignore_case", self.ignore_case, FLAG, place)
        object.__setattr__(self, "value", check_operand(self.op, self.value, place))

    def to_source(self) -> str:
        operand = "" if OPERATORS[self.op].takes == "nothing" else f", {source(self.value)}"
        case = ", ignore_case=True" if self.ignore_case else ""
        return f"has({self.property!r}, {self.op!r}{operand}{case})"

    def rule(self) -> str:
        case = " ignoring case" if self.ignore_case else ""
        return f"{self.property} {self._comparison()}{case}"

    def _comparison(self) -> str:
        operator = OPERATORS[self.op]
        if operator.takes == "nothing":
            return self.op
        if operator.takes == "duration":
            return operator.label.replace("…", duration_in_words(self.value))
        if operator.takes == "two":
            return f"between {self.value[0]!r} and {self.value[1]!r}"
        return f"{self.op} {source(self.value)}"


@dataclass(frozen=True, eq=False, repr=False)
class Did(Condition):
    """How often an event happened. Write `did(...)` or `did_not(...)`."""

    event: str
    where: Condition | None = None
    at_least: int | None = None
    at_most: int | None = None
    within: str | None = None
    between: tuple[str, str] | None = None
    known_for: str | None = None

    def __post_init__(self) -> None:
        place = f"did({self.event!r}, …)"
        check_name(self.event, "an event", place)
        check_arguments(self.where, place)
        _check_counts(self.at_least, self.at_most, place)
        if self.at_least == 1 and self.at_most is None:
            object.__setattr__(self, "at_least", None)
        if self.within is not None and self.between is not None:
            raise DefinitionError(f"{place} takes within= or between=, not both.")
        if self.within is not None:
            _check_within(self.within, place)
        if self.between is not None:
            object.__setattr__(self, "between", _checked_between(self.between, place))
        if self.known_for is not None:
            duration(self.known_for)
            if self.least > 0:
                raise DefinitionError(
                    f"known_for= in {place} goes with at_most=, exactly=0 and did_not: people without events meet them."
                )

    @property
    def parts(self) -> tuple[Condition, ...]:
        return () if self.where is None else (self.where,)

    @property
    def least(self) -> int:
        """The smallest count that meets the condition."""
        if self.at_least is not None:
            return self.at_least
        return 1 if self.at_most is None else 0

    def to_source(self) -> str:
        name, counts = self._counts()
        options = [
            ("where", self.where),
            *counts,
            ("within", self.within),
            ("between", self.between),
            ("known_for", self.known_for),
        ]
        said = "".join(f", {key}={value!r}" for key, value in options if value is not None)
        return f"{name}({self.event!r}{said})"

    def _counts(self) -> tuple[str, list[tuple[str, Any]]]:
        if self.at_most == 0:
            return "did_not", []
        if self.at_least is not None and self.at_least == self.at_most:
            return "did", [("exactly", self.at_least)]
        return "did", [("at_least", self.at_least), ("at_most", self.at_most)]

    def rule(self) -> str:
        if self.at_most == 0:
            text = f"did not do {self.event!r}"
        else:
            text = f"did {self.event!r}{_counts_in_words(self.least, self.at_most)}"
        if self.within is not None:
            named = self.within in NAMED_PERIODS
            text += f" {self.within}" if named else f" in the last {duration_in_words(self.within)}"
        if self.between is not None:
            text += f" from {self.between[0]} to {self.between[1]}"
        text += "" if self.where is None else f" where {_worded(self.where)}"
        return text + (f", known for {duration_in_words(self.known_for)}" if self.known_for else "")


@dataclass(frozen=True, eq=False, repr=False)
class And(Condition):
    """True where all parts are. Write `a & b`."""

    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "conditions", _flattened(self, "&"))

    @property
    def parts(self) -> tuple[Condition, ...]:
        return self.conditions

    def to_source(self) -> str:
        return " & ".join(_bracketed(each, Or) for each in self.conditions)

    def rule(self) -> str:
        return " and ".join(_worded(each) for each in self.conditions)


@dataclass(frozen=True, eq=False, repr=False)
class Or(Condition):
    """True where one part is. Write `a | b`."""

    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "conditions", _flattened(self, "|"))

    @property
    def parts(self) -> tuple[Condition, ...]:
        return self.conditions

    def to_source(self) -> str:
        return " | ".join(_bracketed(each, And) for each in self.conditions)

    def rule(self) -> str:
        return " or ".join(_worded(each) for each in self.conditions)


@dataclass(frozen=True, eq=False, repr=False)
class Not(Condition):
    """True where the part is not. Write `~a`."""

    condition: Condition

    def __post_init__(self) -> None:
        _check_condition(self.condition, "~")

    @property
    def parts(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def to_source(self) -> str:
        return f"~{_bracketed(self.condition, And, Or)}"

    def rule(self) -> str:
        return f"not ({self.condition.rule()})"


def has(property: str, op: str, value: Any = None, *, ignore_case: bool = False) -> Condition:
    """Return the condition that a property meets an operator.

    Inside `where=` the property is an argument of the event. Paths reach inside: `address.city`, `products[].name`.
    A missing value fails every positive operator and meets every negative one.

    >>> has("plan", "is not", "free") & has("products[].name", "in", ["Hat", "Scarf"])
    has('plan', 'is not', 'free') & has('products[].name', 'in', ['Hat', 'Scarf'])
    """
    return Has(property, op, value, ignore_case)


def did(
    event: str,
    *,
    where: Condition | None = None,
    at_least: int | None = None,
    at_most: int | None = None,
    exactly: int | None = None,
    within: str | None = None,
    between: tuple[str, str] | None = None,
    known_for: str | None = None,
) -> Condition:
    """Return the condition that an event happened so often.

    `within` is a duration ending now or a named range, `between` is (start, end); without either it means ever.
    `at_most` and `exactly=0` include people without events; `known_for` asks that the person is known for so long.

    >>> did("Purchase", where=has("amount", ">", 10), at_least=3, within="30d").rule()
    "did 'Purchase' at least 3 times in the last 30 days where amount > 10"
    """
    if exactly is not None:
        if at_least is not None or at_most is not None:
            raise DefinitionError(f"did({event!r}, …) takes exactly= alone, without at_least= and at_most=.")
        _check_count("exactly", exactly, 0, f"did({event!r}, …)")
        at_least, at_most = exactly or None, exactly
    return Did(event, where, at_least, at_most, within, between, known_for)


def did_not(
    event: str,
    *,
    where: Condition | None = None,
    within: str | None = None,
    between: tuple[str, str] | None = None,
    known_for: str | None = None,
) -> Condition:
    """Return the condition that an event did not happen, which people without any event meet too.

    >>> did_not("Purchase", within="30d", known_for="30d").rule()
    "did not do 'Purchase' in the last 30 days, known for 30 days"
    """
    return Did(event, where, None, 0, within, between, known_for)


def _check_condition(part: object, sign: str) -> None:
    if not isinstance(part, Condition):
        raise DefinitionError(
            f"{part!r} next to {sign} is not a condition. Use has(...), did(...) and their combinations."
        )
    if part.depth >= DEEPEST_CONDITION:
        raise DefinitionError(
            f"This condition is nested deeper than {DEEPEST_CONDITION} levels; join its parts with & and | instead."
        )


def _flattened(group: And | Or, sign: str) -> tuple[Condition, ...]:
    """Return the parts with nested groups of the same kind opened, so that a & b & c has one form only."""
    if not isinstance(group.conditions, Iterable):
        raise DefinitionError(f"A group joined by {sign} needs conditions, not {group.conditions!r}.")
    given = tuple(group.conditions)
    for part in given:
        _check_condition(part, sign)
    parts = tuple(inner for part in given for inner in (part.parts if type(part) is type(group) else (part,)))
    if len(parts) < 2:
        raise DefinitionError(f"A group joined by {sign} needs at least two conditions; one stands for itself.")
    return parts


def check_arguments(where: Condition | None, place: str) -> None:
    """Raise DefinitionError unless `where` asks for nothing but arguments of the event."""
    if where is None:
        return
    if not isinstance(where, Condition) or isinstance(where, Did):
        raise DefinitionError(
            f"where= in {place} asks for the event's arguments: use has(...) with &, | and ~, not {where!r}."
        )
    for part in where.parts:
        check_arguments(part, place)


def _check_counts(at_least: int | None, at_most: int | None, place: str) -> None:
    if at_least is not None:
        _check_count("at_least", at_least, 1, place)
    if at_most is not None:
        _check_count("at_most", at_most, 0, place)
    if at_least is not None and at_most is not None and at_least > at_most:
        raise DefinitionError(f"{place} asks for at least {at_least} and at most {at_most}; nobody can meet both.")


def _check_count(option: str, count: object, least: int, place: str) -> None:
    if type(count) is not int or not least <= count < 2**63:
        raise DefinitionError(f"{option}={count!r} in {place} must be a whole number, {least} or more.")


def _check_within(within: object, place: str) -> None:
    if not isinstance(within, str):
        raise DefinitionError(
            f"within={within!r} in {place} must be a duration or a named range; dates go to between=."
        )
    check_period(within)


def _checked_between(between: Any, place: str) -> tuple[str, str]:
    if not isinstance(between, (tuple, list)) or len(between) != 2:
        raise DefinitionError(f"between={between!r} in {place} must be (start, end) as ISO texts.")
    check_period((between[0], between[1]))
    return between[0], between[1]


def _counts_in_words(least: int, most: int | None) -> str:
    if (least, most) == (1, None):
        return ""
    if least == most:
        return f" exactly {_times(least)}"
    if most is None:
        return f" at least {_times(least)}"
    return f" at most {_times(most)}" if least == 0 else f" {least} to {_times(most)}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _bracketed(condition: Condition, *kinds: type) -> str:
    return f"({condition!r})" if isinstance(condition, kinds) else repr(condition)


def _worded(condition: Condition) -> str:
    text = condition.rule()
    return f"({text})" if isinstance(condition, (And, Or)) else str(text)
