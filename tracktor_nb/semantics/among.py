"""Asking only about some people: what `among=` means in every kind of question.

They are the members of `Segment(among, include_bots)` at the last instant of the range, or now where that is earlier.
"""

from __future__ import annotations

from tracktor_nb.errors import DefinitionError

from .condition import Condition
from .period import Calendar, Range
from .person import Person
from .segment import Segment, membership


def check_among(among: object, place: str) -> None:
    """Raise DefinitionError unless `among` is a condition about people, or nothing."""
    if among is not None and not isinstance(among, Condition):
        raise DefinitionError(f"among= in {place} needs a condition such as has(...) or did(...), not {among!r}.")


def among_rule(among: Condition | None) -> str:
    """Return the option in words, empty where everybody is asked about."""
    return "" if among is None else f"among {group_rule(among)} at the end of the range"


def group_rule(group: Condition) -> str:
    """Return the people who meet a condition in words, such as "people where plan is 'free'"."""
    return Segment(group).rule().rpartition(" · ")[0]


def asked_at(within: Range, now: int) -> int:
    """Return the instant at which membership counts."""
    return min(within.end - 1, now)


def is_among(
    among: Condition | None, person: Person, within: Range, now: int, calendar: Calendar, include_bots: bool
) -> bool:
    """True if the question is about this person."""
    return among is None or membership(Segment(among, include_bots), person, asked_at(within, now), calendar)[0]
