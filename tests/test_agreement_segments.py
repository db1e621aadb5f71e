"""Segments over time, beside each other, and with values they cannot match: of everybody as of each person alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.analysis.answers import answer
from tracktor_nb.analysis.engine import Engine
from tracktor_nb.analysis.mistyped import mistyped
from tracktor_nb.analysis.results import SegmentResult
from tracktor_nb.analysis.results.overlap import OverlapResult
from tracktor_nb.semantics.condition import Has, did, in_segment
from tracktor_nb.semantics.conversion import any_wrong_typed
from tracktor_nb.semantics.overlap import PARTS, Overlap, part_of
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Period, resolve
from tracktor_nb.semantics.references import lookup_in
from tracktor_nb.semantics.segment import Segment, exists
from tracktor_nb.semantics.truth import belongs, holds
from tracktor_nb.semantics.values import values_at

from .logs import Rows, busy_periods, log_of, logs, nows
from .strategies import SiteLog, calendars, cohorts, conditions, has_conditions, overlaps, segments

many = settings(max_examples=500, deadline=None)
grown = st.none() | st.integers(0, 14)


@many
@given(st.data(), logs(), grown, calendars(), segments() | cohorts(), busy_periods())
def test_a_segment_had_the_same_size_at_the_end_of_every_day(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, segment: Segment, period: Period
) -> None:
    now = data.draw(nows(rows))
    known = rows.people()
    result = answer(segment, log_of(rows, part), period, now, calendar)
    assert isinstance(result, SegmentResult)
    within = resolve(period, now, calendar)
    end = min(within.end, now + 1)
    firsts = [person.created_at for person in known.values() if person.created_at is not None]
    start = min([*firsts, end]) if within.end == LAST_INSTANT else within.start
    edges = calendar.edges(start, end, result.freq) if start < end else []
    assert [(size["start"], size["partial"]) for size in result.sizes] == [
        (edge, following > end) for edge, following in pairwise(edges)
    ]
    for size, following in list(zip(result.sizes, edges[1:], strict=True))[-4:]:
        at = min(following, end) - 1
        assert size["people"] == sum(belongs(segment, person, at, calendar)[0] for person in known.values())


@many
@given(st.data(), logs(), grown, calendars(), overlaps())
def test_two_segments_overlap_in_the_same_people(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, overlap: Overlap
) -> None:
    now = data.draw(nows(rows))
    log, known = log_of(rows, part), rows.people()
    result = answer(overlap, log, "today", now, calendar)
    assert isinstance(result, OverlapResult)
    expected = {id: part_of(overlap, person, now, calendar) for id, person in known.items()}
    counts = Counter(expected.values())
    assert result.parts == [{"part": part, "people": counts[part]} for part in PARTS]
    for part_name in PARTS:
        listed = {row["person_id"] for row in result.people_page(part_name, limit=None).rows}
        assert listed == {id for id, its in expected.items() if its == part_name}


@many
@given(st.data(), logs(), grown, calendars(), st.booleans())
def test_values_of_a_wrong_type_are_the_same(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar, bots: bool
) -> None:
    now = data.draw(nows(rows))
    log = log_of(rows, part)
    people = [person for person in rows.people().values() if exists(person, now, bots)]
    for has in data.draw(st.lists(has_conditions(), min_size=4, max_size=4)):
        assert isinstance(has, Has)
        of_people = [(values_at(person.properties(now), has.property), now) for person in people]
        of_events = [
            (values_at(event.properties, has.property), event.time)
            for person in rows.people().values()
            for event in person.events
            if event.name == "A" and event.time <= now and (bots or not event.bot)
        ]
        for asked, values in ((has, of_people), (did("A", where=has), of_events)):
            found = mistyped(Segment(asked, bots), log, now, calendar)
            wrong = sum(any_wrong_typed(has.op, has.value, its, calendar) for its, _ in values)
            assert [row["wrong"] for row in found] == ([wrong] if wrong and not has.convert else [])
            for row in found:
                offer = replace(has, convert=True)
                assert row["meets"] == sum(holds(has, its, at, calendar) for its, at in values)
                assert row["would_meet"] == sum(holds(offer, its, at, calendar) for its, at in values)
                assert row["offer"] == repr(offer)


@many
@given(st.data(), logs(), calendars(), conditions(), st.booleans())
def test_a_name_stands_for_what_is_saved_under_it(
    data: st.DataObject, rows: SiteLog, calendar: Calendar, inner: object, bots: bool
) -> None:
    now = data.draw(nows(rows))
    saved = Segment(inner, bots)  # type: ignore[arg-type]
    engine = Engine(
        lambda site: Rows(rows.events, rows.changes, rows.edges, rows.cohorts),
        lambda site: calendar,
        lambda: now,
        lambda site, name: lookup_in({"saved": saved})(name),
    )
    found = engine.evaluate("shop", Segment(in_segment("saved"), include_bots=True))
    assert isinstance(found, SegmentResult)
    assert found.count == sum(belongs(saved, person, now, calendar)[0] for person in rows.people().values())


@many
@given(st.data(), logs(), calendars(), segments() | cohorts())
def test_the_reasons_say_what_the_list_says(
    data: st.DataObject, rows: SiteLog, calendar: Calendar, segment: Segment
) -> None:
    now = data.draw(nows(rows))
    log = log_of(rows)
    result = answer(segment, log, "today", now, calendar)
    listed = {row["person_id"] for row in result.people_page(limit=None).rows}
    for id in log.identities.ids[log.people].tolist():
        told = result.explain(id)
        assert told.summary.startswith("is a member") is (id in listed)
        assert told.rows
        if id in listed:
            assert told.rows[0]["holds"] == "yes"
