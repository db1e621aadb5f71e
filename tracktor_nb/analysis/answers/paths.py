"""How paths are answered."""

from __future__ import annotations

from typing import Any

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.paths import flows, links_of, walks
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.path import Paths

from .periods import check_number
from .question import Listed, Question


def answer_paths(question: Question) -> tuple[Listed, dict[str, Any]]:
    """Return who goes which way, and the numbers."""
    paths, log = question.definition, question.log
    assert isinstance(paths, Paths)
    found = walks(paths, log, question.within, question.now, question.calendar)
    flow = flows(paths, found, log)

    def listed(step: int = 0, event: int | str | None = None, to: int | str | None = None) -> Ints:
        """Everybody at a step (0 is the event itself); at one of its events; on their way to one of the next step."""
        check_number("step", step, 0, paths.depth)
        rows = flow.node[:, step] >= 0
        if event is not None:
            rows &= flow.node[:, step] == _node(event, flow.steps[step], step)
        if to is not None:
            check_number("step", step, 0, paths.depth - 1)
            rows &= flow.node[:, step + 1] == _node(to, flow.steps[step + 1], step + 1)
        return found.person[rows]

    return listed, {"people_count": len(found.person), "steps": flow.steps, "links": links_of(flow)}


def _node(given: int | str, nodes: list[dict[str, Any]], step: int) -> int:
    """Return the number of a node, which is given itself or as the label of an event."""
    labels = [node["label"] if node["kind"] == "event" else None for node in nodes]
    if isinstance(given, str) and given in labels:
        return labels.index(given)
    if type(given) is int and 0 <= given < len(nodes):
        return given
    known = ", ".join(f"{at} ({node['label']})" for at, node in enumerate(nodes))
    raise DefinitionError(f"{given!r} is not at step {step}. There: {known or 'nobody'}.")
