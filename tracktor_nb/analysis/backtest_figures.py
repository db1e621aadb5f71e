"""The numbers of a backtest: per node, per day, per reason, and how often people are hit."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.graph import Graph
from tracktor_nb.semantics.node import Node
from tracktor_nb.semantics.period import Calendar, Range

from .arrays import Flags, Ints
from .backtests import DOES, PASSES, SENDS, WHYS, Rehearsal
from .buckets import buckets_of

MOST_SENT = 1000
"""How many of the things sent are listed one by one."""
COUNTED = {"entered": "entered", "letters": "letter", "messages": "message", "skipped": "skip", "goals": "goal"}
"""What is counted day by day, and the kind of effect that it counts."""


def figures_of(found: Rehearsal, campaign: Campaign, within: Range, now: int, calendar: Calendar) -> dict[str, Any]:
    """Return the numbers of a backtest."""
    return {
        "totals": _totals(found),
        "nodes": [_node(found, id, campaign.graph.nodes[id]) for id in _walked(campaign.graph)],
        "days": _days(found, within, now, calendar),
        "actions": _each(found, found.of(*DOES)),
        "reasons": _each(found, found.of(*WHYS), by_node=True),
        "hits": _hits(found),
        "sent": _sent(found),
    }


def people(person: Ints) -> int:
    """Return how many different people there are."""
    return len(np.unique(person))


def _totals(found: Rehearsal) -> dict[str, int]:
    held_out = found.such(lambda what: what[0] == "entered" and what[2] == "held out")
    return {
        "people": people(found.person[found.of("entered")]),
        **{name: int(found.of(kind).sum()) for name, kind in COUNTED.items()},
        "refused": int(found.of("refused").sum()),
        "waiting": len(found.waiting[0]),
        "held_out": people(found.person[held_out]),
    }


def _walked(graph: Graph) -> list[str]:
    """Return the nodes in the order of the way: triggers, what follows them, and so on; loose ones last."""
    coming, found = list(graph.triggers), dict[str, None]()
    for id in coming:
        if id not in found:
            found[id] = None
            coming += [each for each in graph.targets(id) if each is not None]
    return [*found, *(id for id in graph.nodes if id not in found)]


def _node(found: Rehearsal, id: str, node: Node) -> dict[str, Any]:
    here = found.at_node(id)
    arrived = here & found.of("visit")
    passed = np.bincount(found.what[here & found.of(*PASSES)], minlength=len(found.whats)).tolist()
    outputs = Counter[str]()
    for what, times in zip(found.whats, passed, strict=True):
        if times and what[2] is not None:
            outputs[what[2]] += times
    return {
        "node": id,
        "rule": node.rule(),
        "arrived": int(arrived.sum()),
        "people": people(found.person[arrived]),
        "outputs": {output: outputs[output] for output in node.outputs},
        "waiting": int((found.waiting[1] == found.nodes.index(id)).sum()) if id in found.nodes else 0,
        "done": int((here & found.of(*DOES)).sum()),
        "skipped": int((here & found.of("skip")).sum()),
    }


def _days(found: Rehearsal, within: Range, now: int, calendar: Calendar) -> list[dict[str, Any]]:
    buckets = buckets_of("day", within, found.log, now, calendar)
    counts = {
        name: np.bincount(_inside(buckets.of(found.at[found.of(kind)]), len(buckets)), minlength=len(buckets)).tolist()
        for name, kind in COUNTED.items()
    }
    return [
        {"start": start, **{name: its[at] for name, its in counts.items()}, "partial": buckets.partial[at]}
        for at, start in enumerate(buckets.edges[:-1].tolist())
    ]


def _inside(buckets: Ints, many: int) -> Ints:
    inside: Ints = buckets[(buckets >= 0) & (buckets < many)]
    return inside


def _each(found: Rehearsal, rows: Flags, by_node: bool = False) -> list[dict[str, Any]]:
    """Return how often each of these things happened and to how many people, the most frequent first."""
    node = found.node if by_node else np.zeros_like(found.node)
    pairs, which = np.unique(np.stack([node[rows], found.what[rows]], 1), axis=0, return_inverse=True)
    table = [
        {
            **({"node": found.nodes[node]} if by_node else {}),
            **dict(zip(("kind", "name", "reason"), found.whats[what], strict=True)),
            "times": int((which == at).sum()),
            "people": people(found.person[rows][which == at]),
        }
        for at, (node, what) in enumerate(pairs.tolist())
    ]
    return sorted(table, key=lambda row: (-row["times"], *(str(value) for value in row.values())))


def _hits(found: Rehearsal) -> list[dict[str, int]]:
    """Return how many people got one letter or message, two, three, …"""
    times = np.unique(found.person[found.of(*SENDS)], return_counts=True)[1]
    return [{"times": many, "people": people} for many, people in sorted(Counter(times.tolist()).items())]


def _sent(found: Rehearsal) -> list[dict[str, Any]]:
    """Return the first letters and messages, one by one."""
    rows = np.flatnonzero(found.of(*SENDS))
    rows = rows[np.argsort(found.at[rows], kind="stable")][:MOST_SENT]
    ids, distinct_ids = found.log.identities.ids, found.log.identities.distinct_ids
    return [
        {
            "time": int(found.at[row]),
            "person_id": ids[person].item() if isinstance(ids[person], np.generic) else ids[person],
            "distinct_id": str(distinct_ids[person]),
            "kind": found.whats[found.what[row]][0],
            "name": found.whats[found.what[row]][1],
            "node": found.nodes[found.node[row]],
        }
        for row, person in zip(rows.tolist(), found.person[rows].tolist(), strict=True)
    ]
