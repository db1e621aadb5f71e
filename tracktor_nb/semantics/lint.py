"""What is probably wrong with a campaign, before it runs: where, why, and what to do about it (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from .campaign import Campaign
from .condition import Condition, Has, Not
from .contradiction import contradiction
from .graph import START, Graph
from .node import Node
from .nodes import (
    Action,
    Filter,
    Limit,
    SendLetter,
    SendMessage,
    SetProperty,
)
from .operators import OPERATORS
from .trigger import Trigger

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One thing that is probably wrong: at a node, with the reason and the cure. An error never works as drawn."""

    rule: str
    severity: Severity
    node: str
    why: str
    cure: str

    def __str__(self) -> str:
        return f"{self.severity} at {self.node!r}: {self.why} {self.cure}"


@dataclass(frozen=True)
class Known:
    """What a site knows by name; None where nobody looked, so that nothing is said about it."""

    events: Collection[str] | None = None
    properties: Collection[str] | None = None
    letters: Collection[str] | None = None


def lint(campaign: Campaign, known: Known = Known()) -> list[Finding]:
    """Return all findings, errors first. Segments in conditions are looked into where they are resolved."""
    found = [
        *_beginnings(campaign, known),
        *_unreachable(campaign.graph),
        *_loops(campaign.graph),
        *_contradictions(campaign),
        *_negated_filters(campaign.graph),
        *_letters(campaign, known),
        *_repeated(campaign),
    ]
    return sorted(found, key=lambda each: each.severity)


def _beginnings(campaign: Campaign, known: Known) -> Iterator[Finding]:
    if not campaign.graph.triggers:
        why = "No trigger follows the start, so nobody ever enters."
        yield Finding("no trigger", "error", START, why, "Begin with Trigger.event(…) or another trigger.")
    for id, trigger in campaign.graph.triggers.items():
        asked = {"event": known.events, "changed": known.properties, "date": known.properties}.get(trigger.cause)
        if asked is not None and trigger.name not in asked:
            what = "event" if trigger.cause == "event" else "property"
            why = f"The {what} {trigger.name!r} never came in, so this trigger never fired."
            yield Finding("never fires", "warning", id, why, "Check its spelling, or send it.")
        if campaign.graph.after(id, "then") is None:
            yield Finding("leads nowhere", "warning", id, "Nothing follows this trigger.", "Add an action behind it.")
        if trigger.condition is not None and (opposed := contradiction([trigger.condition])):
            why = f"Nothing can meet {_all(opposed)}, so this trigger can never fire."
            yield Finding("never fires", "error", id, why, "Change the condition.")


def _unreachable(graph: Graph) -> Iterator[Finding]:
    reached = graph.reachable(graph.triggers)
    for id in graph.nodes:
        if id not in reached:
            why = "No way from the start leads here, so nobody ever arrives."
            yield Finding("unreachable", "error", id, why, "Connect it, or delete it.")


def _loops(graph: Graph) -> Iterator[Finding]:
    """Name each loop that passes no wait by its first node."""
    waits = {id for id, node in graph.nodes.items() if node.waits}
    told: set[str | None] = set()
    for id in graph.nodes:
        region = graph.reachable(graph.targets(id), without=waits)
        if id in region and id not in waits and id not in told:
            told |= region
            why = "A way leads from here back to here without a wait; journeys end as a loop after 100 steps."
            yield Finding("loop without wait", "error", id, why, "Put Wait(…) into the loop.")


# --- contradictions -------------------------------------------------------------------------------------------------

Facts = tuple[Condition, ...]


def _contradictions(campaign: Campaign) -> Iterator[Finding]:
    """Walk every way with what is known of the people on it, and find outputs that nobody can take."""
    graph, seen, told = campaign.graph, set(), set()
    begun = () if campaign.start is None else (campaign.start,)
    coming: list[tuple[str, Facts]] = []
    for id, trigger in graph.triggers.items():
        facts = (*begun, *_facts_of(trigger))
        if opposed := contradiction(facts):
            yield _opposed(id, opposed, "Nobody whom this trigger starts is among the campaign's people")
            continue
        coming.append((id, facts))
    while coming:
        id, facts = coming.pop()
        if (id, facts) in seen:
            continue
        seen.add((id, facts))
        node = graph.nodes[id]
        for output in node.outputs:
            following = _after(node, output, facts)
            if (opposed := contradiction(following)) and isinstance(node, Filter):
                if (id, output) not in told and graph.after(id, output) is not None:
                    told.add((id, output))
                    yield _opposed(id, opposed, f"Nobody who comes here can leave by {output!r}")
            elif (dest := graph.after(id, output)) is not None:
                coming.append((dest, following))


