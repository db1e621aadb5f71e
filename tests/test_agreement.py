"""The law that holds the two together: analysis says of everybody what semantics says of each person alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.analysis.answers import answer
from tracktor_nb.analysis.conditions import truth as truth_of_all
from tracktor_nb.analysis.frames import Log
from tracktor_nb.analysis.results import FunnelResult, SegmentResult
from tracktor_nb.analysis.segments import members
from tracktor_nb.semantics.attempt import attempt
from tracktor_nb.semantics.condition import did
from tracktor_nb.semantics.period import Calendar, resolve
from tracktor_nb.semantics.person import Person, known_at
from tracktor_nb.semantics.segment import exists, membership
from tracktor_nb.semantics.truth import belongs, truth
from tracktor_nb.semantics.values import values_at

from .logs import busy_funnels, busy_logs, log_of, logs, nows, posted
from .strategies import (
    PROPERTIES,
    SiteLog,
    asset_conditions,
    calendars,
    cohorts,
    conditions,
    has_conditions,
    instants_near,
    segments,
)

many = settings(max_examples=500, deadline=None)
grown = st.none() | st.integers(0, 14)
"""Read at once, or up to here first and then refreshed."""


@many
@given(st.data(), logs(), grown, calendars(), st.booleans())
def test_a_condition_holds_for_the_same_people(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, bots: bool
) -> None:
    at = data.draw(nows(rows))
    log = log_of(rows, part)
    known = _with_rows(rows.people())
    for condition in data.draw(st.lists(conditions(), min_size=1, max_size=3)):
        found = truth_of_all(condition, log, at, calendar, bots)
        assert dict(zip(_ids(log, log.people), found.tolist(), strict=True)) == {
            id: truth(condition, person, at, calendar, bots)[0] for id, person in known.items()
        }


@many
@given(st.data(), logs(), grown, calendars())
def test_every_operator_says_the_same_of_properties_of_people_and_of_events(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar
) -> None:
    at = data.draw(nows(rows))
    log, known = log_of(rows, part), _with_rows(rows.people())
    for condition in data.draw(st.lists(has_conditions(), min_size=4, max_size=4)):
        for asked in (condition, did("A", where=condition)):
            found = truth_of_all(asked, log, at, calendar)
            assert dict(zip(_ids(log, log.people), found.tolist(), strict=True)) == {
                id: truth(asked, person, at, calendar)[0] for id, person in known.items()
            }


@many
@given(st.data(), logs().map(posted), grown, calendars(), st.booleans())
def test_what_was_done_with_letters_and_messages_is_the_same(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, bots: bool
) -> None:
    at = data.draw(nows(rows))
    log, known = log_of(rows, part), _with_rows(rows.people())
    for condition in data.draw(st.lists(asset_conditions(), min_size=4, max_size=4)):
        found = truth_of_all(condition, log, at, calendar, bots)
        assert dict(zip(_ids(log, log.people), found.tolist(), strict=True)) == {
            id: truth(condition, person, at, calendar, bots)[0] for id, person in known.items()
        }


@many
@given(st.data(), logs(), grown, calendars(), st.one_of(segments(), cohorts()))
def test_a_segment_has_the_same_members(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, segment: Any
) -> None:
    at = data.draw(nows(rows))
    log, known = log_of(rows, part), rows.people()
    expected = {id for id, person in known.items() if belongs(segment, person, at, calendar)[0]}
    assert set(_ids(log, members(segment, log, at, calendar))) == expected
    result = answer(segment, log, "all time", at, calendar)
    assert isinstance(result, SegmentResult)
    assert result.count == len(expected)
    assert result.known == sum(exists(person, at, segment.include_bots) for person in known.values())


@many
@given(st.data(), logs(), grown, calendars(), st.one_of(segments(), busy_funnels()))
def test_as_of_a_date_both_know_the_same(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, definition: Any
) -> None:
    as_of = data.draw(instants_near(tuple(known_at(row) for row in (*rows.events, *rows.changes)), rows.anchor))
    now = data.draw(nows(rows))
    log, known = log_of(rows, part), rows.people(as_of)
    result = answer(definition, log, "all time", now, calendar, as_of)
    at = min(now, as_of)
    within = resolve("all time", at, calendar)
    if isinstance(result, SegmentResult):
        assert result.count == sum(membership(definition, person, at, calendar)[0] for person in known.values())
    else:
        assert isinstance(result, FunnelResult)
        reached = Counter(attempt(definition, person, within, at, calendar).reached for person in known.values())
        expected = [sum(reached[more] for more in reached if more > step) for step in range(len(definition.steps))]
        assert [step["people"] for step in result.steps] == expected


@many
@given(st.data(), busy_logs("ECCCCCCMM"), grown)
def test_everybody_has_the_same_properties_at_every_instant(
    data: st.DataObject, rows: SiteLog, part: int | None
) -> None:
    log, known = log_of(rows, part), _with_rows(rows.people())
    asked = [(id, at) for id in known for at in data.draw(st.lists(nows(rows), min_size=2, max_size=2))]
    code_of = {id: code for code, id in enumerate(log.identities.ids.tolist())}
    person, instants = np.array([code_of[id] for id, _ in asked]), np.array([at for _, at in asked])
    for path in PROPERTIES:
        found = log.of_people.values(path, person, instants)
        assert [repr(found.values[code]) for code in found.codes] == [
            repr(values_at(known[id].properties(at), path)) for id, at in asked
        ]


@many
@given(logs(), grown)
def test_a_person_taken_out_of_the_columns_is_the_person_of_the_log(rows: SiteLog, part: int | None) -> None:
    log = log_of(rows, part)
    code_of = {id: code for code, id in enumerate(log.identities.ids.tolist())}
    for id, person in _with_rows(rows.people()).items():
        found = log.person(code_of[id])
        assert [(each.time, each.seq, each.name, each.properties, each.bot) for each in found.events] == [
            (each.time, each.seq, each.name, each.properties, each.bot) for each in person.events
        ]
        assert [(each.time, each.seq, each.values) for each in found.changes] == [
            (each.time, each.seq, each.values) for each in person.changes
        ]
        assert [(each.time, each.seq) for each in found.edges] == [(each.time, each.seq) for each in person.edges]


def _with_rows(people: dict[int, Person]) -> dict[int, Person]:
    """Somebody of whom there is only a merge is in no column."""
    return {id: person for id, person in people.items() if person.events or person.changes}


def _ids(log: Log, codes: Any) -> list[int]:
    ids: list[int] = log.identities.ids[codes].tolist()
    return ids


def _key(log: Log, position: int) -> tuple[int, int]:
    return int(log.time[position]), int(log.events.seq[log.order[position]])


def _typed(value: Any) -> Any:
    """True and 1 are two values of a breakdown, 1 and 1.0 are one."""
    return (isinstance(value, bool), value)


def _typed_rows(breakdown: list[dict[str, Any]], key: str) -> dict[Any, Any]:
    found = {_typed(row["value"]): row[key] for row in breakdown}
    assert len(found) == len(breakdown)
    return found
