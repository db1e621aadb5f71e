"""Replays: the laws that hold for any campaign over any history, and what two versions differ in."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.campaigns import histories, runs
from tests.naive_campaigns import worked
from tests.stories import BYE, HI, NOON, A, story
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.event import Event, PropertyChange
from tracktor_nb.semantics.nodes import SendLetter, Wait
from tracktor_nb.semantics.period import DAY, HOUR, Calendar, Range
from tracktor_nb.semantics.person import known_at
from tracktor_nb.semantics.replay import History, Replay, difference, rehearse
from tracktor_nb.semantics.run import Effect, Run, row_of
from tracktor_nb.semantics.trigger import Trigger

CALENDAR = Calendar("Europe/Vienna")
SOME_DAYS = 12 * DAY


def replayed(run: Run, history: History, until: int) -> list[Effect]:
    return Replay(run, history, CALENDAR).advance(until)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_replay_is_the_same_in_slices_and_from_what_a_live_run_recorded(data: st.DataObject) -> None:
    anchor, history = data.draw(histories())
    run = data.draw(runs(anchor))
    effects = replayed(run, history, anchor + SOME_DAYS)
    assert_shape(effects)
    replay = Replay(run, history, CALENDAR)
    cuts = data.draw(st.lists(st.integers(-40 * 24, 12 * 24), max_size=4))
    slices = [replay.advance(anchor + cut * HOUR) for cut in sorted(cuts)]
    assert [effect for part in (*slices, replay.advance(anchor + SOME_DAYS)) for effect in part] == effects
    if not run.rehearsal:
        assert replayed(run, recorded(run, history, effects), anchor + SOME_DAYS) == effects


def recorded(run: Run, history: History, effects: list[Effect]) -> History:
    """The history with the rows that the campaign made itself."""
    rows = [row_of(effect, run, 1000 + place) for place, effect in enumerate(effects)]
    return replace(
        history,
        events=(*history.events, *(row for row in rows if isinstance(row, Event))),
        changes=(*history.changes, *(row for row in rows if isinstance(row, PropertyChange))),
    )


def assert_shape(effects: list[Effect]) -> None:
    """Keys are unique, time goes on, a journey begins once and ends once, its visits are numbered."""
    assert [key for key, times in Counter(effect.key for effect in effects).items() if times > 1] == []
    assert [effect.at for effect in effects] == sorted(effect.at for effect in effects)
    journeys = defaultdict(list)
    for effect in effects:
        journeys[effect.journey].append(effect)
    for told in journeys.values():
        kinds = [effect.kind for effect in told]
        assert kinds == ["refused"] or kinds[0] == "entered"
        if "exit" in kinds:
            assert set(kinds[kinds.index("exit") + 1 :]) <= {"goal"}
        visits = Counter[str]()
        for effect in told:
            visits[effect.node] += effect.kind == "visit"
            assert effect.kind != "visit" or effect.visit == visits[effect.node]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_replay_does_what_a_plain_worker_does_that_works_everything_out_anew(data: st.DataObject) -> None:
    anchor, history = data.draw(histories())
    run = data.draw(runs(anchor))
    assume({trigger.cause for trigger in run.definition.graph.triggers.values()} <= {"event", "changed"})
    until = anchor + SOME_DAYS
    assert worked(run, history, CALENDAR, until) == replayed(run, history, until)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_merges_undone_before_run_and_rows_in_any_order_change_nothing(data: st.DataObject) -> None:
    anchor, history = data.draw(histories())
    run = data.draw(runs(anchor))
    lasting = tuple(edge for edge in history.edges if edge.undone_at is None or edge.undone_at >= run.launched_at)
    other = replace(
        history,
        edges=tuple(data.draw(st.permutations(lasting))),
        events=tuple(data.draw(st.permutations(history.events))),
    )
    assert replayed(run, other, anchor + SOME_DAYS) == replayed(run, history, anchor + SOME_DAYS)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_person_gets_a_letter_once_in_a_campaign(data: st.DataObject) -> None:
    anchor, history = data.draw(histories())
    run = data.draw(runs(anchor))
    forever = replace(history, edges=tuple(replace(edge, undone_at=None, known_at=0) for edge in history.edges))
    replay = Replay(run, forever, CALENDAR)
    every = {
        node.letter for node in run.definition.graph.nodes.values() if isinstance(node, SendLetter) and node.every_time
    }
    got = Counter(
        (replay._who(effect.identity), effect.body["letter"])
        for effect in replay.advance(anchor + SOME_DAYS)
        if effect.kind == "letter" and effect.body["letter"] not in every
    )
    assert set(got.values()) <= {1}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_nothing_is_done_before_it_was_known(data: st.DataObject) -> None:
    anchor, history = data.draw(histories())
    run, cut = data.draw(runs(anchor)), anchor + data.draw(st.integers(-48, 48)) * HOUR
    known = History(
        tuple(event for event in history.events if known_at(event) < cut),
        tuple(change for change in history.changes if known_at(change) < cut),
        tuple(edge for edge in history.edges if known_at(edge) < cut),
    )
    assert replayed(run, known, cut) == replayed(run, history, cut)


def test_two_versions_differ_in_who_gets_what_and_when() -> None:
    told = story([A]).did("A", 0)
    history = History(tuple(told.events), tuple(told.changes))
    period = Range(NOON - DAY, NOON + 10 * DAY)
    old = rehearse(Campaign([A, HI, SendLetter("News"), Wait("1d"), SendLetter("Gone")]), history, period, CALENDAR)
    new = rehearse(Campaign([A, HI, Wait("2d"), SendLetter("News"), BYE]), history, period, CALENDAR)
    change = difference(old, new)
    assert [effect.body["letter"] for effect in change.gained] == ["Bye"]
    assert [effect.body["letter"] for effect in change.lost] == ["Gone"]
    assert [(one.body["letter"], one.at - NOON, other.at - NOON) for one, other in change.moved] == [
        ("News", 0, 2 * DAY)
    ]
    assert difference(old, old) == difference([], [])


def test_a_rehearsal_begins_and_ends_with_its_period() -> None:
    told = story([A]).did("A", 0, imported=True).did("A", 30, imported=True).did("A", 60, imported=True)
    again = Campaign([Trigger.event("A"), SendLetter("Hi", every_time=True)])
    history = History(tuple(told.events), tuple(told.changes))
    found = rehearse(again, history, Range(NOON + HOUR, NOON + 60 * HOUR), CALENDAR)
    assert [effect.at - NOON for effect in found if effect.kind == "letter"] == [30 * HOUR]
