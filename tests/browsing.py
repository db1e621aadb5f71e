"""Logs of visits: pages and campaigns named, breaks that just end a session, days of silence, days without a break."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.semantics.acquisition import Acquisition
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange, Value
from tracktor_nb.semantics.leaving import Leaving
from tracktor_nb.semantics.pages import Pages
from tracktor_nb.semantics.period import DAY, FREQUENCIES, MINUTE
from tracktor_nb.semantics.session import SESSION_MEASURES, Sessions
from tracktor_nb.semantics.stops import Stops

from .logs import busy_funnels
from .strategies import SiteLog, anchors

_DAYS = [0, 0, 0, 0, -1, -2, -13, -14, -15, -20, -27, -28, -30, -41, -42, 1]
_MINUTES = [0, 0, 1, 10, 30, 30, 31, 59, 60, 90, 119, 600]
_NUDGES = [0, 0, 0, 0, 1, -1]
_PAGES: list[Value] = [
    "/",
    "/",
    "/a",
    "/b",
    "/a?x=1",
    "https://s.example",
    "https://s.example/b#c",
    "",
    2,
    None,
    ["/a"],
]
_CAMPAIGNS: list[Value] = [None, None, None, "spring", "autumn", 1, True, ["spring"]]
_NAMES = ["A", "A", "B", "C", "Visited Site", "Letter clicked"]
_DELAYS = [None, None, 0, DAY]


def _said(page: Value, campaign: Value) -> dict[str, Value]:
    named = {"page": page, "utm_campaign": campaign}
    return {name: value for name, value in named.items() if value is not None}


@st.composite
def browsing_logs(draw: DrawFn) -> SiteLog:
    """Logs of at most four identities with merges, and in every third one somebody who never stops."""
    anchor = draw(anchors())
    times = st.builds(
        lambda day, minute, nudge: anchor + day * DAY + minute * MINUTE + nudge,
        *map(st.sampled_from, (_DAYS, _MINUTES, _NUDGES)),
    )
    said = st.builds(_said, st.sampled_from(_PAGES), st.sampled_from(_CAMPAIGNS))
    row = st.tuples(
        times, st.integers(1, 4), st.sampled_from(_NAMES), said, st.sampled_from(_DELAYS), st.integers(0, 7)
    )
    events: list[Event] = []
    for time, who, name, values, delay, dice in draw(st.lists(row, min_size=6, max_size=24)):
        known = None if delay is None else time + delay
        events.append(Event(time, len(events) + 1, name, values, who, known, bot=dice == 0))
    if draw(st.integers(0, 2)) == 0:
        start, step = draw(times), draw(st.sampled_from([29, 30]))
        for number in range(draw(st.integers(45, 105))):
            page = "/" if number % 3 else "/a"
            events.append(Event(start + number * step * MINUTE, len(events) + 1, "A", {"page": page}, 1))
    seq = len(events)
    changes = (PropertyChange(anchor, seq + 1, {"plan": "free"}, 4),)
    pairs = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.sampled_from([None, DAY])), max_size=2))
    edges = [
        IdentityEdge(src, dest, anchor, seq + 2 + at, undone_at=None if undone is None else anchor + undone)
        for at, (src, dest, undone) in enumerate(pairs)
        if src != dest
    ]
    return SiteLog(anchor, tuple(events), changes, tuple(edges))


def overviews() -> SearchStrategy[Sessions | Pages | Stops | Acquisition | Leaving]:
    """Every definition of the overview."""
    bots = st.booleans()
    return st.one_of(
        st.builds(Sessions, st.sampled_from(list(SESSION_MEASURES)), st.sampled_from(FREQUENCIES), bots),
        st.builds(Pages, bots),
        st.builds(Stops, st.dictionaries(st.sampled_from(["one", "two"]), busy_funnels(), max_size=2), bots),
        st.builds(Acquisition, st.sampled_from(["utm_campaign", "page"]), st.sampled_from(["first", "last"]), bots),
        st.builds(Leaving, bots),
    )
