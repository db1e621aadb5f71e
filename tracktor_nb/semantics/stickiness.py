"""Stickiness: in how many periods of a range people were active (ADR 0012)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .among import among_rule, check_among, is_among
from .condition import Condition
from .definition import FLAG, Definition, check_choice
from .doing import call_source, doing, doings, in_words, label_of
from .funnel import Step
from .period import FREQUENCIES, Calendar, Freq, Range
from .person import Person


@dataclass(frozen=True, eq=False, repr=False)
class Stickiness(Definition):
    """How many people were active in exactly one, two, three … hours, days, weeks or months of the range.

    Active is who did the event (None: any activity). A period that the range cuts, or that is not over, counts for who
    was active in it; the average leaves such periods out.

    >>> Stickiness("Visit", freq="week")
    Stickiness('Visit', freq='week')
    """

    event: Step | None = None
    freq: Freq = "day"
    among: Condition | None = None
    include_bots: bool = False

    if TYPE_CHECKING:  # the event may be given as a text; it is kept as Step

        def __init__(
            self,
            event: Step | str | None = None,
            freq: Freq = "day",
            among: Condition | None = None,
            include_bots: bool = False,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "event", doing(self.event))
        check_choice("freq", self.freq, FREQUENCIES, "Stickiness(…)")
        check_choice("include_bots", self.include_bots, FLAG, "Stickiness(…)")
        check_among(self.among, "Stickiness(…)")

    def to_source(self) -> str:
        return call_source("Stickiness", self.event, self._options("event"))

    @property
    def label(self) -> str:
        """The question as a diagram names it."""
        return f"Stickiness: {label_of(self.event)}"

    def rule(self) -> str:
        """Return the rule that is printed beside the numbers."""
        parts = [
            f"unique people by the number of {self.freq}s of the range in which they {in_words(self.event)}",
            among_rule(self.among),
            f"bots {'in' if self.include_bots else 'out'}",
            f"a partial {self.freq} counts for who was active in it, and is left out of the average",
        ]
        return " · ".join(part for part in parts if part)


def active_periods(
    stickiness: Stickiness, person: Person, within: Range, now: int, calendar: Calendar
) -> tuple[int, ...]:
    """Return the starts of the periods of the range in which one person was active, ascending."""
    if not is_among(stickiness.among, person, within, now, calendar, stickiness.include_bots):
        return ()
    found = doings(stickiness.event, person, calendar, stickiness.include_bots)
    times = (event.time for event in found if event.time in within and event.time <= now)
    return tuple(sorted({calendar.floor(time, stickiness.freq) for time in times}))
