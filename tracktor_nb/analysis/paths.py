"""What people do after or before an event: the columnar twin of `semantics.path`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.semantics.path import Direction, Paths
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Range, duration

from .activity import acts
from .among import of_those_among
from .arrays import Flags, Ints
from .buckets import countable
from .conditions import matching
from .doing import first_of_each
from .frames import Log
from .sessions import browsing

NONE = -1


@dataclass(frozen=True)
class Walks:
    """Each person's path: one row a person, ascending by code, positions of events outwards, -1 behind the last."""

    person: Ints
    chain: Ints


def walks(paths: Paths, log: Log, within: Range, now: int, calendar: Calendar) -> Walks:
    """Return the path of everybody who did the event in the range."""
    start = _starts(paths, log, within, now, calendar)
    way = _way(paths, start, log, countable(within, now))
    at, outwards = np.searchsorted(way, start), 1 if paths.direction == "after" else -1
    first, last = _sessions_around(start, log, now, paths.include_bots) if paths.within_session else (0, len(log.time))
    window = duration(paths.window) if paths.window else LAST_INSTANT
    padded = np.append(way, NONE)
    chain = np.full((len(start), paths.depth + 1), NONE)
    chain[:, 0] = start
    for step in range(1, paths.depth + 1):
        index = at + outwards * step
        found = padded[np.where((index >= 0) & (index < len(way)), index, len(way))]
        near = (found != NONE) & (log.person_code[found] == log.person_code[start])
        near &= (np.abs(log.time[found] - log.time[start]) <= window) & (found >= first) & (found <= last)
        chain[:, step] = np.where(near, found, NONE)
    return Walks(log.person_code[start], chain)


def _way(paths: Paths, start: Ints, log: Log, asked: Range) -> Ints:
    """Return the positions of all that can be a step and of the starts, repeats left out towards each start."""
    is_start = np.zeros(len(log.time), bool)
    is_start[start] = True
    inside = (log.time >= asked.start) & (log.time < asked.end)
    way = np.flatnonzero((_shown(paths, log) & inside) | is_start)
    if not paths.collapse:
        return way
    changes = _changes(_labels(paths, log)[0][log.name[way]], log.person_code[way], paths.direction)
    return way[changes | is_start[way]]


def _starts(paths: Paths, log: Log, within: Range, now: int, calendar: Calendar) -> Ints:
    asked = countable(within, now)
    found = matching(log, paths.event.event, paths.event.where, paths.include_bots, calendar)
    found = found[(log.time[found] >= asked.start) & (log.time[found] < asked.end)]
    first = first_of_each(log.person_code[found])
    starts = found[first if paths.entry == "first" else np.append(first, len(found))[1:] - 1]
    return of_those_among(paths.among, starts, log, within, now, calendar, paths.include_bots)


def _sessions_around(start: Ints, log: Log, now: int, include_bots: bool) -> tuple[Ints, Ints]:
    """Return the first and the last position of the session around each start, the start itself where there is none."""
    found = browsing(log, now, include_bots)
    begins = np.flatnonzero(np.diff(found.session, prepend=-1))
    first, last = found.position[begins], found.position[np.append(begins, len(found))[1:] - 1]
    session = np.searchsorted(first, start, "right") - 1
    around = (session >= 0) & (np.append(last, NONE)[session] >= start)
    return np.where(around, np.append(first, NONE)[session], start), np.where(
        around, np.append(last, NONE)[session], start
    )


def _labels(paths: Paths, log: Log) -> tuple[Ints, list[str]]:
    """Return the label of each event name as a number, and what the numbers stand for, in order of the alphabet."""
    labels = [paths.label_of(name) for name in log.names]
    known = sorted(set(labels))
    number = {label: at for at, label in enumerate(known)}
    return np.array([number[label] for label in labels], np.int64), known


def _shown(paths: Paths, log: Log) -> Flags:
    """Return for each event whether it can be a step."""
    if paths.only:
        shown = np.array([name in paths.only for name in log.names], bool)[log.name]
        return shown if paths.include_bots else shown & ~log.bot
    hidden = np.array([name in paths.hide for name in log.names], bool)[log.name]
    active: Flags = acts(log, paths.include_bots) & ~hidden
    return active


def _changes(label: Ints, person: Ints, direction: Direction) -> Flags:
    """Return which events have another label than the one of the same person next to them, towards the start."""
    if direction == "before":
        return _changes(label[::-1], person[::-1], "after")[::-1]
    changes: Flags = (np.diff(label, prepend=-1) != 0) | (np.diff(person, prepend=-1) != 0)
    return changes


@dataclass(frozen=True)
class Flows:
    """The paths with few events a step: `node` is the number of each person's node at each step, -1 behind the end.

    `steps` lists the nodes: {label, kind, people, events}, where kind "others" stands for several events together and
    "end" for paths that are over.
    """

    node: Ints
    steps: list[list[dict[str, Any]]]


def flows(paths: Paths, found: Walks, log: Log) -> Flows:
    """Return the most frequent events of each step, the rest together, and who goes through which."""
    number, known = _labels(paths, log)
    label = np.append(number, NONE)[np.append(log.name, NONE)[found.chain]]
    columns, steps, going = [], [], np.ones(len(label), bool)
    for step in range(paths.depth + 1):
        node, nodes = _nodes(paths, label[:, step], going, known)
        columns.append(node)
        steps.append(nodes)
        going = label[:, step] != NONE
    return Flows(np.stack(columns, axis=1), steps)


def _nodes(paths: Paths, label: Ints, going: Flags, known: list[str]) -> tuple[Ints, list[dict[str, Any]]]:
    """Return the node of each person at one step, and the nodes; `going` are those who had not ended before."""
    people = np.bincount(label[label != NONE], minlength=len(known))
    ranked = np.argsort(-people, kind="stable")[: int((people > 0).sum())]
    node_of = np.full(len(known) + 1, NONE)
    node_of[ranked] = np.minimum(np.arange(len(ranked)), paths.most)
    nodes = [
        {"label": known[at], "kind": "event", "people": int(people[at]), "events": 1} for at in ranked[: paths.most]
    ]
    rest = ranked[paths.most :]
    if len(rest):
        nodes.append({"label": "others", "kind": "others", "people": int(people[rest].sum()), "events": len(rest)})
    ended = going & (label == NONE)
    if ended.any():
        node_of[NONE] = len(nodes)
        end = "nothing more" if paths.direction == "after" else "nothing before"
        nodes.append({"label": end, "kind": "end", "people": int(ended.sum()), "events": 0})
    return np.where(going, node_of[label], NONE), nodes


def links_of(flow: Flows) -> list[dict[str, Any]]:
    """Return {step, source, target, people}: how many go from a node of the step to one of the next."""
    links = []
    for step, (nodes, following) in enumerate(zip(flow.steps, flow.steps[1:], strict=False)):
        source, target = flow.node[:, step], flow.node[:, step + 1]
        both = target != NONE
        size = len(following)
        people = np.bincount(source[both] * size + target[both], minlength=len(nodes) * size)
        links += [
            {"step": step, "source": cell // size, "target": cell % size, "people": int(people[cell])}
            for cell in np.flatnonzero(people).tolist()
        ]
    return links
