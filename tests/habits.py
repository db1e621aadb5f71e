"""Generated questions about habits: retention, paths, lifecycle and stickiness.

Names come from small pools that meet the generated logs; `wide=True` draws any text instead, for round trips.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.semantics.condition import Condition
from tracktor_nb.semantics.funnel import Step
from tracktor_nb.semantics.lifecycle import Lifecycle
from tracktor_nb.semantics.path import Paths
from tracktor_nb.semantics.period import FREQUENCIES
from tracktor_nb.semantics.retention import LENGTHS, Retention
from tracktor_nb.semantics.stickiness import Stickiness

from .pools import EVENTS
from .strategies import conditions, names, where_conditions

_DICE = st.integers(0, 5)


def _seldom(rare: SearchStrategy[Any], common: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Zero is what is drawn most, so the rare one stands at the other end."""
    return _DICE.flatmap(lambda dice: rare if dice == 5 else common)


@cache
def _events(wide: bool) -> SearchStrategy[str]:
    return names if wide else st.sampled_from(["A", "A", "A", "B", "B", *EVENTS])


@cache
def asked(wide: bool = False) -> SearchStrategy[Step]:
    """An event, now and then with a condition on its arguments."""
    return _seldom(st.builds(Step, _events(wide), where_conditions(wide)), _events(wide).map(Step))


@cache
def _among(wide: bool) -> SearchStrategy[Condition | None]:
    return _seldom(conditions(wide), st.none())


@cache
def _by(wide: bool) -> SearchStrategy[str | None]:
    return st.none() | (names if wide else st.sampled_from(["plan", "n", "last_seen"]))


@cache
def retentions(wide: bool = False) -> SearchStrategy[Retention]:
    """Every kind of retention, by both clocks."""
    return st.builds(
        Retention,
        asked(wide),
        returning=st.none() | asked(wide),
        kind=st.sampled_from(["on", "on or after"]),
        freq=st.sampled_from(list(LENGTHS)),
        periods=st.integers(1, 4),
        cohort=st.sampled_from(["first ever", "first in range"]),
        clock=st.sampled_from(["calendar", "rolling"]),
        until=st.sampled_from(["range end", "now"]),
        among=_among(wide),
        by=_by(wide),
        include_bots=st.booleans(),
    )


@st.composite
def paths(draw: DrawFn, wide: bool = False) -> Paths:
    """Paths in both directions, with events named, hidden and joined."""
    several = st.lists(_events(wide), max_size=2)
    chosen = draw(st.sampled_from(["nothing", "nothing", "nothing", "only", "hide"]))
    joined = draw(st.lists(_events(wide), min_size=2, max_size=3, unique=True))
    labels = draw(st.lists(names if wide else st.sampled_from(["A", "AB", "rest"]), max_size=2, unique=True))
    labels = labels if draw(st.integers(0, 2)) == 2 else []
    return Paths(
        draw(asked(wide)),
        direction=draw(st.sampled_from(["after", "before"])),
        depth=draw(st.sampled_from([3, 4, 2, 1])),
        most=draw(st.sampled_from([2, 1, 5])),
        window=draw(st.sampled_from([None, "1h", "1d", "30m", "1h"])),
        within_session=draw(st.sampled_from([False, False, True])),
        entry=draw(st.sampled_from(["first", "last"])),
        group={label: joined[at::2] for at, label in enumerate(labels)},
        collapse=draw(st.booleans()),
        among=draw(_among(wide)),
        include_bots=draw(st.booleans()),
        **{} if chosen == "nothing" else {chosen: draw(several)},
    )


@cache
def lifecycles(wide: bool = False) -> SearchStrategy[Lifecycle]:
    """The lifecycle of every event and of any activity."""
    return st.builds(
        Lifecycle,
        st.none() | asked(wide),
        freq=st.sampled_from(FREQUENCIES),
        among=_among(wide),
        include_bots=st.booleans(),
    )


@cache
def stickinesses(wide: bool = False) -> SearchStrategy[Stickiness]:
    """The stickiness of every event and of any activity."""
    return st.builds(
        Stickiness,
        st.none() | asked(wide),
        freq=st.sampled_from(FREQUENCIES),
        among=_among(wide),
        include_bots=st.booleans(),
    )


@cache
def habits(wide: bool = False) -> SearchStrategy[Retention | Paths | Lifecycle | Stickiness]:
    """Any question about habits."""
    return st.one_of(retentions(wide), paths(wide), lifecycles(wide), stickinesses(wide))
