"""Lifecycle: who is new, who stays, who comes back and who falls silent, period by period (ADR 0012)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from .among import among_rule, check_among, is_among
from .condition import Condition
from .definition import FLAG, Definition, check_choice
from .doing import call_source, doing, doings, in_words, label_of
from .funnel import Step
from .period import FREQUENCIES, Calendar, Freq, Range
from .person import Person

State = Literal["new", "returning", "resurrected", "dormant"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, eq=False, repr=False)
class Lifecycle(Definition):
    """Who is new, returning, resurrected and dormant in each hour, day, week or month.

    New: active in the period for the first time ever. Returning: in the period and in the one before. Resurrected:
    in the period and long before, but not in the one before. Dormant: in the one before and not in this one. Active is
    who did the event (None: any activity). What was before the range counts for who is what; a period in which the
    range begins counts whole.

    >>> Lifecycle("Visit", freq="month")
    Lifecycle('Visit', freq='month')
    """

    event: Step | None = None
    freq: Freq = "week"
    among: Condition | None = None
    include_bots: bool = False

    if TYPE_CHECKING:  # the event may be given as a text; it is kept as Step

        def __init__(
            self,
            event: Step | str | None = None,
            freq: Freq = "week",
            among: Condition | None = None,
            include_bots: bool = False,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "event", doing(self.event))
        check_choice("freq", self.freq, FREQUENCIES, "Lifecycle(…)")
        check_choice("include_bots", self.include_bots, FLAG, "Lifecycle(…)")
        check_among(self.among, "Lifecycle(…)")

    def to_source(self) -> str:
        return call_source("Lifecycle", self.event, self._options("event"))

    @property
    def label(self) -> str:
        """The question as a diagram names it."""
        return f"Lifecycle: {label_of(self.event)}"

    def rule(self) -> str:
        """Return the rule that is printed beside the numbers."""
        parts = [
            f"active: {in_words(self.event)} in the {self.freq}",
            "new: for the first time ever",
            f"returning: in the {self.freq} before too",
            f"resurrected: earlier, but not in the {self.freq} before",
            f"dormant: in the {self.freq} before and not in this one",
            among_rule(self.among),
            "unique people",
            f"bots {'in' if self.include_bots else 'out'}",
            f"a {self.freq} that is not over, or in which the log began, is partial and left out of averages",
        ]
        return " · ".join(part for part in parts if part)


def states(lifecycle: Lifecycle, person: Person, within: Range, now: int, calendar: Calendar) -> dict[int, State]:
    """Return what one person is in each period of the range, by the period's start; nothing where it is neither."""
    if not is_among(lifecycle.among, person, within, now, calendar, lifecycle.include_bots):
        return {}
    until, freq = min(within.end, now + 1), lifecycle.freq
    found = doings(lifecycle.event, person, calendar, lifecycle.include_bots)
    active = sorted({calendar.floor(event.time, freq) for event in found if event.time < until})
    known: dict[int, State] = {}
    before = None
    for start in active:
        if start not in known:  # the period before made it dormant unless it is active itself
            known[start] = "new" if before is None else "resurrected"
        else:
            known[start] = "returning"
        before, following = start, calendar.next(start, freq)
        if following < until:
            known[following] = "dormant"
    return {start: state for start, state in known.items() if calendar.next(start, freq) > within.start}
