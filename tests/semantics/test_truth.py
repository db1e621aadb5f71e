from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logs import posted
from tests.strategies import (
    ANCHORS,
    DURATIONS,
    SiteLog,
    asset_conditions,
    calendars,
    conditions,
    did_conditions,
    has_conditions,
    instants_near,
    site_logs,
)
from tracktor_nb.semantics.condition import And, Asset, Condition, Did, Has, did, did_not, has
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange
from tracktor_nb.semantics.period import DAY, HOUR, MINUTE, NAMED_PERIODS, Calendar, duration
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.truth import earliest, matches, truth
from tracktor_nb.semantics.values import values_at

UTC = Calendar()
VIENNA = Calendar("Europe/Vienna")
NOON = VIENNA.parse("2026-11-18T12:00:00")


def somebody(*times: int, name: str = "A", **options: Any) -> Person:
    return Person(1, tuple(Event(time, seq, name, **options) for seq, time in enumerate(sorted(times), start=1)))


def who_set(time: int, **values: Any) -> Person:
    return Person(1, (), (PropertyChange(time, 1, values),))


def ask(condition: Condition, person: Person, at: int = NOON) -> tuple[bool, int | None]:
    return truth(condition, person, at, VIENNA)


# --- counts ---------------------------------------------------------------------------------------------------------

COUNTS: list[tuple[Condition, list[bool]]] = [  # for 0, 1, 2, 3 and 4 times
    (did("A"), [False, True, True, True, True]),
    (did("A", at_least=3), [False, False, False, True, True]),
    (did("A", at_most=2), [True, True, True, False, False]),
    (did("A", exactly=2), [False, False, True, False, False]),
    (did("A", exactly=0), [True, False, False, False, False]),
    (did("A", at_least=2, at_most=3), [False, False, True, True, False]),
    (did_not("A"), [True, False, False, False, False]),
    (~did("A"), [True, False, False, False, False]),
]


@pytest.mark.parametrize(("condition", "expected"), COUNTS, ids=repr)
def test_counts_include_people_without_events(condition: Condition, expected: list[bool]) -> None:
    for times, value in enumerate(expected):
        assert ask(condition, somebody(*(NOON - day * DAY for day in range(times)))) == (value, None)


def test_other_events_bots_and_the_future_do_not_count() -> None:
    assert not ask(did("A"), somebody(NOON, name="a"))[0]
    assert ask(did("A"), somebody(NOON + 1)) == (False, NOON + 1)
    bot = somebody(NOON, bot=True)
    assert not ask(did("A"), bot)[0]
    assert truth(did("A"), bot, NOON, VIENNA, include_bots=True)[0]


def test_where_asks_for_arguments_of_the_event() -> None:
    person = Person(
        1, (Event(NOON, 1, "A", {"n": 1}), Event(NOON, 2, "A", {"n": 3})), (PropertyChange(0, 3, {"n": 9}),)
    )
    assert ask(did("A", where=has("n", ">", 2)), person)[0]
    assert not ask(did("A", where=has("n", ">", 2), at_least=2), person)[0]
    assert not ask(did("A", where=has("n", "is", 9)), person)[0]
    assert ask(did("A", where=has("m", "is not", 1), exactly=2), person)[0]


def test_dates_in_where_are_asked_at_the_time_of_the_event() -> None:
    bought, expires = NOON - 100 * DAY, NOON - 101 * DAY
    person = Person(1, (Event(bought, 1, "A", {"when": expires / 1e6}),))
    assert ask(did("A", where=has("when", "in the last", "2d")), person) == (True, None)


# --- windows --------------------------------------------------------------------------------------------------------


def test_a_window_is_closed_and_lets_go_one_microsecond_later() -> None:
    happened, closes = NOON, NOON + 30 * DAY
    within = did("A", within="30d")
    assert ask(within, somebody(happened), happened) == (True, closes + 1)
    assert ask(within, somebody(happened), closes) == (True, closes + 1)
    assert ask(within, somebody(happened), closes + 1) == (False, None)
    assert ask(~within, somebody(happened), closes) == (False, closes + 1)
    assert ask(did_not("A", within="30d"), somebody(happened), closes) == (False, closes + 1)
    assert ask(did_not("A", within="30d"), somebody(happened), closes + 1) == (True, None)


def test_a_month_of_30_days_has_720_hours_whatever_the_clocks_do() -> None:
    before_summer = VIENNA.parse("2026-03-28T12:00:00")
    assert ask(did("A", within="1d"), somebody(before_summer), before_summer + 24 * HOUR)[0]
    assert VIENNA.parse("2026-03-29T12:00:00") - before_summer == 23 * HOUR


