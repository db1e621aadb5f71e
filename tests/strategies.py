"""Generated values for every property test: definitions, and small logs in which everything collides.

Names, values and instants come from small pools, so that conditions meet the people they ask about, events tie,
windows close exactly at an event, and days of 23 and 25 hours are common. `wide=True` draws any text and any JSON value
instead: good for round trips, useless for evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.semantics.condition import Condition, did, did_not, has
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange, Value
from tracktor_nb.semantics.funnel import Funnel, Step
from tracktor_nb.semantics.metric import MEASURES, Metric
from tracktor_nb.semantics.operators import OPERATORS
from tracktor_nb.semantics.period import DAY, FREQUENCIES, HOUR, NAMED_PERIODS, Calendar, Period
from tracktor_nb.semantics.person import Person, people
from tracktor_nb.semantics.segment import Segment

from .pools import ANCHORS, DATES, DURATIONS, EVENTS, LENGTHS, PROPERTIES, VALUES, ZONES, comparisons

_NUDGES = (0, 0, 0, 1, -1)
_OFTEN, _SELDOM = st.sampled_from([True] * 7 + [False]), st.sampled_from([False] * 7 + [True])

_characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(_characters, max_size=8)
names = st.text(_characters, min_size=1, max_size=8)
numbers: SearchStrategy[int | float] = st.one_of(
    st.integers(-3, 3),
    st.integers(1 - 2**63, 2**63 - 1),
    st.sampled_from([-0.0, 1.0, 0.1, 1e22, 5e-324, 2.0**53]),
    st.floats(allow_nan=False, allow_infinity=False),
)

_TAGS = ("type", "value", "object", "number", "text", "has")  # words with which definitions are written as JSON
_KEYS = texts | st.sampled_from(_TAGS)


def json_values(leaves: SearchStrategy[Value] | None = None, nothing: bool = True) -> SearchStrategy[Value]:
    """Any JSON value; values that careless code holds equal (True, 1, 1.0, "1") come often."""
    scalars = st.sampled_from([True, 1, 1.0, "1", False, 0, 0.0, "0", "", "true", *_TAGS]) | numbers | texts
    flat = leaves if leaves is not None else scalars
    inner = flat | st.none()
    return (
        flat
        | (st.none() if nothing else st.nothing())
        | st.recursive(
            inner,
            lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(_KEYS, deeper, max_size=3),
            max_leaves=5,
        ).filter(lambda value: nothing or value is not None)
    )


# --- time -----------------------------------------------------------------------------------------------------------


def calendars() -> SearchStrategy[Calendar]:
    """Zones with every kind of clock change, weeks from any day on."""
    return st.builds(Calendar, st.sampled_from(ZONES), st.sampled_from([0, 6, *range(7)]))


def anchors() -> SearchStrategy[int]:
    """Instants at which some zone changes its clock or its day."""
    return st.sampled_from(ANCHORS)


# Whole hours and days off, window lengths off, and one microsecond off those.
_OFFSETS = st.builds(
    lambda hours, length, nudge: hours * HOUR + length + nudge,
    st.integers(-30, 30) | st.integers(-40 * 24, 40 * 24),
    st.sampled_from(LENGTHS),
    st.sampled_from(_NUDGES),
)


def instants(anchor: int | None = None) -> SearchStrategy[int]:
    """Instants near the anchor, or near one of `anchors()`."""
    if anchor is None:
        return st.builds(lambda centre, offset: centre + offset, anchors(), _OFFSETS)
    return _OFFSETS.map(lambda offset: anchor + offset)


def instants_near(rows: tuple[int, ...], anchor: int) -> SearchStrategy[int]:
    """Instants at, just before and just after the rows' times and the ends of windows that start or end there."""
    if not rows:
        return instants(anchor)
    edges = st.builds(
        lambda time, sign, length, nudge: time + sign * length + nudge,
        st.sampled_from(rows),
        st.sampled_from([1, 1, 1, -1]),
        st.sampled_from(LENGTHS),
        st.sampled_from(_NUDGES),
    )
    return st.one_of(edges, edges, edges, instants(anchor))


