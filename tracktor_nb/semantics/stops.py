"""Stops: at which steps people usually stop, and on which page those were who come no more (SEMANTICS 5, Overview)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tracktor_nb.errors import DefinitionError

from .activity import SILENT_DAYS, active_days, last_days
from .definition import FLAG, Definition, check_choice, check_name, source
from .funnel import Funnel
from .period import Calendar, Range
from .person import Person
from .session import is_browser_event, page_of


@dataclass(frozen=True, eq=False, repr=False)
class Stops(Definition):
    """Where people stop: at the steps of some funnels by name; without any, the last pages of those who come no more.

    >>> Stops({"Sale": Funnel(["Visit", "Purchase"])})
    Stops({'Sale': Funnel(['Visit', 'Purchase'])})
    """

    funnels: Mapping[str, Funnel] = field(default_factory=dict)
    include_bots: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.funnels, Mapping):
            raise DefinitionError(f"Stops({self.funnels!r}) needs funnels by name: Stops({{'Sale': Funnel([...])}}).")
        for name, funnel in self.funnels.items():
            check_name(name, "a funnel", "Stops(…)")
            if not isinstance(funnel, Funnel):
                raise DefinitionError(f"Stops(…) needs a funnel under {name!r}, not {funnel!r}.")
        object.__setattr__(self, "funnels", dict(sorted(self.funnels.items())))
        check_choice("include_bots", self.include_bots, FLAG, "Stops(…)")

    def to_source(self) -> str:
        options = [source(dict(self.funnels))] if self.funnels else []
        return f"Stops({', '.join(options + (['include_bots=True'] if self.include_bots else []))})"

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        if self.funnels:
            return " · ".join(f"{name}: {funnel.rule()}" for name, funnel in self.funnels.items())
        bots = f"bots {'in' if self.include_bots else 'out'}"
        return f"the last page of people who did nothing for {SILENT_DAYS} days · unique people · {bots}"


def last_page(stops: Stops, person: Person, within: Range, at: int, calendar: Calendar) -> str | None:
    """Return the page on which somebody was last seen who has done nothing for 14 days at `at`; else None."""
    viewed = [event for event in person.events if event.time <= at and is_browser_event(event, stops.include_bots)]
    if not viewed or viewed[-1].time not in within:
        return None
    if active_days(person, last_days(at, SILENT_DAYS, calendar), calendar, stops.include_bots):
        return None
    return page_of(viewed[-1].properties)
