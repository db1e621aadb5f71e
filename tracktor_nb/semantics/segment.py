"""Segments: the people a condition holds for (SEMANTICS 3)."""

from __future__ import annotations

from dataclasses import dataclass

from tracktor_nb.errors import DefinitionError

from .condition import And, Asset, Condition, Did, Group, InSegment, Or
from .definition import FLAG, check_choice
from .period import Calendar
from .person import Person
from .truth import Truth, belongs, exists

__all__ = ["Segment", "exists", "membership"]


@dataclass(frozen=True, eq=False, repr=False)
class Segment(Group):
    """People who meet a condition.

    >>> from tracktor_nb import did, has
    >>> Segment(did("Purchase", at_least=3) & ~has("plan", "is", "free")).rule()
    "people who did 'Purchase' at least 3 times and not (plan is 'free') · bots out"
    """

    condition: Condition
    include_bots: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.condition, Condition):
            raise DefinitionError(f"Segment({self.condition!r}) needs a condition such as has(...) or did(...).")
        check_choice("include_bots", self.include_bots, FLAG, "Segment(…)")

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (self.condition,)

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        return f"{self._people()} {self.condition.rule()} · bots {'in' if self.include_bots else 'out'}"

    def _people(self) -> str:
        leading = self.condition
        while isinstance(leading, (And, Or)):
            leading = leading.parts[0]
        if isinstance(leading, InSegment):
            return "people"
        return "people who" if isinstance(leading, (Asset, Did)) else "people where"


def membership(segment: Segment, person: Person, at: int, calendar: Calendar) -> Truth:
    """Return whether the person is a member at `at`, and when that may next change without input.

    Somebody not known yet at `at`, and (unless asked for) somebody seen only as a bot, is no member of anything.
    """
    return belongs(segment, person, at, calendar)
