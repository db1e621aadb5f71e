"""Comparing two groups of people in one funnel (SEMANTICS 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tracktor_nb.errors import DefinitionError

from .among import check_among, group_rule, is_among
from .attempt import Attempt, attempt
from .condition import Condition, InSegment
from .definition import Definition
from .funnel import Funnel
from .period import Calendar, Range
from .person import Person


@dataclass(frozen=True, eq=False, repr=False)
class FunnelComparison(Definition):
    """How two groups of people get through one funnel, with the interval of each difference.

    Who belongs to a group is decided when the range ends, as with `among`; somebody may belong to both.

    >>> from tracktor_nb import has, in_segment
    >>> FunnelComparison(Funnel(["View", "Buy"]), in_segment("loyal"), has("plan", "is", "free")).names
    ('loyal', "plan is 'free'")
    """

    funnel: Funnel
    a: Condition
    b: Condition

    def __post_init__(self) -> None:
        if not isinstance(self.funnel, Funnel):
            raise DefinitionError(
                f"FunnelComparison({self.funnel!r}, …) needs a funnel: Funnel(['Visit', 'Purchase'])."
            )
        if self.funnel.by is not None or self.funnel.freq is not None:
            raise DefinitionError("A comparison splits a funnel by two groups; leave out its by= and freq=.")
        for name, group in (("a", self.a), ("b", self.b)):
            if group is None:
                raise DefinitionError(f"FunnelComparison(…) needs {name}=, a condition such as in_segment(...).")
            check_among(group, f"{name}= of FunnelComparison(…)")

    @property
    def names(self) -> tuple[str, str]:
        """What the groups are called: segments by their name, others by their rule."""
        one, other = (group.name if isinstance(group, InSegment) else group.rule() for group in (self.a, self.b))
        return one, other

    def to_source(self) -> str:
        return f"FunnelComparison({self.funnel!r}, {self.a!r}, {self.b!r})"

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        return " · ".join(
            [
                f"{group_rule(self.a)} against {group_rule(self.b)}, at the end of the range",
                self.funnel.rule(),
                "95 % intervals by Newcombe's method 10, for groups that share nobody",
            ]
        )


class Compared(NamedTuple):
    """One person in a comparison: the attempt that counts, and the groups the person belongs to."""

    attempt: Attempt
    in_a: bool
    in_b: bool


def compared(comparison: FunnelComparison, person: Person, within: Range, now: int, calendar: Calendar) -> Compared:
    """Return what the comparison counts of one person."""
    bots = comparison.funnel.include_bots
    return Compared(
        attempt(comparison.funnel, person, within, now, calendar),
        *(is_among(group, person, within, now, calendar, bots) for group in (comparison.a, comparison.b)),
    )
