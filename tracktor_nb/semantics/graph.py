"""A workflow as the editor draws it: nodes by id, and edges between their outputs (SEMANTICS 7)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from tracktor_nb.errors import DefinitionError

from .definition import is_text
from .node import NEXT, Go, Node
from .trigger import Trigger

START = "start"
"""The id of where every workflow begins; its edges lead to the triggers."""


@dataclass(frozen=True, order=True)
class Edge:
    """The way from an output of one node to another node."""

    src: str
    output: str
    dest: str


@dataclass(frozen=True)
class Graph:
    """Bare nodes by id, and edges. An output without an edge ends the journey. Order of nodes and edges means nothing.

    Raises DefinitionError for what cannot be walked, naming the node. Nodes that nothing leads to are kept: the editor
    may hold half a workflow, and the lint says so.
    """

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", {id: self.nodes[id] for id in sorted(self.nodes, key=natural)})
        object.__setattr__(self, "edges", tuple(sorted(set(self.edges))))
        for id, node in self.nodes.items():
            _check_node(id, node)
        ways: set[tuple[str, str]] = set()
        for edge in self.edges:
            self._check_edge(edge)
            if edge.src != START and (edge.src, edge.output) in ways:
                raise DefinitionError(f"The output {edge.output!r} of node {edge.src!r} leads to two nodes; keep one.")
            ways.add((edge.src, edge.output))

    def _check_edge(self, edge: Edge) -> None:
        for id in {edge.src, edge.dest} - {START}:
            if id not in self.nodes:
                raise DefinitionError(f"A way from {edge.src!r} to {edge.dest!r}: there is no node {id!r}.")
        outputs = (NEXT,) if edge.src == START else self.nodes[edge.src].outputs
        if edge.output not in outputs:
            known = ", ".join(map(repr, outputs)) or "no outputs, it ends the journey"
            raise DefinitionError(f"Node {edge.src!r} has no output {edge.output!r}; it has {known}.")
        if edge.dest == START or (edge.src == START) != self.nodes[edge.dest].begins:
            raise DefinitionError(
                f"A way from {edge.src!r} to {edge.dest!r}: the start leads to triggers, and only the start does."
                " Begin with Trigger.event(…) or the like; to wait for an event further down, use WaitFor(…)."
            )

    @cached_property
    def triggers(self) -> dict[str, Trigger]:
        """The triggers that the start leads to, by id; of several that an input meets, the first one counts."""
        ids = sorted((edge.dest for edge in self.edges if edge.src == START), key=natural)
        return {id: trigger for id in ids if isinstance(trigger := self.nodes[id], Trigger)}

    @cached_property
    def _ways(self) -> dict[tuple[str, str], str]:
        return {(edge.src, edge.output): edge.dest for edge in self.edges if edge.src != START}

    def after(self, id: str, output: str = NEXT) -> str | None:
        """Return the node that an output leads to, None if the journey ends there."""
        return self._ways.get((id, output))

    def targets(self, id: str) -> list[str | None]:
        """Return where each output of a node leads to, in their order."""
        return [self.after(id, output) for output in self.nodes[id].outputs]

    def reachable(self, heads: Iterable[str | None], without: Collection[str] = ()) -> set[str | None]:
        """Return all that the heads lead to, themselves included, not passing through `without`.

        None is among them if some way ends at an output that leads nowhere.
        """
        found: set[str | None] = set()
        coming = [head for head in heads if head not in without]
        while coming:
            id = coming.pop()
            if id not in found:
                found.add(id)
                coming += [] if id is None else [each for each in self.targets(id) if each not in without]
        return found


def natural(id: str) -> tuple[list[str | tuple[int, str]], str]:
    """Return the key that sorts "wait-2" before "wait-10"."""
    parts = re.split("([0-9]+)", id)
    return [(len(part.lstrip("0")), part.lstrip("0")) if place % 2 else part for place, part in enumerate(parts)], id


def _check_node(id: str, node: Node) -> None:
    if not is_text(id) or id == START:
        raise DefinitionError(f"{id!r} cannot be the id of a node; take a text that is not empty, and not {START!r}.")
    if not isinstance(node, Node) or isinstance(node, Go) or node != node.bare():
        raise DefinitionError(f"Node {id!r} is {node!r}; in a graph nodes are bare, and edges say what follows.")
