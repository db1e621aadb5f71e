"""Who is in a segment or a cohort that was saved under a name."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.definition import Definition, check_name, source

from .base import Condition, check_part


class Group(Definition):
    """Some of the people: a segment, or a cohort."""

    @property
    @abstractmethod
    def include_bots(self) -> bool:
        """True if people seen only as bots can belong."""

    @property
    @abstractmethod
    def conditions(self) -> tuple[Condition, ...]:
        """What its members meet, if that is known."""

    @abstractmethod
    def rule(self) -> str:
        """Return in plain English who belongs."""


@dataclass(frozen=True, eq=False, repr=False)
class InSegment(Condition):
    """Belonging to a saved segment or cohort. Write `in_segment(...)`."""

    name: str
    stands_for: Group | None = None

    def __post_init__(self) -> None:
        place = f"in_segment({self.name!r})"
        check_name(self.name, "a saved segment", place)
        if self.stands_for is not None and not isinstance(self.stands_for, Group):
            raise DefinitionError(f"stands_for={self.stands_for!r} in {place} must be a Segment or a Cohort.")
        for part in self.parts:
            check_part(part, place)

    @property
    def parts(self) -> tuple[Condition, ...]:
        return () if self.stands_for is None else self.stands_for.conditions

    def to_source(self) -> str:
        given = "" if self.stands_for is None else f", stands_for={source(self.stands_for)}"
        return f"in_segment({self.name!r}{given})"

    def rule(self) -> str:
        return f"in segment {self.name!r}"


def in_segment(name: str, *, stands_for: Group | None = None) -> Condition:
    """Return the condition that a person belongs to the segment or cohort saved under a name.

    What the name means is looked up with each question, so that the latest revision counts; `stands_for` pins one.

    >>> in_segment("loyal").rule()
    "in segment 'loyal'"
    """
    return InSegment(name, stands_for)
