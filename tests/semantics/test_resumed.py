"""A campaign that is run part by part does what it does at once: live and replay are one engine (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.campaigns import campaigns
from tests.strategies import SiteLog, calendars, site_logs
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.period import DAY, HOUR, Calendar
from tracktor_nb.semantics.person import known_at
from tracktor_nb.semantics.replay import History, Replay
from tracktor_nb.semantics.resumed import Fresh, Resumed, State
from tracktor_nb.semantics.run import Effect, Run, row_of

FAR = 1000
"""Numbers between two rows of a log, for those that the campaign itself makes."""


def spread(log: SiteLog) -> History:
    """The rows of a log as they arrive one by one, with room between their numbers."""
    reached = 0
    known = {}
    for row in sorted((*log.events, *log.changes, *log.edges), key=lambda row: row.seq):  # type: ignore[attr-defined]
        reached = max(reached + 1, known_at(row), row.time)  # type: ignore[arg-type, attr-defined]
        known[row.seq] = reached  # type: ignore[attr-defined]
    events = [replace(row, seq=row.seq * FAR, known_at=known[row.seq]) for row in log.events]
    changes = [replace(row, seq=row.seq * FAR, known_at=known[row.seq]) for row in log.changes]
    edges = [replace(row, seq=row.seq * FAR, known_at=known[row.seq], undone_at=None) for row in log.edges]
    return History(tuple(events), tuple(changes), tuple(edges), log.cohorts)


def in_parts(
    run: Run, history: History, cuts: Sequence[int], until: int, calendar: Calendar
) -> tuple[list[Effect], State]:
    """Run a campaign as the worker does: rows up to each cut, then those up to the next; nothing is kept but the state
    and the rows that the campaign wrote into the log."""
    state, effects, own, last, reached = State(), list[Effect](), list[Event | PropertyChange](), -1, 0
    for cut in [*(cut * FAR for cut in sorted(cuts)), 2**50]:
        rows = [row for part in (history.events, history.changes, history.edges) for row in part if row.seq <= cut]
        fresh = {row.seq for row in rows if row.seq > last}
        so_far = History(
            (*(row for row in history.events if row.seq <= cut), *(row for row in own if isinstance(row, Event))),
            (*(row for row in history.changes if row.seq <= cut), *(row for row in own if not isinstance(row, Event))),
            tuple(row for row in history.edges if row.seq <= cut),
            history.cohorts,
        )
        end = until if cut == 2**50 else max([reached, *map(known_at, rows)])
        resumed = Resumed(run, so_far, Fresh(fresh, (), reached), state, calendar)
        for number, effect in enumerate(resumed.advance(end + 1), start=1):
            effects.append(effect)
            made = row_of(effect, run, max([0, *(row.seq for row in rows), *(row.seq for row in own)]) + number)
            own += [] if made is None else [made]
        state, last, reached = resumed.state(), cut, end
    return effects, state


@settings(max_examples=150, deadline=None)
@given(
    site_logs(kinds=("event",) * 6 + ("change",) * 2 + ("edge",)),
    campaigns(),
    st.lists(st.integers(1, 14), max_size=4),
    calendars(),
    st.sampled_from([0, HOUR, 3 * DAY, 9 * DAY]),
    st.sampled_from([0, 2 * DAY]),
)
def test_in_parts_or_at_once_a_campaign_does_the_same(
    log: SiteLog, campaign: Campaign, cuts: list[int], calendar: Calendar, rest: int, before: int
) -> None:
    history = spread(log)
    every = [known_at(row) for part in (history.events, history.changes, history.edges) for row in part]
    run = Run("nudge", 1, campaign, min(every, default=0) + before)
    until = max([0, *every]) + rest
    at_once = Replay(run, history, calendar)
    effects = at_once.advance(until + 1)
    parts, state = in_parts(run, history, cuts, until, calendar)
    assert sorted((each.at, each.key, str(dict(each.body))) for each in parts) == sorted(
        (each.at, each.key, str(dict(each.body))) for each in effects
    )
    assert dict(state.journeys) == at_once.journeys
