"""Graphs as JSON, for the editor: nodes with their settings, and edges; where a node is drawn is not ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracktor_nb.errors import DefinitionError

from .codec import from_dict, to_dict
from .graph import Edge, Graph
from .node import Node


def graph_to_dict(graph: Graph) -> dict[str, Any]:
    """Return {"nodes": [{"id", "node"}], "edges": [{"from", "output", "to"}]}; a node is as `codec.to_dict` has it."""
    return {
        "nodes": [{"id": id, "node": to_dict(node)} for id, node in graph.nodes.items()],
        "edges": [{"from": edge.src, "output": edge.output, "to": edge.dest} for edge in graph.edges],
    }


def graph_from_dict(body: Mapping[str, Any]) -> Graph:
    """Return the graph, or raise DefinitionError; other keys, such as positions, are left alone."""
    try:
        given = [(each["id"], from_dict(each["node"])) for each in body["nodes"]]
        edges = tuple(Edge(each["from"], each["output"], each["to"]) for each in body["edges"])
    except (KeyError, TypeError) as error:
        raise DefinitionError(
            f"A graph needs nodes with id and node, and edges with from, output and to: {error}."
        ) from error
    nodes = {id: node for id, node in given if isinstance(node, Node)}
    if len(nodes) != len(given):
        raise DefinitionError("Every node of a graph needs an id of its own, and must be a node of a workflow.")
    return Graph(nodes, edges)
