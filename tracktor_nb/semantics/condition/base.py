"""What every condition is, and how conditions are joined."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.definition import Definition

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
        return " and ".join(map(worded, self.conditions))


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
        return " or ".join(map(worded, self.conditions))


@dataclass(frozen=True, eq=False, repr=False)
class Not(Condition):
    """True where the part is not. Write `~a`."""

    condition: Condition

    def __post_init__(self) -> None:
        check_part(self.condition, "~")

    @property
    def parts(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def to_source(self) -> str:
        return f"~{_bracketed(self.condition, And, Or)}"

    def rule(self) -> str:
        return f"not ({self.condition.rule()})"


def check_part(part: object, sign: str) -> None:
    """Raise DefinitionError unless `part`, which stands next to `sign`, is a condition that can be a level deeper."""
    if not isinstance(part, Condition):
        raise DefinitionError(
            f"{part!r} next to {sign} is not a condition. Use has(...), did(...) and their combinations."
        )
    if part.depth >= DEEPEST_CONDITION:
        raise DefinitionError(
            f"This condition is nested deeper than {DEEPEST_CONDITION} levels; join its parts with & and | instead."
        )


def worded(condition: Condition) -> str:
    """Return the rule of a condition as part of a longer one."""
    text = condition.rule()
    return f"({text})" if isinstance(condition, (And, Or)) else text


def _flattened(group: And | Or, sign: str) -> tuple[Condition, ...]:
    """Return the parts with nested groups of the same kind opened, so that a & b & c has one form only."""
    if not isinstance(group.conditions, Iterable):
        raise DefinitionError(f"A group joined by {sign} needs conditions, not {group.conditions!r}.")
    given = tuple(group.conditions)
    for part in given:
        check_part(part, sign)
    parts = tuple(inner for part in given for inner in (part.parts if type(part) is type(group) else (part,)))
    if len(parts) < 2:
        raise DefinitionError(f"A group joined by {sign} needs at least two conditions; one stands for itself.")
    return parts


def _bracketed(condition: Condition, *kinds: type) -> str:
    return f"({condition!r})" if isinstance(condition, kinds) else repr(condition)