@pytest.mark.parametrize(
    ("condition", "value", "leaves"),
    [
        (did("A", at_least=1, within="30d"), True, 4),
        (did("A", at_least=3, within="30d"), True, 2),
        (did("A", at_least=4, within="30d"), True, 1),
        (did("A", at_least=5, within="30d"), False, None),
        (did("A", at_most=3, within="30d"), False, 1),
        (did("A", at_most=1, within="30d"), False, 3),
        (did("A", at_most=4, within="30d"), True, None),
        (did_not("A", within="30d"), False, 4),
        (did("A", exactly=4, within="30d"), True, 1),
        (did("A", exactly=2, within="30d"), False, 2),
        (did("A", at_least=2, at_most=3, within="30d"), False, 1),
        (did("A", at_least=2, at_most=4, within="30d"), True, 3),
    ],
    ids=repr,
)
def test_counts_change_when_the_event_that_matters_leaves(
    condition: Condition, value: bool, leaves: int | None
) -> None:
    times = [NOON - 20 * DAY, NOON - 15 * DAY, NOON - 10 * DAY, NOON - 5 * DAY]
    recheck_at = None if leaves is None else times[leaves - 1] + 30 * DAY + 1
    assert ask(condition, somebody(*times)) == (value, recheck_at)
    if recheck_at is not None:
        assert ask(condition, somebody(*times), recheck_at - 1)[0] is value
        assert ask(condition, somebody(*times), recheck_at)[0] is not value


def test_events_of_one_instant_leave_together() -> None:
    person = somebody(NOON - DAY, NOON - DAY, NOON)
    assert ask(did("A", at_least=2, within="7d"), person) == (True, NOON + 6 * DAY + 1)
    assert ask(did("A", at_least=2, within="7d"), person, NOON + 6 * DAY + 1) == (False, None)


def test_a_named_range_changes_at_its_next_boundary_in_the_zone_of_the_site() -> None:
    person = somebody(NOON)
    midnight, monday = VIENNA.parse("2026-11-19"), VIENNA.parse("2026-11-23")
    assert ask(did("A", within="today"), person) == (True, midnight)
    assert ask(did("A", within="today"), person, midnight) == (False, VIENNA.parse("2026-11-20"))
    assert ask(did("A", within="yesterday"), person, midnight)[0]
    assert ask(did("A", within="this week"), person) == (True, monday)
    assert ask(did("A", within="last week"), person, monday) == (True, VIENNA.parse("2026-11-30"))
    assert ask(did("A", within="this month"), person) == (True, VIENNA.parse("2026-12-01"))
    assert ask(did("A", within="last quarter"), person) == (False, VIENNA.parse("2027-01-01"))
    assert ask(did("A", within="all time"), person) == (True, None)
    assert truth(did("A", within="today"), person, NOON, Calendar("Asia/Kolkata")) == (
        True,
        Calendar("Asia/Kolkata").parse("2026-11-19"),
    )


def test_an_absolute_range_never_changes_by_itself() -> None:
    condition = did("A", between=("2026-11-01", "2026-11-18T12:00:00"))
    assert ask(condition, somebody(NOON - 1)) == (True, None)
    assert ask(condition, somebody(NOON)) == (False, None)
    assert ask(condition, somebody(VIENNA.parse("2026-11-01")), NOON + DAY) == (True, None)
    assert ask(condition, somebody(VIENNA.parse("2026-11-01") - 1), NOON + DAY) == (False, None)


def test_known_for_leaves_out_newcomers() -> None:
    gone = did_not("Buy", within="30d", known_for="30d")
    visitor = somebody(NOON - 5 * MINUTE)
    assert ask(did_not("Buy", within="30d"), visitor)[0]
    assert ask(gone, visitor) == (False, NOON - 5 * MINUTE + 30 * DAY)
    assert ask(gone, visitor, NOON - 5 * MINUTE + 30 * DAY) == (True, None)
    assert ask(did("Buy", at_most=2, known_for="1d"), who_set(NOON - DAY, n=1)) == (True, None)
    assert ask(gone, Person(1)) == (False, None)
    buyer = somebody(NOON - 5 * MINUTE, name="Buy")
    assert ask(did_not("Buy", known_for="30d"), buyer) == (False, None)
    assert ask(did_not("Buy", within="30d", known_for="7d"), buyer) == (False, NOON - 5 * MINUTE + 30 * DAY + 1)
    assert ask(did_not("Buy", within="7d", known_for="30d"), buyer) == (False, NOON - 5 * MINUTE + 30 * DAY)


# --- properties -----------------------------------------------------------------------------------------------------


def test_a_property_is_what_it_was_at_that_instant() -> None:
    person = Person(1, (), (PropertyChange(10, 1, {"plan": "free"}), PropertyChange(20, 2, {"plan": None})))
    assert ask(has("plan", "is", "free"), person, 9) == (False, 10)
    assert ask(has("plan", "is", "free"), person, 10) == (True, 20)
    assert ask(has("plan", "is not set"), person, 20) == (True, None)


