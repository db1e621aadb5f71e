"""What a person's property, or an event's argument, is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.definition import FLAG, check_choice, check_name, source
from tracktor_nb.semantics.operators import OPERATORS, check_operand
from tracktor_nb.semantics.period import duration_in_words

from .base import And, Condition, Not, Or


@dataclass(frozen=True, eq=False, repr=False)
class Has(Condition):
    """A property (or, inside `where=`, an event argument) compared with a value. Write `has(...)`."""

    property: str
    op: str
    value: Any = None
    ignore_case: bool = False
    convert: bool = False

    def __post_init__(self) -> None:
        place = f"has({self.property!r}, …)"
        check_name(self.property, "a property", place)
        check_choice("ignore_case", self.ignore_case, FLAG, place)
        check_choice("convert", self.convert, FLAG, place)
        object.__setattr__(self, "value", check_operand(self.op, self.value, place))

    def to_source(self) -> str:
        operand = "" if OPERATORS[self.op].takes == "nothing" else f", {source(self.value)}"
        case = ", ignore_case=True" if self.ignore_case else ""
        return f"has({self.property!r}, {self.op!r}{operand}{case}{', convert=True' if self.convert else ''})"

    def rule(self) -> str:
        case = " ignoring case" if self.ignore_case else ""
        converted = ", other types converted" if self.convert else ""
        return f"{self.property} {self._comparison()}{case}{converted}"

    def _comparison(self) -> str:
        operator = OPERATORS[self.op]
        if operator.takes == "nothing":
            return self.op
        if operator.takes == "duration":
            return operator.label.replace("…", duration_in_words(self.value))
        if operator.takes == "two":
            return f"between {self.value[0]!r} and {self.value[1]!r}"
        return f"{self.op} {source(self.value)}"


def has(property: str, op: str, value: Any = None, *, ignore_case: bool = False, convert: bool = False) -> Condition:
    """Return the condition that a property meets an operator.

    Inside `where=` the property is an argument of the event. Paths reach inside: `address.city`, `products[].name`.
    A missing value fails every positive operator and meets every negative one. Values of another type than the one
    asked for never match, unless `convert` has them read as that type where they can be: the text "5" as 5.

    >>> has("plan", "is not", "free") & has("products[].name", "in", ["Hat", "Scarf"])
    has('plan', 'is not', 'free') & has('products[].name', 'in', ['Hat', 'Scarf'])
    """
    return Has(property, op, value, ignore_case, convert)


def check_arguments(where: Condition | None, place: str) -> None:
    """Raise DefinitionError unless `where` asks for nothing but arguments of the event."""
    if where is None:
        return
    if not isinstance(where, (Has, And, Or, Not)):
        raise DefinitionError(
            f"where= in {place} asks for the event's arguments: use has(...) with &, | and ~, not {where!r}."
        )
    for part in where.parts:
        check_arguments(part, place)
