"""Generated conditions; `wide=True` draws any text and any JSON value, good for round trips, useless for evaluation."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.condition import Condition, Group, asset, did, did_not, has, in_company, in_segment
from tracktor_nb.semantics.condition.asset import ACTIVITIES, HITS
from tracktor_nb.semantics.operators import OPERATORS
from tracktor_nb.semantics.period import NAMED_PERIODS
from tracktor_nb.semantics.segment import Segment

from .pools import COHORTS, DATES, DURATIONS, EVENTS, LETTERS, PROPERTIES, comparisons
from .value_strategies import OFTEN, SELDOM, date_pairs, iso_texts, json_values, names, numbers, texts


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
    if not wide and draw(OFTEN):
        return draw(st.sampled_from(draw(st.sampled_from(comparisons(op)))))
    convert = draw(SELDOM)
    return has(draw(property_names(wide)), op, draw(_operands(op)), ignore_case=draw(st.booleans()), convert=convert)


@cache
def property_names(wide: bool) -> SearchStrategy[str]:
    return names if wide else st.sampled_from(PROPERTIES)


@cache
def event_names(wide: bool) -> SearchStrategy[str]:
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
    event, where = draw(event_names(wide)), draw(st.none() | where_conditions(wide))
    window, counts = draw(_WINDOWS), draw(_COUNTS)
    known_for = draw(_KNOWN_FOR) if counts.get("exactly") == 0 or set(counts) == {"at_most"} else {}
    if counts == {"at_most": 0}:
        return did_not(event, where=where, **window, **known_for)
    return did(event, where=where, **window, **counts, **known_for)


@cache
def company_conditions(wide: bool = False) -> SearchStrategy[Condition]:
    """Companies that the pool has, and one that it has not."""
    return st.builds(in_company, names if wide else st.sampled_from(["Acme", "Acme", "a1", "free"]))


@st.composite
def asset_conditions(draw: DrawFn, wide: bool = False) -> Condition:
    """Everything that can be asked about letters and messages; see `tests.logs.posted`."""
    kind = draw(st.sampled_from(["letter", "letter", "message"]))
    activity = draw(st.sampled_from(list(ACTIVITIES[kind])))
    hits = {"include_proxies": draw(st.booleans()), "include_scanners": draw(st.booleans())} if activity in HITS else {}
    name, negative = draw(names if wide else st.sampled_from(LETTERS)), draw(st.sampled_from(["", "not_"]))
    return asset(name, negative + activity, kind=kind, **draw(_WINDOWS), **hits)


@cache
def member_conditions(wide: bool = False) -> SearchStrategy[Condition]:
    """`in_segment` with what the name stands for; where nothing is evaluated, also without."""
    cohorts = st.sampled_from(COHORTS).map(Cohort)
    inner = st.builds(Segment, joined(has_conditions(wide) | did_conditions(wide), 2), include_bots=st.booleans())
    groups: SearchStrategy[Group | None] = cohorts | inner
    return st.builds(in_segment, names if wide else st.just("x"), stands_for=groups | st.none() if wide else groups)


@cache
def conditions(wide: bool = False) -> SearchStrategy[Condition]:
    """Any condition about a person, nested freely."""
    plain = has_conditions(wide) | did_conditions(wide)
    return joined(plain | plain | company_conditions(wide) | asset_conditions(wide) | member_conditions(wide))
