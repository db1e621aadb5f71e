"""The law of `test_agreement` for sessions and the overview: analysis says of everybody what semantics says of one."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.analysis.acquisition import arrivals
from tracktor_nb.analysis.activity import active_people, regular_people, silent_people
from tracktor_nb.analysis.frames import Log
from tracktor_nb.analysis.pages import page_use
from tracktor_nb.analysis.sessions import browsing, figures_of_sessions, session_rows
from tracktor_nb.analysis.stops import stops_of
from tracktor_nb.semantics.acquisition import Acquisition, arrival
from tracktor_nb.semantics.activity import is_active, is_leaving, was_regular
from tracktor_nb.semantics.attempt import attempt
from tracktor_nb.semantics.pages import Pages, sessions_in
from tracktor_nb.semantics.period import DAY, HOUR, Calendar, Period, resolve
from tracktor_nb.semantics.session import SESSION_MEASURES, Session, Sessions, sessions, value_of_sessions
from tracktor_nb.semantics.stops import Stops, last_page

from .browsing import browsing_logs
from .logs import busy_funnels, log_of
from .strategies import SiteLog, calendars

many = settings(max_examples=500, deadline=None)
instants = st.sampled_from([0, 1, HOUR, 90 * 60_000_000, DAY, 2 * DAY, -HOUR, -15 * DAY])
asked = st.sampled_from(["all time", "all time", "last 28 days", "30d", "today", "2d", "last 7 days"])
grown = st.none() | st.integers(0, 14)


def _ids(log: Log, codes: Any) -> list[int]:
    ids: list[int] = log.identities.ids[codes].tolist()
    return ids


@many
@given(browsing_logs(), grown, instants, st.booleans())
def test_everybody_has_the_same_sessions(rows: SiteLog, part: int | None, offset: int, bots: bool) -> None:
    now, log = rows.anchor + offset, log_of(rows, part)
    found = browsing(log, now, bots)
    table = session_rows(log, found)
    columns = (table.start, table.length, table.views, table.entry, table.exit)
    names = np.array([*found.pages, None], object)
    seen: dict[int, list[Any]] = defaultdict(list)
    for id, start, length, views, entry, exit in zip(
        _ids(log, table.person), *(column.tolist() for column in columns), strict=True
    ):
        seen[id].append((start, length, views, names[entry], names[exit]))
    assert dict(seen) == {
        id: [(each.start, each.length, len(each.pages), each.pages[0], each.pages[-1]) for each in its]
        for id, person in rows.people().items()
        if (its := sessions(person, now, bots))
    }


@many
@given(browsing_logs(), grown, instants, asked, calendars(), st.sampled_from(list(SESSION_MEASURES)), st.booleans())
def test_the_numbers_of_sessions_are_the_same(
    rows: SiteLog, part: int | None, offset: int, period: Period, calendar: Calendar, measure: Any, bots: bool
) -> None:
    now, log = rows.anchor + offset, log_of(rows, part)
    within = resolve(period, now, calendar)
    found = figures_of_sessions(Sessions(measure, "day", bots), log, within, now, calendar)
    each = {id: sessions_in(person, within, now, bots) for id, person in rows.people().items()}
    them = [session for its in each.values() for session in its]
    assert found["visitors"] == sum(map(bool, each.values()))
    assert {name: found[name] for name in SESSION_MEASURES} == {name: _value(name, them) for name in SESSION_MEASURES}
    edges = [bucket["start"] for bucket in found["buckets"]]
    for bucket in found["buckets"]:
        end = calendar.next(bucket["start"], "day")
        assert bucket["value"] == _value(measure, [it for it in them if bucket["start"] <= it.start < end])
    assert edges == sorted(set(edges))


def _value(measure: Any, them: list[Session]) -> float | None:
    return value_of_sessions(
        measure,
        len(them),
        sum(each.length for each in them),
        sum(len(each.pages) for each in them),
        sum(each.is_bounce for each in them),
    )


@many
@given(browsing_logs(), grown, instants, asked, calendars(), st.booleans())
def test_pages_are_used_the_same(
    rows: SiteLog, part: int | None, offset: int, period: Period, calendar: Calendar, bots: bool
) -> None:
    now, log = rows.anchor + offset, log_of(rows, part)
    within = resolve(period, now, calendar)
    found = page_use(Pages(bots), log, within, now)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    viewers, leavers = defaultdict(set), defaultdict(set)
    for id, person in rows.people().items():
        for session in sessions_in(person, within, now, bots):
            for page in session.pages:
                counts[page]["views"] += 1
                viewers[page].add(id)
            counts[session.pages[0]]["entries"] += 1
            counts[session.pages[0]]["went_on"] += not session.is_bounce
            counts[session.pages[-1]]["exits"] += 1
            leavers[session.pages[-1]].add(id)
    assert {
        row["page"]: [row[name] for name in ("people", "views", "entries", "went_on", "exits")] for row in found.rows
    } == {
        page: [len(viewers[page]), *(each[name] for name in ("views", "entries", "went_on", "exits"))]
        for page, each in counts.items()
    }
    for at, row in enumerate(found.rows):
        assert set(_ids(log, found.viewers[1][found.viewers[0] == at])) == viewers[row["page"]]
        assert set(_ids(log, found.leavers[1][found.leavers[0] == at])) == leavers[row["page"]]


@many
@given(browsing_logs(), grown, instants, asked, calendars(), st.booleans())
def test_people_stop_on_the_same_pages(
    rows: SiteLog, part: int | None, offset: int, period: Period, calendar: Calendar, bots: bool
) -> None:
    now, log, stops = rows.anchor + offset, log_of(rows, part), Stops(include_bots=bots)
    within = resolve(period, now, calendar)
    found, _, stopped = stops_of(stops, log, within, now, calendar)
    expected: dict[str, set[int]] = defaultdict(set)
    for id, person in rows.people().items():
        page = last_page(stops, person, within, now, calendar)
        if page is not None:
            expected[page].add(id)
    seen = {row["place"]: set(_ids(log, codes)) for row, codes in zip(found, stopped, strict=True) if len(codes)}
    assert seen == expected


@many
@given(browsing_logs(), grown, instants, asked, calendars(), busy_funnels(), busy_funnels())
def test_people_stop_at_the_same_steps(
    rows: SiteLog, part: int | None, offset: int, period: Period, calendar: Calendar, one: Any, other: Any
) -> None:
    now, log, funnels = rows.anchor + offset, log_of(rows, part), {"one": one, "other": other}
    within = resolve(period, now, calendar)
    found, reached, stopped = stops_of(Stops(funnels), log, within, now, calendar)
    seen = [
        (row["funnel"], row["place"], sorted(_ids(log, people)), sorted(_ids(log, them)))
        for row, people, them in zip(found, reached, stopped, strict=True)
    ]
    expected = []
    for name, funnel in funnels.items():
        got = {id: attempt(funnel, each, within, now, calendar).reached for id, each in rows.people().items()}
        for at, step in enumerate(funnel.steps[:-1], start=1):
            here = sorted(id for id, reach in got.items() if reach >= at)
            expected.append((name, step.label, here, [id for id in here if got[id] == at]))
    assert sorted(seen) == sorted(expected)
    assert [len(them) for *_, them in seen] == sorted((len(them) for *_, them in seen), reverse=True)


@many
@given(
    browsing_logs(),
    grown,
    instants,
    asked,
    calendars(),
    st.builds(
        Acquisition, st.sampled_from(["utm_campaign", "page"]), st.sampled_from(["first", "last"]), st.booleans()
    ),
)
def test_people_came_by_the_same_event(
    rows: SiteLog, part: int | None, offset: int, period: Period, calendar: Calendar, acquisition: Acquisition
) -> None:
    at, log = rows.anchor + offset, log_of(rows, part)
    within = resolve(period, at, calendar)
    found = arrivals(acquisition, log, within, at)
    keys = zip(log.time[found].tolist(), log.events.seq[log.order[found]].tolist(), strict=True)
    assert dict(zip(_ids(log, log.person_code[found]), keys, strict=True)) == {
        id: (came.event.time, came.event.seq)
        for id, person in rows.people().items()
        if (came := arrival(acquisition, person, within, at)) is not None
    }


@many
@given(browsing_logs(), grown, instants, calendars(), st.booleans())
def test_the_same_people_are_active_and_leaving(
    rows: SiteLog, part: int | None, offset: int, calendar: Calendar, bots: bool
) -> None:
    at, log = rows.anchor + offset, log_of(rows, part)
    known = rows.people()

    def those(flags: Any) -> set[int]:
        return set(_ids(log, np.flatnonzero(flags)))

    regular = regular_people(log, at, calendar, bots)
    assert those(active_people(log, at, calendar, bots)) == {
        id for id, person in known.items() if is_active(person, at, calendar, bots)
    }
    assert those(regular) == {id for id, person in known.items() if was_regular(person, at, calendar, bots)}
    assert those(regular & silent_people(log, at, calendar, bots)) == {
        id for id, person in known.items() if is_leaving(person, at, calendar, bots)
    }
