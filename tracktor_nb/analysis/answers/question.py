"""What is asked, and what every kind of answer is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.frames import Log
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Period, Range, resolve

Listed = Callable[..., Ints]
"""Returns the codes of the people behind a number; its arguments are the `numbers` of the result's class."""


@dataclass(frozen=True)
class Question:
    """A definition asked of one log at one instant."""

    definition: Definition
    log: Log
    period: Period
    now: int
    calendar: Calendar

    @property
    def within(self) -> Range:
        """The instants that the period means."""
        return resolve(self.period, self.now, self.calendar)

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """The range as it is printed: "all time" is the log from its first to its last event."""
        within, extent = self.within, self.log.extent
        if within.end != LAST_INSTANT:
            return within.start, within.end
        return (extent[0], extent[1] + 1) if extent else (None, None)


def check_step(step: int, steps: int) -> None:
    """Raise DefinitionError unless there is such a step."""
    if not 1 <= step <= steps:
        raise DefinitionError(f"step={step!r} is not there: the steps are numbered from 1 to {steps}.")
