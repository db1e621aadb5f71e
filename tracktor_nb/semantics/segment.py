"""Segments: the people a condition holds for (SEMANTICS 3)."""

from __future__ import annotations

from dataclasses import dataclass

from tracktor_nb.errors import DefinitionError

from .condition import And, Condition, Did, Or
from .definition import FLAG, Definition, check_choice
from .period import Calendar
from .person import Person
from .truth import Truth, earliest, truth


@dataclass(frozen=True, eq=False, repr=False)
class Segment(Definition):
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

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        leading = self.condition
        while isinstance(leading, (And, Or)):
            leading = leading.parts[0]
        people = "people who" if isinstance(leading, Did) else "people where"
        return f"{people} {self.condition.rule()} · bots {'in' if self.include_bots else 'out'}"


def membership(segment: Segment, person: Person, at: int, calendar: Calendar) -> Truth:
    """Return whether the person is a member at `at`, and when that may next change without input.

    Somebody not known yet at `at`, and (unless asked for) somebody seen only as a bot, is no member of anything.
    """
    value, recheck_at = truth(segment.condition, person, at, calendar, segment.include_bots)
    coming = [event.time for event in person.events] + [change.time for change in person.changes]
    appears = earliest(instant for instant in coming if instant > at)
    if not exists(person, at, segment.include_bots):
        return False, appears
    return value, recheck_at


def exists(person: Person, at: int, include_bots: bool = False) -> bool:
    """True if the person was known at `at` by a property change or an event, bots' events left out unless asked for."""
    return any(change.time <= at for change in person.changes) or any(
        event.time <= at and (include_bots or not event.bot) for event in person.events
    )