def iso_texts() -> SearchStrategy[str]:
    """ISO 8601 texts near the anchors: days, local times, times with a zone."""
    return st.builds(
        lambda instant, form: Calendar().local(instant).strftime(form),
        instants(),
        st.sampled_from(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f+00:00", "%Y-%m-%dT%H:%M:%S-05:30"]),
    )


def date_pairs() -> SearchStrategy[tuple[str, str]]:
    """(start, end) of a range of days."""
    return st.builds(
        lambda start, days: (
            Calendar().local(start).strftime("%Y-%m-%d"),
            Calendar().local(start + days * DAY).strftime("%Y-%m-%d"),
        ),
        instants(),
        st.integers(1, 40),
    )


def periods() -> SearchStrategy[Period]:
    """Named ranges, durations, and (start, end)."""
    return st.sampled_from(NAMED_PERIODS) | st.sampled_from(DURATIONS) | date_pairs()


# --- definitions ----------------------------------------------------------------------------------------------------


@cache
def _operands(op: str) -> SearchStrategy[Any]:
    if op == "matches":
        return st.sampled_from(["^f", r"\d+", "ü.", "[[:alpha:]]+"])
    one, number_or_text = json_values(nothing=False), numbers | texts
    choices: dict[str, SearchStrategy[Any]] = {
        "nothing": st.none(),
        "one": one,
        "many": st.lists(one, min_size=1, max_size=3),
        "two": st.tuples(number_or_text, number_or_text).filter(_is_pair),
        "number or text": number_or_text,
        "text": names,
        "duration": st.sampled_from(DURATIONS),
        "instant": iso_texts() | st.sampled_from(DATES),
    }
    return choices[OPERATORS[op].takes]


def _is_pair(pair: tuple[Any, Any]) -> bool:
    return isinstance(pair[0], str) == isinstance(pair[1], str) and bool(pair[0] <= pair[1])


_OPERATORS = st.sampled_from(list(OPERATORS))


@st.composite
def has_conditions(draw: DrawFn, wide: bool = False) -> Condition:
    """`has` with every operator; unless `wide`, most of them split the values of the pool."""
    op = draw(_OPERATORS)
    if not wide and draw(_OFTEN):
        return draw(st.sampled_from(draw(st.sampled_from(comparisons(op)))))
    return has(draw(_property_names(wide)), op, draw(_operands(op)), ignore_case=draw(st.booleans()))


@cache
def _property_names(wide: bool) -> SearchStrategy[str]:
    return names if wide else st.sampled_from(PROPERTIES)


@cache
def _event_names(wide: bool) -> SearchStrategy[str]:
    return names if wide else st.sampled_from(EVENTS)


def joined(leaves: SearchStrategy[Condition], most: int = 4) -> SearchStrategy[Condition]:
    """The leaves, nested with & | and ~."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda a, b: a & b, inner, inner),
            st.builds(lambda a, b: a | b, inner, inner),
            inner.map(lambda a: ~a),
        ),
        max_leaves=most,
    )


@cache
def where_conditions(wide: bool = False) -> SearchStrategy[Condition]:
    """What `where=` may ask: event arguments only."""
    return joined(has_conditions(wide), 3)


_WINDOWS: SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.sampled_from([*DURATIONS, *NAMED_PERIODS]).map(lambda period: {"within": period}),
    date_pairs().map(lambda pair: {"between": pair}),
)
_COUNTS: SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        *({}, {"at_most": 0}, {"at_least": 1}, {"at_least": 2}, {"at_least": 3}, {"at_most": 1}, {"at_most": 2}),
        *({"exactly": 0}, {"exactly": 1}, {"exactly": 2}, {"at_least": 1, "at_most": 2}, {"at_least": 2, "at_most": 4}),
    ]
)
_KNOWN_FOR: SearchStrategy[dict[str, Any]] = st.sampled_from([{}, *({"known_for": length} for length in DURATIONS)])


@st.composite
def did_conditions(draw: DrawFn, wide: bool = False) -> Condition:
    """`did` and `did_not` with every way to count and every window."""
    event, where = draw(_event_names(wide)), draw(st.none() | where_conditions(wide))
    window, counts = draw(_WINDOWS), draw(_COUNTS)
    known_for = draw(_KNOWN_FOR) if counts.get("exactly") == 0 or set(counts) == {"at_most"} else {}
    if counts == {"at_most": 0}:
        return did_not(event, where=where, **window, **known_for)
    return did(event, where=where, **window, **counts, **known_for)


@cache
def conditions(wide: bool = False) -> SearchStrategy[Condition]:
    """Any condition about a person, nested freely."""
    return joined(has_conditions(wide) | did_conditions(wide))


@cache
def segments(wide: bool = False) -> SearchStrategy[Segment]:
    """Segments of any condition."""
    return st.builds(Segment, conditions(wide), include_bots=st.booleans())


@st.composite
def funnels(draw: DrawFn, wide: bool = False) -> Funnel:
    """Funnels of one to five steps, names repeated, with every rule."""
    window = draw(st.sampled_from([None, None, "30m", "1h", "1d", "2d", "7d", "30d"]))
    return Funnel(
        draw(_steps(wide)),
        window=window,
        entry=draw(st.sampled_from(["any", "first"])),
        window_scope=draw(st.sampled_from(["funnel", "per step"])) if window else "funnel",
        until=draw(st.sampled_from(["range end", "now"])),
        by=draw(_by(wide)),
        include_bots=draw(st.booleans()),
    )


@cache
def _steps(wide: bool) -> SearchStrategy[list[Step]]:
    plain = (names if wide else st.sampled_from("AABBC")).map(Step)
    asking = st.builds(replace, plain, where=where_conditions(wide))
    step = st.integers(0, 11).flatmap(lambda dice: plain if dice else asking)
    return st.sampled_from([1, 2, 3, 4, 5]).flatmap(lambda length: st.lists(step, min_size=length, max_size=length))


@cache
def metrics(wide: bool = False) -> SearchStrategy[Metric]:
    """Every measure, filtered, split and cut."""
    return st.builds(
        Metric,
        st.sampled_from(list(MEASURES)),
        _event_names(wide),
        where=st.none() | where_conditions(wide),
        by=_by(wide),
        freq=st.sampled_from(FREQUENCIES),
        include_bots=st.booleans(),
    )


@cache
def _by(wide: bool) -> SearchStrategy[str | None]:
    return st.none() | _property_names(wide)


@cache
def definitions(wide: bool = False) -> SearchStrategy[Segment | Funnel | Metric]:
    """Everything that can be saved under a name."""
    return st.one_of(segments(wide), funnels(wide), metrics(wide))


# --- logs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SiteLog:
    """The rows of one site in order of arrival, and an instant they lie around."""

    anchor: int
    events: tuple[Event, ...]
    changes: tuple[PropertyChange, ...]
    edges: tuple[IdentityEdge, ...]

    @property
    def times(self) -> tuple[int, ...]:
        """The times of all rows."""
        rows: list[Event | PropertyChange | IdentityEdge] = [*self.events, *self.changes, *self.edges]
        return tuple(row.time for row in rows)

    def people(self, as_of: int | None = None) -> dict[int, Person]:
        """The people of the log by id."""
        return people(self.events, self.changes, self.edges, as_of)


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
    anchor, few = draw(anchors()), draw(st.lists(_OFFSETS, min_size=1, max_size=6))
    size, who = min(draw(_SIZES), most_rows), st.integers(1, identities)
    events, changes, edges = [], [], []
    for seq, kind in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=size, max_size=most_rows)), start=1):
        place = draw(_PLACES)
        time = anchor + (few[place] if place < len(few) else draw(_OFFSETS))
        known_at = _later(time, draw(_LATER))
        if kind == "event":
            said = _dated(draw(_ARGUMENTS), anchor + few[0])
            events.append(
                Event(time, seq, draw(_EVENT_NAMES), said, draw(who), known_at, draw(_SELDOM), bot=draw(_SELDOM))
            )
        elif kind == "change":
            changes.append(PropertyChange(time, seq, _dated(draw(_CHANGED), anchor + few[-1]), draw(who), known_at))
        else:
            src, dest, undone_at = draw(who), draw(st.integers(1, identities - 1)), _later(time, draw(_UNDONE))
            dest += dest >= src  # anybody else
            edges.append(IdentityEdge(src, dest, time, seq, known_at=known_at, undone_at=undone_at))
    return SiteLog(anchor, tuple(events), tuple(changes), tuple(edges))


def _later(time: int, delay: int | None) -> int | None:
    return None if delay is None else time + delay


def _dated(values: dict[str, Value], instant: int) -> dict[str, Value]:
    """Let dates given in whole seconds lie near the log."""
    return {**values, "when": instant / 1_000_000} if isinstance(values.get("when"), float) else values
