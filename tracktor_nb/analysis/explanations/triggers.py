"""Why nothing that a person did, was or became started a campaign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracktor_nb.analysis.wording import value_in_words
from tracktor_nb.semantics.entry import is_member
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.journey import is_for, meets
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.person import Person, known_at
from tracktor_nb.semantics.run import NOTHING, Moment, Run, is_own
from tracktor_nb.semantics.trigger import Trigger, next_firing
from tracktor_nb.semantics.truth import matches
from tracktor_nb.semantics.values import values_at

from .rows import moment


@dataclass(frozen=True)
class Unmet:
    """One person at one instant, before the triggers of a run."""

    run: Run
    person: Person
    now: int
    calendar: Calendar

    def why(self, id: str) -> str:
        """Return why the trigger with this id never fired for the person."""
        trigger = self.run.definition.graph.triggers[id]
        return _WHY[trigger.cause](self, trigger)

    def why_not_for(self) -> str | None:
        """Return why the campaign is not for the person now, None if it is."""
        start = self.run.definition.start
        if start is None or is_for(self.seen, self.now):
            return None
        return f"is not one of the people it is for: {start.rule()}"

    @property
    def seen(self) -> Moment:
        """The person as the engine sees it."""
        return Moment(self.run, self.now, NOTHING, self.calendar, lambda: self.person)

    def event(self, trigger: Trigger) -> str:
        """The last event that it would have been, or else the last of the name."""
        named = [event for event in self.person.events if event.name == trigger.name]
        if not named:
            return f"{trigger.name!r} never happened"
        meant = [event for event in named if meets(trigger, event, self.seen)]
        if not meant:
            return self._no_match(trigger, named[-1])
        last = f"the last {trigger.name!r}, on {self._at(meant[-1].time)},"
        if known_at(meant[-1]) < self.run.launched_at:
            return f"{last} was before Run"
        if is_own(meant[-1], self.run.campaign):
            return f"{last} was recorded by the campaign itself"
        others = [id for id, each in self.run.definition.graph.triggers.items() if meets(each, meant[-1], self.seen)]
        if self.run.definition.graph.triggers[others[0]] is not trigger:
            return f"{last} was taken by {others[0]!r}, which comes first"
        return f"{last} has not been looked at yet; is the worker at work?"

    def _no_match(self, trigger: Trigger, last: Event) -> str:
        said = f"the last {trigger.name!r}, on {self._at(last.time)},"
        if last.bot and not self.run.definition.include_bots:
            return f"{said} was a bot's"
        where = "" if trigger.condition is None else trigger.condition.rule()
        return f"{said} did not meet where {where}"

    def changed(self, trigger: Trigger) -> str:
        """The last time that the property was set."""
        name = str(trigger.name)
        top = name.split(".")[0].removesuffix("[]")
        said = [change for change in self.person.changes if top in change.values or name in change.values]
        if not said:
            return f"{name} was never set"
        last = f"{name} was last set on {self._at(said[-1].time)}"
        if known_at(said[-1]) < self.run.launched_at:
            return f"{last}, before Run"
        if not matches(trigger.condition, self.person.properties(self.now), self.now, self.calendar):
            assert trigger.condition is not None, "everything meets no condition"
            return f"{last}, and did not meet where {trigger.condition.rule()}"
        value = ", ".join(value_in_words(each) for each in values_at(self.person.properties(self.now), name))
        return f"{last}, to what it was already: {value}"

    def entered(self, trigger: Trigger) -> str:
        """Whether the person is in the segment now."""
        who = "" if trigger.condition is None else trigger.condition.rule()
        if is_member(trigger, self.seen)[0]:
            return f"was one already who {who}, or became one by a merge, an import or late data"
        return f"is not one who {who}"

    def left(self, trigger: Trigger) -> str:
        """Whether the person is in the segment now."""
        who = "" if trigger.condition is None else trigger.condition.rule()
        if is_member(trigger, self.seen)[0]:
            return f"is still one who {who}"
        return f"was not one who {who} since Run, or ceased to be by a merge, an import or late data"

    def by_clock(self, trigger: Trigger) -> str:
        """When time itself will do it."""
        coming = next_firing(trigger, self.person, self.now, self.now, self.calendar)
        if coming is not None:
            return f"its time comes on {self._at(coming)}"
        dates = list(values_at(self.person.properties(self.now), str(trigger.name)))
        if not dates:
            return f"{trigger.name} was never set"
        return f"no date to come in {trigger.name}: {', '.join(value_in_words(each) for each in dates)}"

    def _at(self, instant: int) -> str:
        return moment(instant, self.calendar)


_WHY: dict[str, Callable[[Unmet, Trigger], str]] = {
    "event": Unmet.event,
    "changed": Unmet.changed,
    "entered": Unmet.entered,
    "left": Unmet.left,
    "date": Unmet.by_clock,
    "schedule": Unmet.by_clock,
}