def test_dates_turn_at_their_instant_and_when_their_time_is_over() -> None:
    person, last_days = who_set(0, when="2026-11-20"), has("when", "in the last", "7d")
    day = VIENNA.parse("2026-11-20")
    assert ask(last_days, person) == (False, day)
    assert ask(last_days, person, day) == (True, day + 7 * DAY + 1)
    assert ask(last_days, person, day + 7 * DAY) == (True, day + 7 * DAY + 1)
    assert ask(last_days, person, day + 7 * DAY + 1) == (False, None)
    assert ask(has("when", "more than ago", "7d"), person, day + 7 * DAY) == (False, day + 7 * DAY + 1)
    assert ask(has("when", "more than ago", "7d"), person, day + 7 * DAY + 1) == (True, None)
    assert ask(has("when", "after", "2026-11-19"), person) == (True, None)


def test_created_at_and_last_seen_can_be_asked_for() -> None:
    person = somebody(NOON - 10 * DAY, NOON - DAY)
    assert ask(has("created_at", "more than ago", "7d"), person)[0]
    assert ask(has("created_at", "is set"), person, NOON - 11 * DAY) == (False, NOON - 10 * DAY)
    assert ask(has("last_seen", "in the last", "2d"), person) == (True, NOON + DAY + 1)
    assert ask(has("last_seen", "in the last", "2d"), person, NOON - 7 * DAY) == (False, NOON - DAY)
    assert ask(has("last_seen", "in the last", "2d"), person, NOON - 11 * DAY) == (False, NOON - 10 * DAY)


def test_a_merge_gives_the_properties_of_both() -> None:
    person = Person(
        1,
        changes=(
            PropertyChange(1, 1, {"source": "ad"}, identity=2),
            PropertyChange(2, 2, {"plan": "gold"}, identity=1),
        ),
        edges=(IdentityEdge(2, 1, 5, 3),),
    )
    assert ask(has("source", "is", "ad") & has("plan", "is", "gold"), person)[0]


# --- joined ---------------------------------------------------------------------------------------------------------


def test_joined_conditions_look_again_at_the_earliest_of_their_instants() -> None:
    person = Person(1, (Event(NOON - DAY, 1, "A"), Event(NOON - 2 * DAY, 2, "B")))
    a, b = did("A", within="7d"), did("B", within="7d")
    assert ask(a & b, person) == (True, NOON + 5 * DAY + 1)
    assert ask(a | b, person) == (True, NOON + 5 * DAY + 1)
    assert ask(~(a & ~b), person) == (True, NOON + 5 * DAY + 1)
    assert ask(a & did("C"), person) == (False, NOON + 6 * DAY + 1)


def test_earliest_is_the_smallest_there_is() -> None:
    assert earliest([None, 3, 2, None]) == 2
    assert earliest([None]) is None
    assert earliest([]) is None


# --- laws -----------------------------------------------------------------------------------------------------------

_LENGTHS = (0, *map(duration, DURATIONS))


def moments(log: SiteLog, at: int, until: int, random: Random) -> Sequence[int]:
    """Instants between, at which a careless answer would change: ends of windows, midnights, the last one."""
    ends = [time + length for time in log.times for length in _LENGTHS]
    ends += [random.choice(ANCHORS) + random.choice(_LENGTHS) for _ in range(5)]
    ends += [VIENNA.floor(at, "day") + random.randrange(24 * 40) * HOUR for _ in range(5)]
    near = [end + nudge for end in ends for nudge in (-1, 0, 1) if at < end + nudge < until]
    return [*random.sample(near, min(len(near), 12)), *({at + 1, until - 1} - {at, until})]


def person_times(person: Person) -> tuple[int, ...]:
    return tuple(row.time for rows in (person.events, person.changes) for row in rows)


@st.composite
def questions(draw: st.DrawFn) -> tuple[SiteLog, Person, int]:
    """A log, one of its people (seldom somebody without rows), and an instant near that person's rows."""
    log = draw(site_logs(identities=3))
    log = posted(log) if draw(st.booleans()) else log
    person = draw(st.sampled_from([*log.people().values()] * 3 + [Person(9)]))
    return log, person, draw(instants_near(person_times(person), log.anchor))


@settings(max_examples=500)
@given(st.lists(conditions(), min_size=3, max_size=3), questions(), calendars(), st.booleans(), st.integers())
def test_an_answer_stands_until_it_says(
    asked: list[Condition], question: tuple[SiteLog, Person, int], calendar: Calendar, bots: bool, seed: int
) -> None:
    log, person, at = question
    for condition in asked:
        value, recheck_at = truth(condition, person, at, calendar, bots)
        assert recheck_at is None or recheck_at > at
        until = at + 4000 * DAY if recheck_at is None else recheck_at
        for moment in moments(log, at, until, Random(seed)):
            assert truth(condition, person, moment, calendar, bots)[0] is value, (condition, moment - at)


