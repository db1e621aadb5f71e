"""Generated campaigns: any workflow that can be drawn, with joins, loops and loose pieces, over the logs' pools."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.clock_time import WEEKDAYS
from tracktor_nb.semantics.event import PropertyChange
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.graph import START, Edge, Graph
from tracktor_nb.semantics.node import NEXT, Exit, Goal, Node
from tracktor_nb.semantics.nodes import (
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
from tracktor_nb.semantics.period import DAY, Range
from tracktor_nb.semantics.replay import History
from tracktor_nb.semantics.run import Run
from tracktor_nb.semantics.trigger import Trigger

from .pools import DURATIONS, EVENTS, LETTERS, PROPERTIES
from .strategies import conditions, json_values, names, site_logs, where_conditions

CLOCKS = ("00:00", "02:30", "09:00", "12:00", "23:59")
WAITS = ("1h", "1d", "2d")

_clocks, _weekdays = st.sampled_from(CLOCKS), st.lists(st.sampled_from(WEEKDAYS), max_size=3, unique=True)


@cache
def triggers(wide: bool = False) -> SearchStrategy[Trigger]:
    """Triggers of every kind; unless `wide`, most are events of the logs."""
    events = st.builds(Trigger.event, _events(wide), _where(wide))
    others = st.one_of(
        st.builds(Trigger.changed, _properties(wide), _where(wide)),
        st.builds(Trigger.entered, conditions(wide)),
        st.builds(Trigger.left, conditions(wide)),
        st.builds(Trigger.date, _properties(wide), st.integers(-3, 3), _clocks),
        st.builds(Trigger.schedule, _clocks, _weekdays),
    )
    return st.one_of(events, others) if wide else st.one_of(events, events, others)


@cache
def nodes(wide: bool = False) -> SearchStrategy[Node]:
    """Bare nodes of every kind but triggers."""
    filters = st.one_of(
        st.builds(Limit, st.integers(1, 3)),
        st.builds(Filter, conditions(wide)),
        st.builds(Split, st.sampled_from([1, 50, 99])),
        st.builds(During, _clocks, _clocks, _weekdays),
    )
    waits = st.one_of(
        st.builds(Wait, st.sampled_from(DURATIONS if wide else WAITS)),
        st.builds(WaitUntil, _clocks, _weekdays),
        st.builds(WaitFor, _events(wide), st.sampled_from(WAITS), _where(wide)),
    )
    values = json_values() if wide else st.sampled_from([None, "free", "pro", 3])
    data = st.none() | st.dictionaries(names, json_values(), max_size=2) if wide else st.just({"n": 1})
    actions = st.one_of(
        st.builds(SendLetter, st.sampled_from(LETTERS), st.booleans()),
        st.builds(SendLetter, st.sampled_from(LETTERS)),
        st.builds(SendMessage, names),
        st.builds(SetProperty, names if wide else st.just("plan"), values),
        st.builds(TrackEvent, _events(wide).filter(lambda name: name != "Visited Site"), data),
        st.builds(AddTo, names),
        st.builds(RemoveFrom, names),
        st.just(Webhook("https://example.com/hook")),
    )
    return st.one_of(filters, waits, waits, actions, actions, st.builds(Goal), st.builds(Exit))


@cache
def _events(wide: bool) -> SearchStrategy[str]:
    return names if wide else st.sampled_from([*EVENTS[:3], "A", "A"])


@cache
def _properties(wide: bool) -> SearchStrategy[str]:
    return names if wide else st.sampled_from(PROPERTIES)


@cache
def _where(wide: bool) -> SearchStrategy[Any]:
    return st.none() | where_conditions(wide)


@st.composite
def graphs(draw: DrawFn, wide: bool = False, most: int = 7) -> Graph:
    """Graphs in which any output may lead to any node: joined, looped, open, and with pieces that nothing leads to."""
    begun = draw(st.lists(triggers(wide), min_size=1, max_size=3))
    walked = draw(st.lists(nodes(wide), max_size=most))
    own = st.sampled_from([None, None, None, "wait-1", "limit-1", "trigger-2", "a", "b-10"])
    known: dict[str, Node] = {}
    for place, node in enumerate([*begun, *walked]):
        id = draw(own) or f"{node.kind}-{place + 1}"
        known[id if id not in known else f"node {place}"] = node
    others = [id for id, node in known.items() if not node.begins]
    dest = st.sampled_from([None, *others, *others])
    edges = [Edge(START, NEXT, id) for id, node in known.items() if node.begins and draw(st.integers(0, 9))]
    for id, node in known.items():
        edges += [Edge(id, output, to) for output in node.outputs if (to := draw(dest)) is not None]
    return Graph(known, tuple(edges))


@st.composite
def campaigns(draw: DrawFn, wide: bool = False) -> Campaign:
    """Campaigns of any graph, with every option."""
    goal = st.none() | st.builds(Step, _events(wide), _where(wide))
    plain = Campaign(
        (),
        start=draw(st.none() | conditions(wide)) if wide or not draw(st.integers(0, 3)) else None,
        entry=draw(st.sampled_from(["one at a time", "one at a time", "once", "every event", "again after 1d"])),
        goal=draw(goal),
        goal_within=draw(st.sampled_from(["30d", "1h"])),
        quiet_hours=draw(st.sampled_from([None, None, ("22:00", "08:00"), ("09:00", "12:00")])),
        cap=draw(st.sampled_from([None, None, (1, "1d"), (2, "1h")])),
        hold_out=draw(st.sampled_from([0, 0, 50])),
        count_earlier=draw(st.booleans()),
        topic=draw(st.sampled_from([None, "News"])),
        include_bots=draw(st.booleans()),
    )
    return plain.with_graph(draw(graphs(wide)))


@st.composite
def runs(draw: DrawFn, anchor: int) -> Run:
    """Runs launched, paused and stopped around an instant."""
    launched_at = anchor + draw(st.sampled_from([-40, -2, -1, 0])) * DAY
    paused = draw(st.sampled_from([(), (), ((-1, 1),), ((0, 1), (1, 3))]))
    return Run(
        "nudge",
        1,
        draw(campaigns()),
        launched_at,
        tuple(Range(anchor + start * DAY, anchor + end * DAY) for start, end in paused),
        draw(st.sampled_from([None, None, None, anchor + 3 * DAY])),
        draw(st.booleans()),
        draw(st.booleans()),
    )


@st.composite
def histories(draw: DrawFn) -> tuple[int, History]:
    """An instant, and people around it who mostly have an address, merge, part, and do what triggers wait for."""
    log = draw(site_logs(most_rows=20))
    addresses = tuple(
        PropertyChange(log.anchor - 60 * DAY, 0, {"email": f"{who}@example.com"}, who, log.anchor - 60 * DAY)
        for who in draw(st.sampled_from([(1, 2, 3, 4), (1, 2), ()]))
    )
    addresses = tuple(replace(row, seq=1000 + row.identity) for row in addresses)
    return log.anchor, History(log.events, (*addresses, *log.changes), log.edges)
