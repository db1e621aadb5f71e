"""Who enters a campaign: what meets a trigger, who may start, and who starts at Run (SEMANTICS 7)."""

from __future__ import annotations

from dataclasses import replace

from .event import Event, PropertyChange
from .graph import Graph
from .journey import begin, earlier_arrivals, is_for, meets, share
from .nodes import Limit
from .run import Effect, Journey, Moment
from .segment import Segment, membership
from .trigger import Trigger
from .truth import exists, matches
from .values import same, values_at

Entered = tuple[Journey | None, tuple[Effect, ...]]
"""The journey that began, if any, and what it did or why there is none."""


def arrive(row: Event | PropertyChange, moment: Moment, entry: str | None = None) -> Entered:
    """Return the journey that an event or a property change starts; of several triggers it meets, the first counts.

    The row is among the rows of `moment.person`. `entry` names it, if its `seq` is not the one it has in the log.
    """
    ignored = moment.run.ignores(row)
    if ignored == "own":
        return None, ()
    for id, trigger in moment.run.definition.graph.triggers.items():
        if _met(trigger, row, moment):
            return enter(id, entry or str(row.seq), row.identity, moment, ignored)
    return None, ()


def enter(trigger: str, entry: str, identity: int, moment: Moment, refused: str | None = None) -> Entered:
    """Return the journey that starts at a trigger, or the effect that says why nobody starts.

    `entry` names the input once for ever: the row's seq, or "trigger@instant" where time alone fired it.
    """
    run = moment.run
    held_out = run.definition.hold_out > 0 and share(run, "hold out", moment.person.id) < run.definition.hold_out
    key = f"{run.campaign}/{run.version}/{identity}/{entry}"
    journey = Journey(key, run.campaign, run.version, identity, moment.now, held_out, trigger)
    reason = refused or _refusal(moment)
    if reason is not None:
        return None, (Effect(key, identity, trigger, 1, "refused", moment.now, {"reason": reason}),)
    return begin(journey, moment)


def fire(trigger: str, identity: int, moment: Moment) -> Entered:
    """Return the journey that starts because a segment was entered or left, or because a time has come."""
    bot = not exists(moment.person, moment.now, moment.run.definition.include_bots)
    return enter(trigger, f"{trigger}@{moment.now}", identity, moment, "bot" if bot else None)


def launch(moment: Moment) -> Entered:
    """Return the journey that Run starts: of a present member, if they are to start, or of somebody past a limit."""
    for id, trigger in moment.run.definition.graph.triggers.items():
        if _starts_at_run(id, trigger, moment):
            return enter(id, "run", moment.person.id, moment)
    return None, ()


def is_member(trigger: Trigger, moment: Moment) -> tuple[bool, int | None]:
    """Return whether the person is in the segment of an entered or left trigger, and when that may next change."""
    assert trigger.condition is not None, trigger
    segment = Segment(trigger.condition, moment.run.definition.include_bots)
    return membership(segment, moment.person, moment.now, moment.calendar)


def _starts_at_run(id: str, trigger: Trigger, moment: Moment) -> bool:
    if trigger.cause == "entered" and moment.run.start_present and is_member(trigger, moment)[0]:
        return True
    graph: Graph = moment.run.definition.graph
    behind = graph.after(id, "then")
    limit = graph.nodes[behind] if behind is not None else None
    return isinstance(limit, Limit) and behind is not None and earlier_arrivals(behind, moment) >= limit.limit


def _met(trigger: Trigger, row: Event | PropertyChange, moment: Moment) -> bool:
    if isinstance(row, Event):
        return meets(trigger, row, moment)
    return trigger.cause == "changed" and _changes(trigger, row, moment)


def _changes(trigger: Trigger, row: PropertyChange, moment: Moment) -> bool:
    """True if the row gave the property another value than it had, and the person now meets the trigger's condition."""
    name, now = str(trigger.name), moment.now
    if name.partition(".")[0].partition("[]")[0] not in row.values and name not in row.values:
        return False
    others = tuple(change for change in moment.person.changes if change.seq != row.seq)
    after = moment.person.properties(now)
    before = replace(moment.person, changes=others).properties(now)
    if same(list(values_at(before, name)), list(values_at(after, name))):
        return False
    return matches(trigger.condition, after, now, moment.calendar)


def _refusal(moment: Moment) -> str | None:
    standing, definition, now = moment.standing, moment.run.definition, moment.now
    if (halted := moment.run.halted(now)) is not None:
        return halted
    if not is_for(moment, now):
        return "not among its people"
    if definition.entry == "every event":
        return None
    if definition.entry == "once" and standing.entered_at is not None:
        return "entered before"
    if standing.inside:
        return "already inside"
    pause = definition.pause_between
    if pause is not None and standing.entered_at is not None and now < standing.entered_at + pause:
        return "entered lately"
    return None
