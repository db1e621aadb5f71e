"""Triggers: what starts a journey, and when those that only need time fire next (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Literal, Self, get_args

from tracktor_nb.errors import DefinitionError

from .clock_time import check_clock_time, checked_weekdays, instants_of, next_clock_time
from .condition import Condition, check_arguments
from .definition import check_choice, check_name, source
from .node import Branch, Node
from .period import LAST_INSTANT, Calendar
from .person import Person
from .values import instant_of, values_at

Cause = Literal["event", "changed", "entered", "left", "date", "schedule"]

CAUSES: tuple[Cause, ...] = get_args(Cause)
_TAKES: dict[Cause, tuple[str, ...]] = {
    "event": ("name", "condition"),
    "changed": ("name", "condition"),
    "entered": ("condition",),
    "left": ("condition",),
    "date": ("name", "days", "at"),
    "schedule": ("at", "on"),
}
"""What each kind of trigger needs first, and may have besides."""
LONGEST_SHIFT = 36_525


@dataclass(frozen=True, eq=False, repr=False)
class Trigger(Node):
    """What starts a journey; make one with `Trigger.event(...)` and its sisters.

    Triggers stand at the beginning of a workflow. Each of several starts it; one goes on with its own `then`, if any,
    before what all of them share.

    >>> Trigger.event("Watch movie").rule()
    "a person does 'Watch movie'"
    """

    kind = "trigger"
    branching = ("then",)
    begins = True

    cause: Cause
    name: str | None = None
    condition: Condition | None = None
    days: int = 0
    at: str | None = None
    on: tuple[str, ...] = ()
    then: Branch = ()

    @classmethod
    def event(
        cls, name: str, where: Condition | None = None, *, then: Sequence[Node] = (), id: str | None = None
    ) -> Self:
        """Return the trigger of an event whose arguments meet `where`."""
        return cls("event", name, where, then=tuple(then), id=id)

    @classmethod
    def changed(
        cls, name: str, where: Condition | None = None, *, then: Sequence[Node] = (), id: str | None = None
    ) -> Self:
        """Return the trigger of a person property that got another value, if the person's properties meet `where`."""
        return cls("changed", name, where, then=tuple(then), id=id)

    @classmethod
    def entered(cls, condition: Condition, *, then: Sequence[Node] = (), id: str | None = None) -> Self:
        """Return the trigger of entering a segment: `in_segment("Loyal")`, or whoever meets another condition."""
        return cls("entered", None, condition, then=tuple(then), id=id)

    @classmethod
    def left(cls, condition: Condition, *, then: Sequence[Node] = (), id: str | None = None) -> Self:
        """Return the trigger of leaving a segment."""
        return cls("left", None, condition, then=tuple(then), id=id)

    @classmethod
    def date(
        cls, name: str, days: int = 0, at: str = "09:00", *, then: Sequence[Node] = (), id: str | None = None
    ) -> Self:
        """Return the trigger of a date that a person property holds, so many days after it (negative: before it)."""
        return cls("date", name, days=days, at=at, then=tuple(then), id=id)

    @classmethod
    def schedule(cls, at: str, on: Sequence[str] = (), *, then: Sequence[Node] = (), id: str | None = None) -> Self:
        """Return the trigger of a time of day in the site's zone, each day or on some weekdays ("mon", "tue", …)."""
        return cls("schedule", at=at, on=tuple(on), then=tuple(then), id=id)

    def _check(self) -> None:
        check_choice("cause", self.cause, CAUSES, "Trigger(…)")
        place = f"Trigger.{self.cause}(…)"
        object.__setattr__(self, "on", checked_weekdays(self.on, place))
        for each in fields(self):
            if each.name in ("cause", "then", "id") or each.name in _TAKES[self.cause]:
                continue
            if getattr(self, each.name) != each.default:
                raise DefinitionError(f"{place} takes no {each.name}=, only {', '.join(_TAKES[self.cause])}.")
        if "name" in _TAKES[self.cause]:
            check_name(self.name, "an event" if self.cause == "event" else "a property", place)
        if self.cause in ("event", "changed"):
            check_arguments(self.condition, place)
        elif "condition" in _TAKES[self.cause] and not isinstance(self.condition, Condition):
            raise DefinitionError(f"{place} needs a condition such as in_segment('Loyal'), not {self.condition!r}.")
        if "at" in _TAKES[self.cause]:
            check_clock_time("at", self.at, place)
        if type(self.days) is not int or abs(self.days) > LONGEST_SHIFT:
            raise DefinitionError(f"days={self.days!r} in {place} must be a whole number of days, negative for before.")

    def to_source(self) -> str:
        first, *others = _TAKES[self.cause]
        options: dict[str, Any] = {"where" if name == "condition" else name: getattr(self, name) for name in others}
        options |= {"then": self.then, "id": self.id}
        said = "".join(f", {name}={source(value)}" for name, value in options.items() if value not in (None, (), 0))
        return f"Trigger.{self.cause}({source(getattr(self, first))}{said})"

    def rule(self) -> str:
        where = "" if self.condition is None else self.condition.rule()
        such = f" where {where}" if where else ""
        days = abs(self.days)
        shift = f"{days} day{'s' * (days != 1)} {'before' if self.days < 0 else 'after'}" if days else "on"
        return {
            "event": f"a person does {self.name!r}{such}",
            "changed": f"a person's {self.name} changes{such}",
            "entered": f"a person is from now on one who {where}",
            "left": f"a person is no longer one who {where}",
            "date": f"it is {self.at} {shift} the date in {self.name}",
            "schedule": f"it is {self.at} {'on ' + ', '.join(self.on) if self.on else 'of any day'}",
        }[self.cause]


def next_firing(trigger: Trigger, person: Person, known: int, after: int, calendar: Calendar) -> int | None:
    """Return the first instant after `after` at which a `date` or `schedule` trigger fires, None if it never does.

    A date is read from the person's properties as of `known`.
    """
    if trigger.cause == "schedule" and trigger.at is not None:
        return next_clock_time(trigger.at, trigger.on, after + 1, calendar)
    if trigger.cause != "date" or trigger.at is None or trigger.name is None:
        return None
    dates = [instant_of(value, calendar) for value in values_at(person.properties(known), trigger.name)]
    fires = [_on_the_day(trigger.at, instant, trigger.days, calendar) for instant in dates if instant is not None]
    return min((instant for instant in fires if instant is not None and instant > after), default=None)


def _on_the_day(clock: str, instant: int, days: int, calendar: Calendar) -> int | None:
    """Return when the clock shows that time so many days after the instant's day; None beyond the years we know."""
    if not 0 <= instant < LAST_INSTANT - LONGEST_SHIFT * 86_400_000_000:
        return None
    return instants_of(clock, calendar.day(instant) + timedelta(days=days), calendar)[0]
