"""What a campaign did, counted: at each node, and among those held out and the others (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .graph import START, Graph, natural
from .proportions import Interval, difference

SENT = ("letter", "message", "webhook", "set", "track", "add", "remove")
"""Kinds of effects by which a journey did something outside of itself."""
PASSED = ("end", "exit", "loop")
"""Reasons for an exit behind a node; any other one ends a journey that waited there."""


@dataclass(frozen=True)
class NodeCounts:
    """One node: `rule` says what it does, "" for a node that only an older version had.

    Journeys that `arrived` (each time), are `waiting` now, went `out` by each output, and were taken out while they
    waited (`ended`, by reason). What was `done` there, `skipped` and `refused` by reason, and `goals` reached.
    """

    node: str
    rule: str
    arrived: int
    waiting: int
    out: Mapping[str, int]
    done: int
    skipped: Mapping[str, int]
    refused: Mapping[str, int]
    ended: Mapping[str, int]
    goals: int


@dataclass(frozen=True)
class Group:
    """So many people, and how many of them reached the goal."""

    people: int = 0
    goals: int = 0

    @property
    def rate(self) -> float | None:
        """The share that reached the goal, None of nobody."""
        return self.goals / self.people if self.people else None


@dataclass(frozen=True)
class Tally:
    """Effects by (node, kind, detail): an output or a reason; journeys that wait by node; people who started.

    `held_out` people got nothing; `mixed` ones were both, since they became one person, and are compared with nobody.
    """

    done: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    treated: Group = field(default_factory=Group)
    held_out: Group = field(default_factory=Group)
    mixed: Group = field(default_factory=Group)

    @property
    def lift(self) -> float | None:
        """By how much the share with the goal is higher than among those held out; None without one of the two."""
        one, other = self.treated.rate, self.held_out.rate
        return None if one is None or other is None else one - other

    @property
    def lift_interval(self) -> Interval | None:
        """The bounds of the lift, with 95 % confidence."""
        one, other = self.treated, self.held_out
        return difference(one.goals, one.people, other.goals, other.people)

    def nodes(self, graph: Graph) -> list[NodeCounts]:
        """Return the counts of the graph's nodes, as the workflow is walked, and behind them of nodes it had before."""
        known = walked(graph)
        gone = sorted({node for node, *_ in self.done if node not in graph.nodes} - {"goal"}, key=natural)
        return [self._node(id, graph) for id in (*known, *gone)]

    def total(self, kind: str) -> int:
        """Return how many effects of a kind there are."""
        return sum(count for (_, each, _), count in self.done.items() if each == kind)

    def _node(self, id: str, graph: Graph) -> NodeCounts:
        node = graph.nodes.get(id)
        ended = {reason: count for reason, count in self._by_detail(id, "exit").items() if reason not in PASSED}
        waiting = self.waiting.get(id, 0)
        visits = self._by_detail(id, "visit")
        put_off = visits.pop("", 0)
        out = _sum(visits, self._by_detail(id, "left"))
        if node is not None and not node.waits and put_off:
            out = _sum(out, {node.outputs[0]: put_off - waiting - sum(ended.values())})
        return NodeCounts(
            id,
            "" if node is None else node.rule(),
            self._count(id, "visit"),
            waiting,
            {} if node is not None and node.ends else out,
            sum(self._count(id, kind) for kind in SENT),
            self._by_detail(id, "skip"),
            self._by_detail(id, "refused"),
            ended,
            self._count(id, "goal"),
        )

    def _count(self, node: str, kind: str) -> int:
        return sum(self._by_detail(node, kind).values())

    def _by_detail(self, node: str, kind: str) -> dict[str, int]:
        return {detail: count for (id, each, detail), count in sorted(self.done.items()) if (id, each) == (node, kind)}


def walked(graph: Graph) -> list[str]:
    """Return the ids of a graph's nodes, each behind one that leads to it; those that nothing leads to come last."""
    found = dict.fromkeys(edge.dest for edge in graph.edges if edge.src == START)
    for id in (coming := list(found)):
        following = [each for each in graph.targets(id) if each is not None and each not in found]
        found |= dict.fromkeys(following)
        coming += dict.fromkeys(following)
    return [*found, *(id for id in graph.nodes if id not in found)]


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in (*one, *(each for each in other if each not in one))}
