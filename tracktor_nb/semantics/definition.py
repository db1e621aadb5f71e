"""What all definitions share: frozen values that compare type-strictly and print as their own source."""

from __future__ import annotations

import re
from abc import ABC
from collections.abc import Collection
from dataclasses import MISSING, Field, fields
from functools import cached_property
from typing import Any, ClassVar

from tracktor_nb.errors import DefinitionError

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # the log never holds them, and no database can


class Definition(ABC):
    """Base of every definition and condition.

    `==` is type-strict: `has("x", "is", 1)` differs from `has("x", "is", True)`, which plain dataclasses hold equal.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._source == self._source

    def __hash__(self) -> int:
        return hash(self._source)

    def __repr__(self) -> str:
        return self._source

    @cached_property
    def _source(self) -> str:
        return self.to_source()

    def to_source(self) -> str:
        """Return the Python a person would type for this value."""
        first = fields(self)[0].name
        return f"{type(self).__name__}({source(getattr(self, first))}{self._options(first)})"

    def _options(self, *others: str) -> str:
        """Return the source of the keyword arguments that differ from their default, leaving out the `others`."""
        given = ((each, getattr(self, each.name)) for each in fields(self) if each.name not in others)
        return "".join(f", {each.name}={source(value)}" for each, value in given if repr(value) != repr(_default(each)))


def _default(each: Field[Any]) -> Any:
    return each.default_factory() if each.default_factory is not MISSING else each.default


def source(value: Any) -> str:
    """Return the source of an operand; lists read better than the tuples that definitions keep."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(source, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {source(item)}" for key, item in value.items()) + "}"
    return repr(value)


def is_text(value: object) -> bool:
    """True for a text that can be stored: not empty, without NUL and lone surrogates."""
    return isinstance(value, str) and value != "" and _UNSTORABLE.search(value) is None


def check_name(name: object, what: str, place: str) -> None:
    """Raise DefinitionError unless `name` can name `what`: "an event", "a property"."""
    if not is_text(name):
        raise DefinitionError(f"{place} needs the name of {what}: a text that is not empty, not {name!r}.")


def check_choice(option: str, value: object, choices: Collection[object], place: str) -> None:
    """Raise DefinitionError unless the option is one of its choices, of the same type (0 is not False)."""
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        raise DefinitionError(f"{option}={value!r} in {place} must be one of {', '.join(map(repr, choices))}.")


FLAG = (False, True)