def _opposed(id: str, opposed: Facts, why: str) -> Finding:
    return Finding("contradiction", "error", id, f"{why}: {_all(opposed)} never hold together.", "Change one of them.")


def _facts_of(trigger: Trigger) -> Facts:
    """What is true of people a trigger has just started; arguments of an event say nothing about the person."""
    if trigger.condition is None or trigger.cause == "event":
        return ()
    return (~trigger.condition,) if trigger.cause == "left" else (trigger.condition,)


def _after(node: Node, output: str, facts: Facts) -> Facts:
    """What is true of people behind an output. People change while they wait, and by what an action does."""
    if isinstance(node, SetProperty):
        return () if node.value is None else (Has(node.name, "is", node.value),)
    if node.waits or (isinstance(node, Action) and not isinstance(node, SendMessage)):
        return ()
    if not isinstance(node, Filter):
        return facts
    fact = node.condition if output == "yes" else ~node.condition
    return facts if fact in facts else (*facts, fact)


def _all(conditions: Facts) -> str:
    return " and ".join(f"({each.rule()})" for each in conditions)


# --- what was probably meant otherwise ------------------------------------------------------------------------------


def _negated_filters(graph: Graph) -> Iterator[Finding]:
    """The seed's tutorial drew "NOT free -> Yes" and meant people on the free plan: Yes leads to the others."""
    for id, node in graph.nodes.items():
        if not isinstance(node, Filter) or graph.after(id, "no") is not None or not _is_negative(node.condition):
            continue
        behind = graph.reachable([graph.after(id, "yes")])
        if any(isinstance(graph.nodes[each], (SendLetter, SendMessage)) for each in behind if each is not None):
            meant = _positive(node.condition)
            why = (
                f"What follows 'yes' goes to everybody for whom {meant.rule()!r} is not true, people of whom nothing is"
                f" known included; those for whom it is true get nothing."
            )
            cure = f"If you mean those for whom it is true, ask Filter({meant!r}); if not, leave it."
            yield Finding("negated filter", "warning", id, why, cure)


def _is_negative(condition: Condition) -> bool:
    return isinstance(condition, Not) or (isinstance(condition, Has) and OPERATORS[condition.op].negates is not None)


def _positive(condition: Condition) -> Condition:
    if isinstance(condition, Not):
        return condition.condition
    assert isinstance(condition, Has), condition
    return Has(condition.property, OPERATORS[condition.op].negates or condition.op, condition.value)


def _letters(campaign: Campaign, known: Known) -> Iterator[Finding]:
    for id, node in campaign.graph.nodes.items():
        if not isinstance(node, SendLetter):
            continue
        if known.letters is not None and node.letter not in known.letters:
            why = f"There is no letter {node.letter!r}."
            yield Finding("letter missing", "error", id, why, "Write it and save it under this name.")
        if known.properties is not None and "email" not in known.properties:
            why = "Nobody has the property 'email', so no letter can be sent."
            yield Finding("no email", "error", id, why, "Send it with /set, or import it.")


def _repeated(campaign: Campaign) -> Iterator[Finding]:
    """What one person may get again and again: nothing on the way keeps a second journey from coming here."""
    graph = campaign.graph
    limits = {id for id, node in graph.nodes.items() if isinstance(node, Limit)}
    unbounded = graph.reachable(graph.triggers, without=limits)
    for id, node in graph.nodes.items():
        each_time = isinstance(node, SendMessage) or (isinstance(node, SendLetter) and node.every_time)
        again = campaign.entry in ("one at a time", "every event") or id in graph.reachable(graph.targets(id))
        if each_time and again and id in unbounded:
            why = f"A person can come here again and again (entry is {campaign.entry!r}) and gets it each time."
            cure = "Say entry='once' or 'again after 30d', put a Limit(…) in front, or take every_time out."
            yield Finding("no once-guard", "warning", id, why, cure)