def known_until(person: Person, at: int) -> Person:
    """The person without what comes later, so that nothing but time can change an answer."""
    events, changes = ([row for row in rows if row.time <= at] for rows in (person.events, person.changes))
    return replace(person, events=tuple(events), changes=tuple(changes))


def one_an_instant(person: Person) -> Person:
    """The person with one event at an instant: those of one instant leave together, from three to one past two, say."""
    return replace(person, events=tuple({event.time: event for event in person.events}.values()))


def single(condition: Condition, person: Person, at: int) -> bool:
    """True for one question with one answer: no named range, one value, no parts."""
    if isinstance(condition, Has):
        return len(values_at(person.properties(at), condition.property)) <= 1
    if isinstance(condition, Asset):
        return not isinstance(condition.meaning, And) and condition.within not in NAMED_PERIODS
    return isinstance(condition, Did) and condition.within not in NAMED_PERIODS


@settings(max_examples=500)
@given(
    st.lists(st.one_of(has_conditions(), did_conditions(), asset_conditions()), min_size=4, max_size=4),
    questions(),
    calendars(),
    st.booleans(),
)
def test_an_answer_changes_at_the_very_instant_it_says(
    asked: list[Condition], question: tuple[SiteLog, Person, int], calendar: Calendar, bots: bool
) -> None:
    _, person, at = question
    person = one_an_instant(known_until(person, at))
    for condition in asked:
        value, recheck_at = truth(condition, person, at, calendar, bots)
        if recheck_at is not None and single(condition, person, at):
            assert truth(condition, person, recheck_at, calendar, bots)[0] is not value
            assert truth(condition, person, recheck_at - 1, calendar, bots)[0] is value


@settings(max_examples=300)
@given(conditions(), conditions(), questions(), calendars())
def test_truth_obeys_logic(
    one: Condition, other: Condition, question: tuple[SiteLog, Person, int], calendar: Calendar
) -> None:
    _, person, at = question
    (a, a_at), (b, b_at) = (truth(each, person, at, calendar) for each in (one, other))
    assert truth(one & other, person, at, calendar) == (a and b, earliest([a_at, b_at]))
    assert truth(one | other, person, at, calendar) == (a or b, earliest([a_at, b_at]))
    assert truth(~one, person, at, calendar) == (not a, a_at)


@st.composite
def sliding(draw: st.DrawFn) -> Did:
    low, more = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    counts: dict[str, Any] = draw(
        st.sampled_from([{"at_least": low}, {"at_most": more}, {"at_least": low, "at_most": low + more}])
    )
    condition = did(draw(st.sampled_from("AB")), within=draw(st.sampled_from(DURATIONS)), **counts)
    assert isinstance(condition, Did)
    return condition


@settings(max_examples=500)
@given(sliding(), questions())
def test_a_sliding_window_counts_what_lies_in_it_and_looks_again_only_when_it_must(
    condition: Did, question: tuple[SiteLog, Person, int]
) -> None:
    _, person, at = question
    person = one_an_instant(person)
    assert condition.within is not None

    def expected(moment: int) -> bool:
        first = moment - duration(condition.within or "")
        times = [event.time for event in person.events if event.name == condition.event and not event.bot]
        count = sum(first <= time <= moment for time in times)
        return condition.least <= count and (condition.at_most is None or count <= condition.at_most)

    value, recheck_at = truth(condition, person, at, UTC)
    assert value is expected(at)
    coming = [event.time for event in person.events if event.time > at and event.name == condition.event]
    if recheck_at is not None and recheck_at not in coming:
        assert expected(recheck_at) is not value


@settings(max_examples=300)
@given(st.sampled_from(NAMED_PERIODS), questions(), calendars())
def test_named_ranges_count_the_days_they_name(
    name: str, question: tuple[SiteLog, Person, int], calendar: Calendar
) -> None:
    _, person, at = question
    times = [event.time for event in person.events if event.name == "A" and not event.bot and event.time <= at]
    today = calendar.day(at)
    days = [calendar.day(time) for time in times]
    expected = {
        "all time": bool(days),
        "today": today in days,
        "last 7 days": any((today - day).days < 7 for day in days),
        "this month": any((day.year, day.month) == (today.year, today.month) for day in days),
        "this year": any(day.year == today.year for day in days),
        "last year": any(day.year == today.year - 1 for day in days),
    }
    if name in expected:
        assert truth(did("A", within=name), person, at, calendar)[0] is expected[name]


def test_no_condition_is_always_met() -> None:
    assert matches(None, {}, NOON, UTC)
