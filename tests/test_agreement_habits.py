"""The same law for questions about habits: analysis says of everybody what semantics says of each person alone."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.analysis.frames import Log
from tracktor_nb.analysis.lifecycle import figures_of as lifecycle_figures
from tracktor_nb.analysis.lifecycle import lives
from tracktor_nb.analysis.paths import flows, links_of, walks
from tracktor_nb.analysis.retention import figures_of as retention_figures
from tracktor_nb.analysis.retention import stays
from tracktor_nb.analysis.stickiness import active
from tracktor_nb.analysis.stickiness import figures_of as stickiness_figures
from tracktor_nb.semantics.funnel import breakdown_value
from tracktor_nb.semantics.lifecycle import STATES, states
from tracktor_nb.semantics.path import Paths, path
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Range, resolve
from tracktor_nb.semantics.retention import Retained, Retention, cell, horizon, retained
from tracktor_nb.semantics.stickiness import active_periods

from .browsing import browsing_logs
from .habits import lifecycles, paths, retentions, stickinesses
from .logs import busy_logs, busy_periods, log_of, logs, nows
from .strategies import SiteLog, calendars, date_pairs

many = settings(max_examples=500, deadline=None)
grown = st.none() | st.integers(0, 14)
"""Read at once, or up to here first and then refreshed."""


past = st.sampled_from(["this week", "yesterday", "last week", "last month"]) | date_pairs() | busy_periods()
ranges = st.integers(0, 5).flatmap(lambda dice: past if dice > 3 else st.just("all time"))
walked = busy_logs("EEEEEEEEEEEEM") | browsing_logs()
"""Long ways of few people."""


def several(asked: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Questions about one log, each with its range: many meet nobody, and a log is the dearer thing to draw."""
    return st.lists(st.tuples(asked, ranges), min_size=3, max_size=3)


def ids(log: Log, codes: Any) -> list[int]:
    found: list[int] = log.identities.ids[codes].tolist()
    return found


def keys(log: Log, positions: Any) -> list[tuple[int, int]]:
    """Return (time, seq) of each event."""
    rows = log.order[positions]
    return list(zip(log.events.time[rows].tolist(), log.events.seq[rows].tolist(), strict=True))


def typed(value: Any) -> Any:
    """True and 1 are two values of a breakdown, 1 and 1.0 are one."""
    return (isinstance(value, bool), value)


def shown(rows: SiteLog, asked: Range, now: int, freq: Any, calendar: Calendar) -> list[Range]:
    """Return the periods of the range; "all time" reaches from the first event of the log to the last."""
    start, end = asked.start, min(asked.end, now + 1)
    if asked.end == LAST_INSTANT:
        times = [event.time for event in rows.events]
        start, end = max(start, min(times, default=end)), min(end, max(times, default=start) + 1)
    return [Range(*pair) for pair in pairwise(calendar.edges(start, end, freq))] if start < end else []


@many
@given(st.data(), logs(), grown, calendars())
def test_retention_sees_the_same_people_come_back(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar
) -> None:
    log, known = log_of(rows, part), rows.people()
    for retention, period in data.draw(several(retentions())):
        now = data.draw(nows(rows))
        within = resolve(period, now, calendar)
        found = stays(retention, log, within, now, calendar)
        each = {id: retained(retention, person, within, now, calendar) for id, person in known.items()}
        expected = {id: stay for id, stay in each.items() if stay is not None}
        assert dict(zip(ids(log, found.person), keys(log, found.start), strict=True)) == {
            id: (stay.start.time, stay.start.seq) for id, stay in expected.items()
        }
        for at in range(retention.periods + 1):
            came = ids(log, found.person[found.came_back(at, retention.kind)])
            assert set(came) == {id for id, stay in expected.items() if at in stay.periods}
        _check_cells(retention_figures(retention, found, log), retention, expected, rows, within, now, calendar)
        if retention.by is not None:
            rows_by = retention_figures(retention, found, log)["breakdown"]
            by = Counter(typed(breakdown_value(stay.start, known[id], retention.by)) for id, stay in expected.items())
            assert {typed(row["value"]): row["people"] for row in rows_by} == by


def _check_cells(
    figures: dict[str, Any],
    retention: Retention,
    expected: dict[int, Retained],
    rows: SiteLog,
    within: Range,
    now: int,
    calendar: Calendar,
) -> None:
    seen = within
    if within.end == LAST_INSTANT and rows.events:
        seen = Range(within.start, max(event.time for event in rows.events) + 1)
    until = horizon(retention, seen, now)
    cohorts = shown(rows, within, now, retention.freq, calendar)
    assert [cohort["start"] for cohort in figures["cohorts"]] == [cohort.start for cohort in cohorts]
    assert [cohort["partial"] for cohort in figures["cohorts"]] == [
        cohort.start < seen.start or cohort.end > min(seen.end, now + 1) for cohort in cohorts
    ]
    returned, of = Counter[int](), Counter[int]()
    for cohort in figures["cohorts"]:
        stays_in = [stay for stay in expected.values() if stay.cohort == cohort["start"]]
        assert cohort["people"] == len(stays_in)
        for at in range(retention.periods + 1):
            bounds = cell(retention, cohort["start"], at, calendar)
            came = sum(at in stay.periods for stay in stays_in)
            assert cohort["returned"][at] == (came if bounds.start < until else None)
            assert cohort["whole"][at] == (bounds.end <= until)
            if bounds.end <= until:
                returned[at], of[at] = returned[at] + came, of[at] + len(stays_in)
    assert [(row["returned"], row["of"]) for row in figures["average"]] == [
        (returned[at], of[at]) for at in range(retention.periods + 1)
    ]
    assert figures["people_count"] == len(expected) == sum(cohort["people"] for cohort in figures["cohorts"])


