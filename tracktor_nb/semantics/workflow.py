"""Workflows in code and as graphs: the same thing, converted exactly both ways (law: tests/test_round_trip.py).

In code, a list is walked from the first node to the last. A branch that neither ends with `Exit()` nor goes elsewhere
with `Go("id")` goes on behind the node that it belongs to, so ways that part meet again by themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from tracktor_nb.errors import DefinitionError

from .graph import START, Edge, Graph, natural
from .node import NEXT, Branch, Go, Node, checked_branch


class Workflow(NamedTuple):
    """The code form: what the start leads to, and pieces that nothing leads to."""

    main: Branch
    detached: tuple[Branch, ...] = ()

    def nodes(self) -> Iterator[Node]:
        """Yield every node in the order of the text."""
        for branch in (self.main, *self.detached):
            yield from _nodes_of(branch)


def _nodes_of(branch: Branch) -> Iterator[Node]:
    for node in branch:
        yield node
        for output in node.branching:
            yield from _nodes_of(node.branch(output))


def checked_workflow(given: object, place: str) -> Branch:
    """Return triggers and what follows them as a tuple, or raise DefinitionError."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence):
        raise DefinitionError(f"{place} needs a list such as [Trigger.event('Watch movie'), SendLetter('Hello')].")
    triggers = _leading_triggers(given)
    return (*triggers, *checked_branch(given[len(triggers) :], place))


def _leading_triggers(branch: Sequence[Any]) -> list[Node]:
    return list(takewhile(lambda each: isinstance(each, Node) and each.begins, branch))


# --- from code to graph ---------------------------------------------------------------------------------------------


def to_graph(workflow: Workflow) -> Graph:
    """Return the graph of a workflow in code; DefinitionError for ids used twice and ways to nowhere."""
    return _Wiring().graph(workflow)


class _Wiring:
    """One conversion from code: every node gets its id first, then every output its edge."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.edges: list[Edge] = []
        self.numbers: Counter[str] = Counter()

    def graph(self, workflow: Workflow) -> Graph:
        main, *detached = [self._named(branch) for branch in (workflow.main, *workflow.detached)]
        for node in _leading_triggers(main):
            self.edges.append(Edge(START, NEXT, str(node.id)))
        if main and not main[0].begins:
            raise DefinitionError(
                f"The workflow begins with {main[0]!r}, so nothing would ever start it."
                " Begin with a trigger: Trigger.event(…), Trigger.entered(…), Trigger.schedule(…)."
            )
        for branch in (main, *detached):
            self._lay(branch, None)
        for edge in self.edges:
            if edge.dest not in self.nodes:
                known = ", ".join(map(repr, self.nodes))
                raise DefinitionError(f"Go({edge.dest!r}): there is no node with that id. Known: {known}.")
        return Graph(self.nodes, tuple(self.edges))

    def _named(self, branch: Branch) -> Branch:
        return tuple(node if isinstance(node, Go) else self._with_id(node) for node in branch)

    def _with_id(self, node: Node) -> Node:
        id = own_id(node, self.numbers)
        if id in self.nodes:
            raise DefinitionError(
                f"Two nodes have the id {id!r}: {self.nodes[id]!r} and {node!r}. Give one another id=."
            )
        self.nodes[id] = node.bare()
        return node.leading(id, {output: self._named(node.branch(output)) for output in node.branching})

    def _lay(self, branch: Branch, onward: str | None) -> None:
        """Draw the ways out of the nodes of a branch that leads `onward`."""
        triggers = _leading_triggers(branch)
        behind = _head(branch[len(triggers) :], onward)
        for place, node in enumerate(branch):
            following = behind if place < len(triggers) else _head(branch[place + 1 :], onward)
            for output in node.outputs:
                inner = node.branch(output) if output in node.branching else ()
                dest = _head(inner, following)
                if dest is not None:
                    self.edges.append(Edge(str(node.id), output, dest))
                self._lay(inner, following)


def own_id(node: Node, numbers: Counter[str]) -> str:
    """Return the node's id; without one it is its kind and its number among all of the kind, which are counted here."""
    numbers[node.kind] += 1
    return f"{node.kind}-{numbers[node.kind]}" if node.id is None else node.id


def _head(branch: Branch, onward: str | None) -> str | None:
    if not branch:
        return onward
    return branch[0].to if isinstance(branch[0], Go) else branch[0].id


# --- from graph to code ---------------------------------------------------------------------------------------------


def to_workflow(graph: Graph) -> Workflow:
    """Return the one code form of a graph: ways meet again where they can, `Go` stands for every other way back."""
    writing = _Writing(graph)
    main = writing.begun_by(list(graph.triggers))
    detached = []
    led_to = {edge.dest for edge in graph.edges if edge.src not in (START, edge.dest)}
    for id in sorted(graph.nodes, key=lambda each: (each in led_to, natural(each))):
        if id not in writing.written:
            detached.append(writing.begun_by([id]) if graph.nodes[id].begins else writing.branch(id, None))
    return _without_plain_ids(Workflow(main, tuple(detached)))


class _Writing:
    """One conversion from a graph: each node is written where it is first met."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.written: set[str] = set()

    def begun_by(self, triggers: list[str]) -> Branch:
        self.written |= set(triggers)
        targets = [self.graph.after(id, "then") for id in triggers]
        meeting = self._meeting(targets) if triggers else None
        heads = [
            self.graph.nodes[id].leading(id, {"then": self.branch(target, meeting)})
            for id, target in zip(triggers, targets, strict=True)
        ]
        return (*heads, *self.branch(meeting, None))

    def branch(self, head: str | None, stop: str | None) -> Branch:
        """Return the nodes from `head` on; whoever gets behind the last one goes on at `stop`."""
        nodes: list[Node] = []
        while head is not None and head != stop:
            if head in self.written:
                return (*nodes, Go(head))
            self.written.add(head)
            node, targets = self.graph.nodes[head], self.graph.targets(head)
            if not node.branching:
                nodes.append(node.leading(head, {}))
                head = targets[0] if targets else stop
                continue
            meeting = self._meeting(targets) or stop
            ways = zip(node.branching, targets, strict=True)
            nodes.append(node.leading(head, {output: self.branch(target, meeting) for output, target in ways}))
            head = meeting
        return tuple(nodes)

    def _meeting(self, targets: list[str | None]) -> str | None:
        """Return the nearest node through which all ways lead that end at an open output; None if there is none."""
        if len(set(targets)) == 1:
            return targets[0]
        beyond = self.graph.reachable(targets)
        if None not in beyond:
            return None
        apart = {id: self.graph.reachable(targets, without={id}) for id in beyond if id is not None}
        meetings = [id for id, region in apart.items() if None not in region]
        return min(meetings, key=lambda id: (len(apart[id]), natural(id)), default=None)


def _without_plain_ids(workflow: Workflow) -> Workflow:
    """Return the workflow without the ids that its nodes would get anyway."""
    numbers: Counter[str] = Counter()

    def plain(branch: Branch) -> Branch:
        return tuple(node if isinstance(node, Go) else without_id(node) for node in branch)

    def without_id(node: Node) -> Node:
        own = own_id(node.leading(None, {}), numbers)
        branches = {output: plain(node.branch(output)) for output in node.branching}
        return node.leading(None if node.id == own else node.id, branches)

    return Workflow(plain(workflow.main), tuple(plain(branch) for branch in workflow.detached))
