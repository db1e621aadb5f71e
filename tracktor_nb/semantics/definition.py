"""What all definitions share: frozen values that compare type-strictly and print as their own source."""

from __future__ import annotations

from abc import ABC
from dataclasses import MISSING, Field, fields
from typing import Any, ClassVar


class Definition(ABC):
    """Base of every definition and condition.

    `==` is type-strict: `has("x", "is", 1)` differs from `has("x", "is", True)`, which plain dataclasses hold equal.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.to_source() == other.to_source()

    def __hash__(self) -> int:
        return hash(self.to_source())

    def __repr__(self) -> str:
        return self.to_source()

    def to_source(self) -> str:
        """Return the Python a person would type for this value."""
        first = fields(self)[0].name
        return f"{type(self).__name__}({self._arguments(first)})"

    def _arguments(self, *positional: str) -> str:
        """Return the source of the arguments: the named ones by position, others where they differ from the default."""
        leading = [repr(_listed(getattr(self, name))) for name in positional]
        others = [
            f"{each.name}={getattr(self, each.name)!r}"
            for each in fields(self)
            if each.name not in positional and repr(getattr(self, each.name)) != repr(_default(each))
        ]
        return ", ".join(leading + others)


def _listed(value: Any) -> Any:
    """Lists read better than tuples in source."""
    return list(value) if isinstance(value, tuple) else value


def _default(each: Field[Any]) -> Any:
    return each.default_factory() if each.default_factory is not MISSING else each.default
