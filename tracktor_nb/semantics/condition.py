"""Conditions: questions about one person, written as Python that reads like English (SEMANTICS 3)."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from tracktor_nb.errors import DefinitionError

from .definition import Definition
from .operators import OPERATORS, check_operand
from .period import NAMED_PERIODS, check_period, duration, duration_in_words


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
        if not isinstance(self.property, str) or not self.property:
            raise DefinitionError(f"has({self.property!r}, …) needs the name of a property.")
        object.__setattr__(self, "value", check_operand(self.op, self.value, f"has({self.property!r}, …)"))

    def to_source(self) -> str:
        value = _listed(self.value) if OPERATORS[self.op].takes == "many" else self.value
        operand = "" if OPERATORS[self.op].takes == "nothing" else f", {value!r}"
        case = ", ignore_case=True" if self.ignore_case else ""
        return f"has({self.property!r}, {self.op!r}{operand}{case})"

    def rule(self) -> str:
        spec = OPERATORS[self.op]
        if spec.takes == "duration":
            label = spec.label.replace("…", duration_in_words(self.value))
            return (
                f"{self.property} {label}"
                if "…" in spec.label
                else f"{self.property} {label} {duration_in_words(self.value)}"
            )
        shown = "" if spec.takes == "nothing" else f" {_listed(self.value)!r}"
        return f"{self.property} {self.op}{shown}"


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
        where = f"did({self.event!r}, …)"
        if not isinstance(self.event, str) or not self.event:
            raise DefinitionError(f"{where} needs the name of an event.")
        check_arguments(self.where, where)
        _check_counts(self.at_least, self.at_most, where)
        if self.at_least == 1 and self.at_most is None:
            object.__setattr__(self, "at_least", None)
        if self.within is not None and self.between is not None:
            raise DefinitionError(f"{where} takes within= or between=, not both.")
        if self.between is not None:
            object.__setattr__(self, "between", tuple(self.between))
        check_period(self.between or self.within or "all time")
        if self.known_for is not None:
            duration(self.known_for)
            if self.least > 0:
                raise DefinitionError(
                    f"known_for= in {where} goes with at_most=, exactly=0 and did_not: people without events meet them."
                )

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
        text += f" where {self.where.rule()}" if self.where else ""
        if self.within is not None:
            text += (
                f" in {self.within}"
                if self.within in NAMED_PERIODS
                else f" in the last {duration_in_words(self.within)}"
            )
        if self.between is not None:
            text += f" from {self.between[0]} to {self.between[1]}"
        return text + (f", known for {duration_in_words(self.known_for)}" if self.known_for else "")


@dataclass(frozen=True, eq=False, repr=False)
class And(Condition):
    """True where all parts are. Write `a & b`."""

    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "conditions", _flattened(self, "&"))

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

    def to_source(self) -> str:
        return f"~{_bracketed(self.condition, And, Or)}"

    def rule(self) -> str:
        return f"not ({self.condition.rule()})"


def has(property: str, op: str, value: Any = None, *, ignore_case: bool = False) -> Condition:
    """Return the condition that a property meets an operator: `has("plan", "is not", "free")`.

    Inside `where=` the property is an argument of the event. Paths reach inside: `address.city`, `products[].name`.
    A missing value fails every positive operator and meets every negative one.
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
    """Return the condition that an event happened so often: `did("Purchase", at_least=3, within="30d")`.

    `within` is a duration ending now or a named range, `between` is (start, end); without either it means ever.
    `at_most` and `exactly=0` include people without events; `known_for` asks that the person is known for so long.
    """
    if exactly is not None:
        if at_least is not None or at_most is not None:
            raise DefinitionError(f"did({event!r}, …) takes exactly= alone, without at_least= and at_most=.")
        at_least, at_most = (None, 0) if exactly == 0 else (exactly, exactly)
    return Did(event, where, at_least, at_most, within, between, known_for)


def did_not(
    event: str,
    *,
    where: Condition | None = None,
    within: str | None = None,
    between: tuple[str, str] | None = None,
    known_for: str | None = None,
) -> Condition:
    """Return the condition that an event did not happen: `did_not("Purchase", within="30d", known_for="30d")`."""
    return Did(event, where, None, 0, within, between, known_for)


def _check_condition(part: object, where: str) -> None:
    if not isinstance(part, Condition):
        raise DefinitionError(
            f"{part!r} next to {where} is not a condition. Use has(...), did(...) and their combinations."
        )


def _flattened(group: And | Or, sign: str) -> tuple[Condition, ...]:
    """Return the parts with nested groups of the same kind opened, so that a & b & c has one form only."""
    for part in group.conditions:
        _check_condition(part, sign)
    parts = tuple(
        inner for part in group.conditions for inner in (part.conditions if type(part) is type(group) else (part,))
    )
    if len(parts) < 2:
        raise DefinitionError(f"A group joined by {sign} needs at least two conditions; one stands for itself.")
    return parts


def check_arguments(where: Condition | None, place: str) -> None:
    """`where` may only ask for arguments of the event."""
    if where is None or isinstance(where, Has):
        return
    if isinstance(where, Not):
        check_arguments(where.condition, place)
    elif isinstance(where, (And, Or)):
        for part in where.conditions:
            check_arguments(part, place)
    else:
        raise DefinitionError(
            f"where= in {place} asks for the event's arguments: use has(...) with &, | and ~, not {where!r}."
        )


def _check_counts(at_least: int | None, at_most: int | None, where: str) -> None:
    for name, count in (("at_least", at_least), ("at_most", at_most)):
        if count is not None and (type(count) is not int or count < (1 if name == "at_least" else 0)):
            raise DefinitionError(
                f"{name}={count!r} in {where} must be a whole number{' from 1 on' if name == 'at_least' else ''}."
            )
    if at_least is not None and at_most is not None and at_least > at_most:
        raise DefinitionError(f"{where} asks for at least {at_least} and at most {at_most}; nobody can meet both.")


def _counts_in_words(least: int, most: int | None) -> str:
    if most is None:
        return "" if least == 1 else f" at least {least} times"
    if least == most:
        return f" exactly {least} times"
    return f" at most {most} times" if least == 0 else f" {least} to {most} times"


def _bracketed(condition: Condition, *kinds: type) -> str:
    return f"({condition!r})" if isinstance(condition, kinds) else repr(condition)


def _worded(condition: Condition) -> str:
    text = condition.rule()
    return f"({text})" if isinstance(condition, (And, Or)) else str(text)


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value
