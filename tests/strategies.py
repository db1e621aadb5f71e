"""Generated values for every property test: definitions, and small logs in which everything collides.

Names, values and instants come from small pools, so that conditions meet the people they ask about, events tie,
windows close exactly at an event, and days of 23 and 25 hours are common. `wide=True` draws any text and any JSON value
instead: good for round trips, useless for evaluation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange, Value
from tracktor_nb.semantics.overlap import Overlap
from tracktor_nb.semantics.period import DAY, HOUR
from tracktor_nb.semantics.person import Person, people
from tracktor_nb.semantics.segment import Segment

from .condition_strategies import (
    asset_conditions,
    company_conditions,
    conditions,
    did_conditions,
    has_conditions,
    joined,
    member_conditions,
    where_conditions,
)
from .funnel_strategies import funnel_questions, funnels
from .metric_strategies import formulas, metrics
from .pools import ANCHORS, COHORTS, DURATIONS, EVENTS, PROPERTIES, VALUES
from .value_strategies import (
    OFFSETS,
    SELDOM,
    anchors,
    calendars,
    date_pairs,
    instants,
    instants_near,
    iso_texts,
    json_values,
    names,
    numbers,
    periods,
    texts,
)

__all__ = [
    "ANCHORS",
    "DURATIONS",
    "PROPERTIES",
    "SiteLog",
    "anchors",
    "asset_conditions",
    "calendars",
    "cohorts",
    "company_conditions",
    "conditions",
    "date_pairs",
    "definitions",
    "did_conditions",
    "formulas",
    "funnels",
    "has_conditions",
    "instants",
    "instants_near",
    "iso_texts",
    "joined",
    "json_values",
    "member_conditions",
    "metrics",
    "names",
    "numbers",
    "overlaps",
    "periods",
    "property_values",
    "segments",
    "site_logs",
    "texts",
    "where_conditions",
]


@cache
def segments(wide: bool = False) -> SearchStrategy[Segment]:
    """Segments of any condition."""
    return st.builds(Segment, conditions(wide), include_bots=st.booleans())


@cache
def overlaps(wide: bool = False) -> SearchStrategy[Overlap]:
    """Any two groups beside each other."""
    return st.builds(Overlap, segments(wide) | cohorts(wide), segments(wide) | cohorts(wide))


@cache
def cohorts(wide: bool = False) -> SearchStrategy[Cohort]:
    """The cohorts of the logs; `wide` with any number."""
    return st.builds(Cohort, st.integers(0, 2**53), texts) if wide else st.sampled_from(COHORTS).map(Cohort)


@cache
def definitions(wide: bool = False) -> SearchStrategy[Definition]:
    """Everything that can be saved under a name."""
    return st.one_of(
        segments(wide),
        cohorts(wide),
        overlaps(wide),
        funnels(wide),
        funnel_questions(wide),
        metrics(wide),
        formulas(wide),
    )


# --- logs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SiteLog:
    """The rows of one site in order of arrival, and an instant they lie around."""

    anchor: int
    events: tuple[Event, ...]
    changes: tuple[PropertyChange, ...]
    edges: tuple[IdentityEdge, ...]
    cohorts: Mapping[int, Collection[int]] = field(default_factory=dict)

    @property
    def times(self) -> tuple[int, ...]:
        """The times of all rows."""
        rows: list[Event | PropertyChange | IdentityEdge] = [*self.events, *self.changes, *self.edges]
        return tuple(row.time for row in rows)

    def people(self, as_of: int | None = None) -> dict[int, Person]:
        """The people of the log by id."""
        return people(self.events, self.changes, self.edges, as_of, self.cohorts)


# As semantics/wire.py leaves them: no integer that a float would bend.
_STORABLE = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(-1e15, 1e15).filter(lambda number: number != int(number)),
    texts,
)
_RARE = json_values(_STORABLE, nothing=False)


def property_values(nothing: bool = True) -> SearchStrategy[dict[str, Value]]:
    """Properties of people and events from the pool; with `nothing` some are None."""
    pairs = [(name, value) for name, pool in VALUES.items() for value in (*pool, *([None] if nothing else []))]
    few, many = (st.lists(st.sampled_from(pairs), min_size=least, max_size=6).map(dict) for least in (0, 4))
    return st.one_of(few, many, many, st.dictionaries(st.sampled_from(list(VALUES)), _RARE, max_size=2))


LISTED: SearchStrategy[dict[int, set[int]]] = st.fixed_dictionaries(
    {number: st.sets(st.integers(1, 4), max_size=3) for number in COHORTS}
)
"""The identities on each list; some of them may have no rows."""

KINDS = ("event",) * 4 + ("change",) * 3 + ("edge",)
MOSTLY_EVENTS = ("event",) * 10 + ("change", "edge")
_SIZES = st.sampled_from([0, 4, 8, 12])
_EVENT_NAMES = st.sampled_from([*EVENTS, *EVENTS[:3], *EVENTS[:2]])
_ARGUMENTS, _CHANGED = property_values(nothing=False), property_values()
_LATER = st.sampled_from([None, None, 0, 1, HOUR, 2 * DAY])  # known so much later; None: nothing said
_UNDONE = st.sampled_from([None, None, None, 1, DAY])
_PLACES = st.integers(0, 7)


@st.composite
def site_logs(draw: DrawFn, most_rows: int = 14, identities: int = 4, kinds: tuple[str, ...] = KINDS) -> SiteLog:
    """Logs of few identities: equal times, merges (some undone), late arrivals, imports and bots."""
    anchor, few = draw(anchors()), draw(st.lists(OFFSETS, min_size=1, max_size=6))
    size, who = min(draw(_SIZES), most_rows), st.integers(1, identities)
    events, changes, edges = [], [], []
    for seq, kind in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=size, max_size=most_rows)), start=1):
        place = draw(_PLACES)
        time = anchor + (few[place] if place < len(few) else draw(OFFSETS))
        known_at = _later(time, draw(_LATER))
        if kind == "event":
            said = _dated(draw(_ARGUMENTS), anchor + few[0])
            events.append(
                Event(time, seq, draw(_EVENT_NAMES), said, draw(who), known_at, draw(SELDOM), bot=draw(SELDOM))
            )
        elif kind == "change":
            changes.append(PropertyChange(time, seq, _dated(draw(_CHANGED), anchor + few[-1]), draw(who), known_at))
        else:
            src, dest, undone_at = draw(who), draw(st.integers(1, identities - 1)), _later(time, draw(_UNDONE))
            dest += dest >= src  # anybody else
            edges.append(IdentityEdge(src, dest, time, seq, known_at=known_at, undone_at=undone_at))
    return SiteLog(anchor, tuple(events), tuple(changes), tuple(edges), draw(LISTED))


def _later(time: int, delay: int | None) -> int | None:
    return None if delay is None else time + delay


def _dated(values: dict[str, Value], instant: int) -> dict[str, Value]:
    """Let dates given in whole seconds lie near the log."""
    return {**values, "when": instant / 1_000_000} if isinstance(values.get("when"), float) else values