@many
@given(st.data(), walked, grown, calendars())
def test_paths_take_the_same_steps(data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar) -> None:
    log, known = log_of(rows, part), rows.people()
    for asked, period in data.draw(several(paths())):
        now = data.draw(nows(rows))
        within = resolve(period, now, calendar)
        walked = {id: path(asked, person, within, now, calendar) for id, person in known.items()}
        walked = {id: chain for id, chain in walked.items() if chain}
        found = walks(asked, log, within, now, calendar)
        chains = [keys(log, chain[chain >= 0]) for chain in found.chain]
        assert dict(zip(ids(log, found.person), chains, strict=True)) == {
            id: [(event.time, event.seq) for event in chain] for id, chain in walked.items()
        }
        flow = flows(asked, found, log)
        labels = {id: [asked.label_of(event.name) for event in chain] for id, chain in walked.items()}
        _check_nodes(asked, flow.steps, list(labels.values()))
        links = links_of(flow)
        for step, nodes in enumerate(flow.steps[1:]):
            assert sum(link["people"] for link in links if link["step"] == step) == sum(
                node["people"] for node in nodes
            )
            for at, node in enumerate(nodes):
                into = [link["people"] for link in links if link["step"] == step and link["target"] == at]
                assert sum(into) == node["people"]


def _check_nodes(asked: Paths, steps: list[list[dict[str, Any]]], walked: list[list[str]]) -> None:
    for at, nodes in enumerate(steps):
        there = Counter(chain[at] for chain in walked if len(chain) > at)
        ranked = sorted(there.items(), key=lambda each: (-each[1], each[0]))
        named = [(node["label"], node["people"]) for node in nodes if node["kind"] == "event"]
        assert named == ranked[: asked.most]
        rest = ranked[asked.most :]
        others = [(node["people"], node["events"]) for node in nodes if node["kind"] == "others"]
        assert others == ([(sum(count for _, count in rest), len(rest))] if rest else [])
        ended = sum(len(chain) == at for chain in walked)
        assert [node["people"] for node in nodes if node["kind"] == "end"] == ([ended] if ended else [])


@many
@given(st.data(), logs(), grown, calendars())
def test_a_lifecycle_has_the_same_states(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar
) -> None:
    log, known = log_of(rows, part), rows.people()
    for asked, period in data.draw(several(lifecycles())):
        now = data.draw(nows(rows))
        within = resolve(period, now, calendar)
        buckets = shown(rows, within, now, asked.freq, calendar)
        starts = [bucket.start for bucket in buckets]
        told = {id: states(asked, person, within, now, calendar) for id, person in known.items()}
        found = lives(asked, log, within, now, calendar)
        said = zip(
            ids(log, found.person), found.buckets.edges[found.bucket].tolist(), found.state.tolist(), strict=True
        )
        assert sorted((id, start, STATES[state]) for id, start, state in said) == sorted(
            (id, start, state)
            for id, of_person in told.items()
            for start, state in of_person.items()
            if start in starts
        )
        figures = lifecycle_figures(found)
        for bucket in figures["buckets"]:
            there = Counter(of_person.get(bucket["start"]) for of_person in told.values())
            assert {state: bucket[state] for state in STATES} == {state: there[state] for state in STATES}
        began = min((event.time for event in rows.events), default=now)
        assert [bucket["partial"] for bucket in figures["buckets"]] == [
            bucket.start < began < bucket.end or bucket.end > min(within.end, now + 1) for bucket in buckets
        ]


@many
@given(st.data(), logs(), grown, calendars())
def test_stickiness_counts_the_same_periods(
    data: st.DataObject, rows: SiteLog, part: int | None, calendar: Calendar
) -> None:
    log, known = log_of(rows, part), rows.people()
    for asked, period in data.draw(several(stickinesses())):
        now = data.draw(nows(rows))
        within = resolve(period, now, calendar)
        told = {id: active_periods(asked, person, within, now, calendar) for id, person in known.items()}
        found = active(asked, log, within, now, calendar)
        said = zip(ids(log, found.person), found.buckets.edges[found.bucket].tolist(), strict=True)
        assert sorted(said) == sorted((id, start) for id, starts in told.items() for start in starts)
        figures = stickiness_figures(found)
        times = Counter(len(starts) for starts in told.values() if starts)
        assert {bar["periods"]: bar["people"] for bar in figures["bars"] if bar["people"]} == times
        partial = {int(found.buckets.edges[at]) for at, cut in enumerate(found.buckets.partial) if cut}
        whole = [sum(start not in partial for start in starts) for starts in told.values()]
        regular = [count for count in whole if count]
        assert figures["average"] == (sum(regular) / len(regular) if regular else None)
