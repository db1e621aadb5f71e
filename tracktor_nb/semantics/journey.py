"""Journeys: the pure engine that takes one person through a workflow, live and in a backtest (SEMANTICS 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .clock_time import is_between, next_clock_time
from .event import Event, Value
from .funnel import Step
from .node import NEXT, Exit, Goal, Node
from .nodes import (
    Action,
    AddTo,
    During,
    Filter,
    Limit,
    RemoveFrom,
    SendLetter,
    SendMessage,
    SetProperty,
    Split,
    TrackEvent,
    Wait,
    WaitFor,
    WaitUntil,
    Webhook,
)
from .period import duration
from .person import known_at
from .run import Effect, Journey, Kind, Moment, Run, altered
from .trigger import Trigger
from .truth import matches, truth
from .values import thawed

MOST_STEPS = 100
"""Nodes that a journey may pass without waiting; more of them are a loop."""

Stepped = tuple[Journey, tuple[Effect, ...]]


def step(journey: Journey, event: Event | None, moment: Moment) -> Stepped:
    """Return the journey and what it did, after an event of the person or (None) because its timer is due.

    The instant is `moment.now`, never the clock's. Of a journey that ended, events only count the goal. The same
    arguments give the same answer, and effects carry keys by which a repeated step writes nothing twice.
    """
    walk = _Walk(journey, moment)
    if event is None:
        if journey.is_inside and moment.run.halted(moment.now) is None:
            walk.resume()
    elif not _is_ignored(event, moment):
        walk.hear(event)
    return walk.done()


def begin(journey: Journey, moment: Moment) -> Stepped:
    """Return the journey and what it did, walking on from the trigger at which it stands."""
    walk = _Walk(journey, moment)
    walk.effect(str(journey.node), "entered", {"held_out": journey.held_out})
    walk.onward(journey.node)
    return walk.done()


def leave(journey: Journey, reason: str, run: Run, at: int) -> Stepped:
    """Return the journey ended from outside: "campaign stopped", "removed", "merged", "retracted".

    A delayed letter is skipped.
    """
    if not journey.is_inside:
        return journey, ()
    here, visit = str(journey.node), journey.visits.get(str(journey.node), 1)
    node = run.definition.graph.nodes.get(here)
    effects = [Effect(journey.key, journey.identity, here, visit, "exit", at, {"reason": reason})]
    if isinstance(node, SendLetter):
        body = {"action": "letter", "letter": node.letter, "reason": reason}
        effects.insert(0, Effect(journey.key, journey.identity, here, visit, "skip", at, body))
    return replace(journey, node=None, due_at=None, ended=reason), tuple(effects)


def move(journey: Journey, old: Run, new: Run, at: int) -> Stepped:
    """Return the journey in another version, waiting at the node with the same id; it exits if that is gone."""
    if not journey.is_inside:
        return journey, ()
    if journey.node not in new.definition.graph.nodes:
        return leave(journey, "node removed", old, at)
    return replace(journey, version=new.version), ()


def merge(dest: Iterable[Journey], src: Iterable[Journey], run: Run, at: int) -> list[Stepped]:
    """Return the journeys that exit because their people became one.

    Of those inside, the further one stays (equals: dest's). Where every event may start a journey, all stay.
    """
    if run.definition.entry == "every event":
        return []
    inside = [journey for journey in (*dest, *src) if journey.is_inside]
    stays = max(inside, key=lambda each: sum(each.visits.values()), default=None)
    return [leave(journey, "merged", run, at) for journey in inside if journey is not stays]


def retract(journeys: Iterable[Journey], event: Event, run: Run, at: int) -> list[Stepped]:
    """Return the journeys that exit because what started them did not happen after all: a cart was bought in time.

    `event` says so, by the arrival number of the row that it takes back. A pause does not keep it back.
    """
    begun = f"/{event.properties.get('retracts')}"
    return [leave(each, "retracted", run, at) for each in journeys if each.is_inside and each.key.endswith(begun)]


def share(run: Run, node: str, person: int) -> int:
    """Return the person's place from 0 to 99 at a node, by which splits and the hold-out decide, always alike."""
    digest = hashlib.sha256(f"{run.campaign}\n{node}\n{person}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100


def _is_ignored(event: Event, moment: Moment) -> bool:
    run = moment.run
    bot = event.bot and not run.definition.include_bots
    return bot or run.ignores(event) is not None or run.halted(moment.now) is not None


@dataclass(frozen=True)
class _Turn:
    """What a node decides: the way out, or waiting until an instant; and what it does."""

    output: str | None = NEXT
    until: int | None = None
    kind: Kind | None = None
    body: Mapping[str, Value] | None = None


class _Walk:
    """One step of one journey: effects gather, and the standing follows them."""

    def __init__(self, journey: Journey, moment: Moment) -> None:
        self.journey, self.moment = journey, moment
        self.graph = moment.run.definition.graph
        self.effects: list[Effect] = []

    def done(self) -> Stepped:
        return self.journey, tuple(self.effects)

    def effect(self, node: str, kind: Kind, body: Mapping[str, Value] | None = None) -> None:
        visit = self.journey.visits.get(node, 1)
        made = Effect(
            self.journey.key, self.journey.identity, node, visit, kind, self.moment.now, {} if body is None else body
        )
        self.effects.append(made)
        self.moment = self.moment.after(made)

    def resume(self) -> None:
        """The timer is due: a wait is over, a delayed letter is tried again."""
        here = str(self.journey.node)
        node = self.graph.nodes[here]
        if isinstance(node, Action):
            turn = self.turn(here, node)
            if self.act(here, turn):
                self.onward(self.graph.after(here))
            return
        self.pass_on(here, "timed_out" if isinstance(node, WaitFor) else NEXT)

    def hear(self, event: Event) -> None:
        """An event of the person: the goal, or what the journey waits for."""
        definition, journey = self.moment.run.definition, self.journey
        until = journey.entered_at + duration(definition.goal_within)
        in_time = journey.entered_at <= event.time and self.moment.now <= until
        wanted = definition.goal if journey.goal_at is None and in_time else None
        if wanted is not None and self._is(event, wanted):
            here = journey.node or "goal"
            self.reach_goal(here)
            return self.exit(here, "goal") if journey.is_inside else None
        node = self.graph.nodes.get(journey.node or "")
        if isinstance(node, WaitFor) and self._is(event, node):
            self.pass_on(str(journey.node), "happened")
        return None

    def _is(self, event: Event, wanted: Step | WaitFor) -> bool:
        calendar = self.moment.calendar
        return event.name == wanted.event and matches(wanted.where, event.properties, event.time, calendar)

    def pass_on(self, here: str, output: str) -> None:
        self.effect(here, "left", {"output": output})
        self.onward(self.graph.after(here, output))

    def onward(self, id: str | None) -> None:
        """Walk from a node on until the journey waits or ends."""
        here = str(self.journey.node)
        for _ in range(MOST_STEPS):
            if id is None:
                return self.exit(here, "end")
            here, node = id, self.graph.nodes[id]
            visits = {**self.journey.visits, id: self.journey.visits.get(id, 0) + 1}
            self.journey = altered(self.journey, node=id, due_at=None, visits=visits)
            decided: dict[str, Value] = {}
            self.effect(id, "visit", decided)  # an entry limit counts the visit that it decides about
            turn = self.turn(id, node)
            decided |= {"output": turn.output} if turn.until is None else {"until": turn.until}
            if isinstance(node, Exit):
                return self.exit(id, "exit")
            if isinstance(node, Goal) and self.journey.goal_at is None:
                self.reach_goal(id)
            if not self.act(id, turn):
                return None
            id = self.graph.after(id, str(turn.output))
        return self.exit(here, "loop")

    def turn(self, id: str, node: Node) -> _Turn:
        return _TURNS[type(node)](node, id, self.moment, self.journey)

    def act(self, id: str, turn: _Turn) -> bool:
        """Do what the node decided; False if the journey now waits."""
        if turn.kind is not None:
            self.effect(id, turn.kind, turn.body)
        if turn.until is None and self.journey.due_at is None:
            return True
        self.journey = altered(self.journey, due_at=turn.until)
        return turn.until is None

    def reach_goal(self, node: str) -> None:
        self.effect(node, "goal")
        self.journey = altered(self.journey, goal_at=self.moment.now)

    def exit(self, node: str, reason: str) -> None:
        self.effect(node, "exit", {"reason": reason})
        self.journey = altered(self.journey, node=None, due_at=None, ended=reason)


# --- what each node decides -----------------------------------------------------------------------------------------


def _limit(node: Limit, id: str, moment: Moment, journey: Journey) -> _Turn:
    arrival = moment.standing.visits.get(id, 0) + earlier_arrivals(id, moment)
    return _Turn("yes" if arrival < node.limit else "no")


def earlier_arrivals(id: str, moment: Moment) -> int:
    """Return how many events before Run would have led the person to an entry limit, if the campaign counts them.

    Counted are those that meet a trigger which leads straight to the limit, by people the campaign is for.
    """
    run = moment.run
    definition = run.definition
    if not definition.count_earlier:
        return 0
    leading = [
        trigger for each, trigger in definition.graph.triggers.items() if definition.graph.after(each, "then") == id
    ]
    return sum(
        known_at(event) < run.launched_at
        and any(meets(trigger, event, moment) for trigger in leading)
        and is_for(moment, event.time)
        for event in (moment.person.events if leading else ())
    )


def meets(trigger: Trigger, event: Event, moment: Moment) -> bool:
    """True if the event is one that the trigger waits for."""
    return (
        trigger.cause == "event"
        and event.name == trigger.name
        and (moment.run.definition.include_bots or not event.bot)
        and matches(trigger.condition, event.properties, event.time, moment.calendar)
    )


def is_for(moment: Moment, at: int) -> bool:
    """True if the campaign is for the person at an instant: for all people, or those who meet its start."""
    start = moment.run.definition.start
    return start is None or _holds(start, moment, at)


def _holds(condition: Any, moment: Moment, at: int) -> bool:
    return truth(condition, moment.person, at, moment.calendar, moment.run.definition.include_bots)[0]


def _filter(node: Filter, id: str, moment: Moment, journey: Journey) -> _Turn:
    return _Turn("yes" if _holds(node.condition, moment, moment.now) else "no")


def _split(node: Split, id: str, moment: Moment, journey: Journey) -> _Turn:
    return _Turn("yes" if share(moment.run, id, moment.person.id) < node.percent else "no")


def _during(node: During, id: str, moment: Moment, journey: Journey) -> _Turn:
    return _Turn("yes" if is_between(node.start, node.end, node.on, moment.now, moment.calendar) else "no")


def _wait(node: Wait, id: str, moment: Moment, journey: Journey) -> _Turn:
    return _Turn(None, moment.now + duration(node.length))


def _wait_until(node: WaitUntil, id: str, moment: Moment, journey: Journey) -> _Turn:
    due_at = next_clock_time(node.clock, node.on, moment.now, moment.calendar)
    return _Turn() if due_at == moment.now else _Turn(None, due_at)


def _wait_for(node: WaitFor, id: str, moment: Moment, journey: Journey) -> _Turn:
    return _Turn(None, moment.now + duration(node.timeout))


def _letter(node: SendLetter, id: str, moment: Moment, journey: Journey) -> _Turn:
    email = moment.person.properties(moment.now).get("email")
    body = {"letter": node.letter, "email": email}
    reason = _why_no_letter(node, email, moment) or ("held out" if journey.held_out else None)
    if reason is not None:
        return _Turn(kind="skip", body={"action": "letter", "letter": node.letter, "reason": reason})
    quiet = moment.run.definition.quiet_hours
    if quiet is not None and is_between(*quiet, (), moment.now, moment.calendar):
        until = next_clock_time(quiet[1], (), moment.now, moment.calendar)
        return _Turn(NEXT, until, "delay", {"until": until, "reason": "quiet hours", "letter": node.letter})
    return _Turn(kind="letter", body=body)


def _why_no_letter(node: SendLetter, email: Value, moment: Moment) -> str | None:
    standing, definition = moment.standing, moment.run.definition
    if node.letter in standing.letters and not node.every_time:
        return "already sent"
    if not isinstance(email, str) or not email:
        return "no email"
    if standing.suppressed:
        return "suppressed"
    if standing.unsubscribed & {"", definition.topic}:
        return "unsubscribed"
    if definition.cap is not None:
        most, window = definition.cap[0], duration(definition.cap[1])
        if sum(moment.now - window <= instant <= moment.now for instant in standing.sent_at) >= most:
            return "capped"
    return None


def _acting(kind: Kind, body: Callable[[Any], dict[str, Value]]) -> Callable[[Any, str, Moment, Journey], _Turn]:
    """Return how an action decides that has nothing but its settings; people held out get none of them."""

    def turn(node: Any, id: str, moment: Moment, journey: Journey) -> _Turn:
        if journey.held_out:
            return _Turn(kind="skip", body={"action": kind, "reason": "held out", **body(node)})
        return _Turn(kind=kind, body=body(node))

    return turn


def _pass(node: Node, id: str, moment: Moment, journey: Journey) -> _Turn:
    return _Turn()


_TURNS: dict[type[Node], Callable[[Any, str, Moment, Journey], _Turn]] = {
    Trigger: lambda node, id, moment, journey: _Turn("then"),
    Limit: _limit,
    Filter: _filter,
    Split: _split,
    During: _during,
    Wait: _wait,
    WaitUntil: _wait_until,
    WaitFor: _wait_for,
    SendLetter: _letter,
    SendMessage: _acting("message", lambda node: {"text": node.text}),
    SetProperty: _acting("set", lambda node: {"name": node.name, "value": thawed(node.value)}),
    TrackEvent: _acting("track", lambda node: {"name": node.name, "data": thawed(node.data or {})}),
    AddTo: _acting("add", lambda node: {"list": node.list}),
    RemoveFrom: _acting("remove", lambda node: {"list": node.list}),
    Webhook: _acting("webhook", lambda node: {"url": node.url}),
    Goal: _pass,
    Exit: _pass,
}
