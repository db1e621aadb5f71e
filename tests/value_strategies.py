"""Generated values and instants: careless code holds some of them equal, and windows close exactly at them."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.period import DAY, HOUR, NAMED_PERIODS, Calendar, Period

from .pools import ANCHORS, DURATIONS, LENGTHS, ZONES

_NUDGES = (0, 0, 0, 1, -1)
OFTEN, SELDOM = st.sampled_from([True] * 7 + [False]), st.sampled_from([False] * 7 + [True])

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
OFFSETS = st.builds(
    lambda hours, length, nudge: hours * HOUR + length + nudge,
    st.integers(-30, 30) | st.integers(-40 * 24, 40 * 24),
    st.sampled_from(LENGTHS),
    st.sampled_from(_NUDGES),
)


def instants(anchor: int | None = None) -> SearchStrategy[int]:
    """Instants near the anchor, or near one of `anchors()`."""
    if anchor is None:
        return st.builds(lambda centre, offset: centre + offset, anchors(), OFFSETS)
    return OFFSETS.map(lambda offset: anchor + offset)


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
