"""Why one person stopped at a step of a funnel."""

from __future__ import annotations

from dataclasses import dataclass

from tracktor_nb.analysis.wording import number, span, value_in_words
from tracktor_nb.semantics.among import is_among
from tracktor_nb.semantics.attempt import Chain, attempt, barred_events, step_events
from tracktor_nb.semantics.event import Event, order
from tracktor_nb.semantics.funnel import Funnel, Step, breakdown_value, later_until
from tracktor_nb.semantics.matching import can_share
from tracktor_nb.semantics.period import Calendar, Range, duration_in_words
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.truth import matching_events

from .rows import Told, event_row, not_among


def explain_funnel(funnel: Funnel, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the events of the person's attempt, and why it went no further."""
    if not is_among(funnel.among, person, within, now, calendar, funnel.include_bots):
        return not_among(funnel.among), []
    chain = attempt(funnel, person, within, now, calendar).chain
    rows = [event_row(event, calendar) for event in chain]
    for at, row in enumerate(rows):
        row["event"] = f"{at + 1}. {chain[at].name if funnel.order == 'any' else funnel.steps[at].label}"
        row["after"] = span(chain[at].time - chain[at - 1].time) if at else ""
    if len(chain) == len(funnel.steps):
        return f"reached all {number(len(chain))} steps", rows
    done = f"reached step {len(chain)} of {len(funnel.steps)}" if chain else "did not begin"
    stop = _Stop(funnel, person, chain, later_until(funnel, within, now), calendar)
    return f"{done}; {' · '.join(stop.why(step) for step in stop.missing())}", rows


@dataclass(frozen=True)
class _Stop:
    """Where the attempt that counts ended, and the instant before which later steps must come."""

    funnel: Funnel
    person: Person
    chain: Chain
    limit: int
    calendar: Calendar

    def missing(self) -> list[Step]:
        """Return the next step; in any order every step that one more event could have been."""
        steps = self.funnel.steps
        if self.funnel.order != "any":
            return [steps[len(self.chain)]]
        columns = step_events(self.funnel, self.person, self.calendar)
        matched = [sum(1 << bit for bit, events in enumerate(columns) if event in events) for event in self.chain]
        return list(dict.fromkeys(step for bit, step in enumerate(steps) if can_share([*matched, 1 << bit])))

    def why(self, step: Step) -> str:
        """Return why no event was the step."""
        ever = self._matching(step, self.funnel.include_bots)
        if not ever:
            return f"{step.label!r} never happened{' except as a bot' if self._matching(step, True) else ''}"
        if not self.chain:
            return f"{step.label!r} happened outside the period only"
        last = self.chain[0 if self.funnel.order == "any" else -1]
        behind = [event for event in ever if order(event) > order(last) and event not in self.chain]
        if not behind:
            again = " again" if step in self.funnel.steps[: len(self.chain)] and self.funnel.order != "any" else ""
            return f"{step.label!r} did not happen{again} after that"
        if behind[0].time >= self.limit:
            return f"{step.label!r} came after the end of the period"
        return self._why_not_next(step, last, [event for event in behind if event.time < self.limit])

    def _why_not_next(self, step: Step, last: Event, behind: list[Event]) -> str:
        """Return why an event that came in time was not the step: what it held, what came between, or how late."""
        equal = [event for event in behind if self._held(event) == self._held(last)]
        if not equal:
            values = (f"{self.funnel.hold} {value_in_words(self._held(event)[1])!r}" for event in (behind[0], last))
            return f"{step.label!r} came with {', not '.join(values)} as at step 1"
        barred = self._barred(last, equal[0])
        if barred is not None:
            when = f"{self.calendar.local(barred.time):%Y-%m-%d %H:%M:%S}"
            return f"{barred.name!r} came between at {when}, before {step.label!r}"
        per_step = self.funnel.window_scope == "per step"
        origin = last if per_step else self.chain[0]
        waited = equal[0].time - origin.time
        assert self.funnel.window is not None, "only a window keeps an event out that nothing else does"
        since = "the step before" if per_step else "the first event" if self.funnel.order == "any" else "step 1"
        return f"{step.label!r} came {span(waited)} after {since}, later than {duration_in_words(self.funnel.window)}"

    def _barred(self, last: Event, following: Event) -> Event | None:
        """Return the first event that stands where none of its kind may."""
        if self.funnel.order == "any":
            return None
        events = barred_events(self.funnel, self.person, self.calendar)[len(self.chain) - 1]
        return next((event for event in events if order(last) < order(event) < order(following)), None)

    def _held(self, event: Event) -> tuple[bool, object]:
        hold = self.funnel.hold
        value = None if hold is None else breakdown_value(event, self.person, hold)
        return isinstance(value, bool), value

    def _matching(self, step: Step, include_bots: bool) -> list[Event]:
        return matching_events(step.event, step.where, self.person, self.calendar, include_bots)
