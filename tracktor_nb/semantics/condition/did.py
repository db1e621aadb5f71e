"""How often a person did something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.definition import check_name
from tracktor_nb.semantics.period import duration, duration_in_words

from .base import Condition, worded
from .has import check_arguments
from .window import checked_window, window_in_words


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
        object.__setattr__(self, "between", checked_window(self.within, self.between, place))
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
        text += window_in_words(self.within, self.between)
        text += "" if self.where is None else f" where {worded(self.where)}"
        return text + (f", known for {duration_in_words(self.known_for)}" if self.known_for else "")


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

    >>> from tracktor_nb import has
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
