"""Generated campaigns: any workflow that can be drawn, with joins, loops and loose pieces, over the logs' pools."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.semantics.backtest import Backtest, BacktestDifference
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.clock_time import WEEKDAYS
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.event import RETRACTION, Event, IdentityEdge, PropertyChange
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
from tracktor_nb.semantics.period import DAY, HOUR, Range
from tracktor_nb.semantics.person import known_at
from tracktor_nb.semantics.replay import History
from tracktor_nb.semantics.run import Run
from tracktor_nb.semantics.trigger import Trigger

from .pools import ANCHORS, DURATIONS, EVENTS, LETTERS, PROPERTIES
from .strategies import conditions, json_values, names, where_conditions

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


@cache
def backtests(wide: bool = False) -> SearchStrategy[Backtest | BacktestDifference]:
    """Backtests of any campaign, and differences of two."""
    more = {"name": names if wide else st.just("nudge"), "start_present": st.booleans()}
    one, other = campaigns(wide), campaigns(wide)
    return st.one_of(st.builds(Backtest, one, **more), st.builds(BacktestDifference, one, other, **more))


@st.composite
def lively_campaigns(draw: DrawFn) -> Campaign:
    """Campaigns that logs of A, B and C walk through: ways lead forward, and back through waits alone."""
    known: dict[str, Node] = {"trigger-1": draw(_LIVELY_TRIGGERS)}
    for place, node in enumerate(draw(st.lists(nodes(), min_size=3, max_size=6))):
        known[f"{node.kind}-{place}"] = node
    if draw(st.booleans()):
        known["trigger-2"] = draw(_LIVELY_TRIGGERS)
    walked = [id for id, node in known.items() if not node.begins]
    edges = [Edge(START, NEXT, id) for id, node in known.items() if node.begins]
    for id, node in known.items():
        ahead = walked[walked.index(id) + 1 :] if id in walked else walked
        choices = [ahead[:1], ahead[:1], ahead[:2], walked if node.waits else []]
        for output in node.outputs:
            choice = draw(st.sampled_from(choices))
            edges += [Edge(id, output, draw(st.sampled_from(choice)))] if choice else []
    plain = draw(campaigns())
    start = plain.start if draw(st.integers(0, 3)) == 0 else None
    return replace(plain, start=start).with_graph(Graph(known, tuple(edges)))


_LIVELY_TRIGGERS = st.one_of(
    st.builds(Trigger.event, st.sampled_from("AAAB")),
    st.builds(Trigger.event, st.sampled_from("AB")),
    st.sampled_from(
        [
            Trigger.entered(did("A", at_least=2, within="1d")),
            Trigger.left(did("A", within="2d")),
            Trigger.entered(has("plan", "is", "pro") | did("B")),
            Trigger.changed("plan"),
            Trigger.date("when", 1),
            Trigger.schedule("09:00", ["mon", "thu"]),
        ]
    ),
)


@st.composite
def runs(draw: DrawFn, anchor: int) -> Run:
    """Runs launched, paused and stopped around an instant."""
    launched_at = anchor + draw(st.sampled_from([-6, -6, -6, 0])) * DAY
    paused = draw(st.sampled_from([(), (), (), ((-1, 1),), ((0, 1), (1, 3))]))
    return Run(
        "nudge",
        1,
        draw(st.one_of(lively_campaigns(), lively_campaigns(), lively_campaigns(), campaigns())),
        launched_at,
        tuple(Range(anchor + start * DAY, anchor + end * DAY) for start, end in paused),
        draw(st.sampled_from([None, None, None, None, anchor + 3 * DAY])),
        draw(st.booleans()),
        draw(st.booleans()),
    )


_HOURS = st.one_of(st.integers(-4 * 24, 4 * 24), st.integers(0, 6), st.integers(0, 6).map(lambda each: each * 24))
_WHO = st.sampled_from([1, 1, 1, 2, 2, 3])


@st.composite
def histories(draw: DrawFn) -> tuple[int, History]:
    """An instant, and few people around it who have addresses and plans, do A, B and C, merge and part."""
    anchor = draw(st.sampled_from(ANCHORS))
    events, changes, edges = [], [], []
    for who in draw(st.sampled_from([(1, 2, 3), (1, 2, 3), (1, 2), ()])):
        born = anchor - 30 * DAY
        changes.append(PropertyChange(born, who, {"email": f"{who}@example.com", "plan": "free"}, who, born))
    kinds = st.sampled_from([*("event",) * 10, "change", "change", "edge", "retraction"])
    for seq, kind in enumerate(draw(st.lists(kinds, min_size=8, max_size=20)), start=10):
        time, who = anchor + draw(_HOURS) * HOUR, draw(_WHO)
        late = draw(st.sampled_from([0] * 7 + [1, 2 * DAY]))
        if kind == "event":
            name, odd = draw(st.sampled_from("AAAABBC")), draw(st.integers(0, 19))
            said = {"n": draw(st.integers(0, 3))}
            events.append(Event(time, seq, name, said, who, time + late, imported=odd == 1, bot=odd == 2))
        elif kind == "change":
            values = draw(
                st.sampled_from(
                    [{"plan": "pro"}, {"plan": "free"}, {"when": (time + DAY) / 1_000_000}, {"email": None}]
                )
            )
            changes.append(PropertyChange(time, seq, values, who, time + late))
        elif kind == "retraction":
            if events:
                events.append(_retraction(draw(st.sampled_from(events)), seq, draw(st.sampled_from([0, HOUR, DAY]))))
        else:
            undone_at = draw(st.sampled_from([None, None, time + DAY, time + HOUR]))
            edges.append(IdentityEdge(who, who % 3 + 1, time, seq, known_at=time, undone_at=undone_at))
    return anchor, History(tuple(events), tuple(changes), tuple(edges))


def _retraction(event: Event, seq: int, after: int) -> Event:
    """Some time after an event was known it is known not to have happened."""
    at = known_at(event) + after
    return Event(at, seq, RETRACTION, {"event": event.name, "retracts": event.seq}, event.identity, at)
