"""Overlaps: who belongs to one of two groups, to the other, to both (SEMANTICS 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tracktor_nb.errors import DefinitionError

from .condition import Condition, Group
from .definition import Definition
from .period import Calendar
from .person import Person
from .segment import Segment
from .truth import belongs

Part = Literal["first only", "both", "second only"]
PARTS: tuple[Part, ...] = ("first only", "both", "second only")


@dataclass(frozen=True, eq=False, repr=False)
class Overlap(Definition):
    """Two segments beside each other: the people of the first only, of both, of the second only.

    Each is a segment, a cohort, or a condition; a saved one is asked for with `in_segment`.

    >>> from tracktor_nb import did, in_segment
    >>> Overlap(in_segment("loyal"), did("Visit", within="7d"))
    Overlap(in_segment('loyal'), did('Visit', within='7d'))
    """

    first: Group
    second: Group

    if TYPE_CHECKING:  # conditions may be given; they are kept as segments

        def __init__(self, first: Group | Condition, second: Group | Condition) -> None: ...

    def __post_init__(self) -> None:
        for side in ("first", "second"):
            object.__setattr__(self, side, _group(getattr(self, side), side))

    def to_source(self) -> str:
        return f"Overlap({_short(self.first)}, {_short(self.second)})"

    def rule(self) -> str:
        """Return the rule that is printed beside the numbers."""
        return f"first: {self.first.rule()} · second: {self.second.rule()}"


def part_of(overlap: Overlap, person: Person, at: int, calendar: Calendar) -> Part | None:
    """Return the part that the person belongs to at `at`, None for somebody in neither."""
    first, second = (belongs(group, person, at, calendar)[0] for group in (overlap.first, overlap.second))
    if first:
        return "both" if second else "first only"
    return "second only" if second else None


def _group(given: object, side: str) -> Group:
    if isinstance(given, Condition):
        return Segment(given)
    if not isinstance(given, Group):
        raise DefinitionError(f"{side}={given!r} in Overlap(…) must be a segment, a cohort or a condition.")
    return given


def _short(group: Group) -> str:
    """The source of a group; of a plain segment that of its condition."""
    return repr(group.condition if isinstance(group, Segment) and not group.include_bots else group)
