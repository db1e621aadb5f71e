"""Cohorts: people listed once, as members at a date or by their ids; only campaigns change a list (SEMANTICS 3)."""

from __future__ import annotations

from dataclasses import dataclass

from tracktor_nb.errors import DefinitionError

from .condition import Condition, Group
from .definition import is_text


@dataclass(frozen=True, eq=False, repr=False)
class Cohort(Group):
    """People listed under a number; `site.cohort(...)` makes one, and `in_segment` with its name asks for it.

    A person belongs if one of its ids was listed, so that merges carry a membership and undoing one takes it back.

    >>> Cohort(17, "Segment(did('Purchase')) on 2026-10-31").rule()
    "people listed once (Segment(did('Purchase')) on 2026-10-31)"
    """

    number: int
    origin: str = ""

    def __post_init__(self) -> None:
        if type(self.number) is not int or self.number < 0:
            raise DefinitionError(f"Cohort({self.number!r}) needs the number of a list; site.cohort(...) gives it one.")
        if self.origin != "" and not is_text(self.origin):
            raise DefinitionError(f"origin={self.origin!r} in Cohort({self.number}) must be a text.")

    @property
    def include_bots(self) -> bool:
        return True

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return ()

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        return f"people listed once{f' ({self.origin})' if self.origin else ''}"
