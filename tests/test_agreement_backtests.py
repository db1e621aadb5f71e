"""The law of `test_agreement` for backtests: over the log they do what a rehearsal of each person does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tracktor_nb.analysis.answers import answer
from tracktor_nb.analysis.backtests import histories_of
from tracktor_nb.semantics.backtest import Backtest, outside_of, rehearsed
from tracktor_nb.semantics.event import RETRACTION, Event, IdentityEdge, PropertyChange
from tracktor_nb.semantics.identity import person_of
from tracktor_nb.semantics.period import DAY, Calendar, Range
from tracktor_nb.semantics.replay import History, rehearse
from tracktor_nb.semantics.run import Effect

from .campaigns import campaigns, histories, lively_campaigns
from .logs import log_of
from .strategies import LISTED, SiteLog

CALENDAR = Calendar("Europe/Vienna")


@st.composite
def rehearsals(draw: DrawFn) -> tuple[Backtest, SiteLog, Range]:
    """A campaign, the log of several people, and a range; some rows are of that campaign, some are others' letters."""
    campaign = draw(st.one_of(lively_campaigns(), lively_campaigns(), campaigns()))
    anchor, one = draw(histories())
    other = draw(histories())[1] if draw(st.booleans()) else History()
    later = _apart(other)
    rows = SiteLog(
        anchor,
        tuple(map(_told, (*one.events, *later.events))),
        tuple(map(_made, (*one.changes, *later.changes))),
        (*one.edges, *later.edges),
        draw(LISTED),
    )
    start = anchor + draw(st.sampled_from([-31, -6, -6, 0])) * DAY
    return Backtest(campaign, "nudge", draw(st.booleans())), rows, Range(start, anchor + 12 * DAY)


def _apart(history: History) -> History:
    """The history of other people."""
    return History(
        tuple(
            replace(each, identity=each.identity + 10, seq=each.seq + 100, properties=_shifted(each.properties))
            for each in history.events
        ),
        tuple(replace(each, identity=each.identity + 10, seq=each.seq + 100) for each in history.changes),
        tuple(replace(each, src=each.src + 10, dest=each.dest + 10, seq=each.seq + 100) for each in history.edges),
    )


def _shifted(said: Any) -> Any:
    return {**said, "retracts": said["retracts"] + 100} if "retracts" in said else said


def _told(event: Event) -> Event:
    if event.seq % 5 == 0 and event.name != RETRACTION:
        said = {"campaign": ("nudge", "other")[event.seq // 5 % 2], "letter": "Hello"}
        return replace(event, name="Letter sent" if event.seq % 3 else "Letter unsubscribed", properties=said)
    return _made(event)


def _made(row: Any) -> Any:
    return replace(row, origin="nudge") if row.seq % 7 == 0 else row


def components(rows: SiteLog) -> list[History]:
    """The histories of people who ever were one."""
    whole = person_of(replace(edge, undone_at=None) for edge in rows.edges)

    def its(row: Event | PropertyChange | IdentityEdge) -> int:
        identity = row.dest if isinstance(row, IdentityEdge) else row.identity
        return whole.get(identity, identity)

    return [
        History(
            tuple(row for row in rows.events if its(row) == component),
            tuple(row for row in rows.changes if its(row) == component),
            tuple(row for row in rows.edges if its(row) == component),
            rows.cohorts,
        )
        for component in sorted({its(row) for row in (*rows.events, *rows.changes, *rows.edges)})
    ]


def truly(backtest: Backtest, rows: SiteLog, within: Range) -> list[Effect]:
    """What a rehearsal of everybody's whole history does."""
    return [
        effect
        for each in components(rows)
        for effect in rehearse(
            backtest.campaign,
            each,
            within,
            CALENDAR,
            outside_of(each, "nudge"),
            "nudge",
            start_present=backtest.start_present,
        )
    ]


def told(effects: list[Effect]) -> list[tuple[str, int, str]]:
    return sorted((effect.key, effect.at, repr(sorted(effect.body.items()))) for effect in effects)


@settings(max_examples=500, deadline=None)
@given(rehearsals(), st.none() | st.integers(0, 30))
def test_over_the_log_everybody_is_rehearsed_as_alone(asked: tuple[Backtest, SiteLog, Range], part: int | None) -> None:
    backtest, rows, within = asked
    found = histories_of(backtest, log_of(rows, part), within, CALENDAR)
    effects = [effect for each in found for effect in rehearsed(backtest, each, within, CALENDAR).effects]
    assert told(effects) == told(truly(backtest, rows, within))


@settings(max_examples=60, deadline=None)
@given(rehearsals())
def test_the_numbers_and_lists_are_those_of_everybodys_effects(asked: tuple[Backtest, SiteLog, Range]) -> None:
    backtest, rows, within = asked
    effects = truly(backtest, rows, within)
    person = person_of(edge for edge in rows.edges if edge.undone_at is None)
    period = CALENDAR.local(within.start).isoformat(), CALENDAR.local(within.end).isoformat()
    result: Any = answer(backtest, log_of(rows), period, within.end, CALENDAR)

    def people(*kinds: str, node: str | None = None) -> set[int]:
        such = [each for each in effects if each.kind in kinds and node in (None, each.node)]
        return {person.get(each.identity, each.identity) for each in such}

    times = Counter(effect.kind for effect in effects)
    assert result.totals["people"] == len(people("entered")) == len(result.people())
    assert [result.totals[name] for name in ("entered", "letters", "messages", "skipped", "goals", "refused")] == [
        times[kind] for kind in ("entered", "letter", "message", "skip", "goal", "refused")
    ]
    assert result.totals["waiting"] == times["entered"] - times["exit"]
    for row in result.nodes:
        here = Counter(effect.kind for effect in effects if effect.node == row["node"])
        assert (row["arrived"], row["skipped"]) == (here["visit"], here["skip"])
        assert set(result.people(row["node"]).index) == people("entered", "visit", node=row["node"])
        assert set(result.people(row["node"], "skip").index) == people("skip", node=row["node"])
    assert sum(row["waiting"] for row in result.nodes) == result.totals["waiting"] >= len(result.people(kind="waiting"))
    assert sum(row["times"] for row in result.reasons) == sum(
        times[kind] for kind in ("skip", "refused", "delay", "exit")
    )
    for name, kind in (("entered", "entered"), ("letters", "letter"), ("skipped", "skip")):
        assert sum(day[name] for day in result.days) == times[kind]
    got = Counter(person.get(each.identity, each.identity) for each in effects if each.kind in ("letter", "message"))
    assert {row["times"]: row["people"] for row in result.hits} == Counter(got.values())
    assert set(result.people(more_than=1).index) == {id for id, many in got.items() if many > 1}
    for id in people("entered", "refused"):
        told_of = [each for each in effects if person.get(each.identity, each.identity) == id]
        assert [row["what"] for row in result.explain(id).rows] == [each.kind for each in told_of]
