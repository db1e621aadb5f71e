from __future__ import annotations

from itertools import combinations, pairwise, permutations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.funnel_strategies import busy_funnels, funnels
from tests.strategies import MOSTLY_EVENTS, SiteLog, instants_near, site_logs
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.attempt import Attempt, attempt
from tracktor_nb.semantics.condition import Condition, did, has
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange
from tracktor_nb.semantics.funnel import Funnel, Step, breakdown_value
from tracktor_nb.semantics.period import DAY, FIRST_INSTANT, LAST_INSTANT, MINUTE, Calendar, Range, duration
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.segment import Segment, membership
from tracktor_nb.semantics.truth import matches
from tracktor_nb.semantics.values import same

UTC = Calendar()
ALWAYS = Range(FIRST_INSTANT, LAST_INSTANT)
ABCD = Funnel(["A", "B", "C", "D"])


def walk(*moments: tuple[str, int]) -> Person:
    """A person who did these events, in minutes."""
    events = [Event(minute * MINUTE, seq, name) for seq, (name, minute) in enumerate(moments, start=1)]
    return Person(1, tuple(sorted(events, key=lambda event: (event.time, event.seq))))


def word(letters: str) -> Person:
    return walk(*((letter, minute) for minute, letter in enumerate(letters)))


def reached(funnel: Funnel, person: Person, within: Range = ALWAYS, now: int = LAST_INSTANT) -> int:
    return attempt(funnel, person, within, now, UTC).reached


def chain(funnel: Funnel, person: Person, within: Range = ALWAYS, now: int = LAST_INSTANT) -> list[int]:
    """The minutes of the chain that counts."""
    return [event.time // MINUTE for event in attempt(funnel, person, within, now, UTC).chain]


# --- order ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "furthest"),
    [("ABCD", 4), ("ABCED", 4), ("ABD", 2), ("ABDCD", 4), ("BACD", 1), ("ABCAD", 4), ("", 0), ("BCD", 0), ("DCBA", 1)],
)
def test_loose_order(letters: str, furthest: int) -> None:
    assert reached(ABCD, word(letters)) == furthest


@pytest.mark.parametrize(("letters", "furthest"), [("A", 1), ("AA", 2), ("AAA", 3), ("ABA", 2), ("AAAA", 3)])
def test_repeated_names_need_distinct_events(letters: str, furthest: int) -> None:
    assert reached(Funnel(["A", "A", "A"]), word(letters)) == furthest


def test_ties_are_ordered_by_arrival() -> None:
    for funnel in (Funnel(["A", "B"]), Funnel(["A", "B"], window="1h", window_scope="per step")):
        assert reached(funnel, walk(("A", 5), ("B", 5))) == 2
        assert reached(funnel, walk(("B", 5), ("A", 5))) == 1


def test_steps_may_ask_for_arguments() -> None:
    person = Person(1, (Event(1, 1, "A", {"n": 1}), Event(2, 2, "A", {"n": 2}), Event(3, 3, "B")))
    funnel = Funnel([Step("A", where=has("n", ">", 1)), "B"])
    assert [event.seq for event in attempt(funnel, person, ALWAYS, 9, UTC).chain] == [2, 3]


def test_bots_are_left_out_unless_asked_for() -> None:
    person = Person(1, (Event(1, 1, "A", bot=True), Event(2, 2, "B")))
    assert reached(Funnel(["A", "B"]), person) == 0
    assert reached(Funnel(["A", "B"], include_bots=True), person) == 2


# --- range ----------------------------------------------------------------------------------------------------------


def test_step_1_lies_in_the_range_and_later_steps_before_its_end() -> None:
    person, steps = walk(("A", 10), ("B", 20)), ["A", "B"]
    assert reached(Funnel(steps), person, Range(10 * MINUTE, 21 * MINUTE)) == 2
    assert reached(Funnel(steps), person, Range(10 * MINUTE, 20 * MINUTE)) == 1
    assert reached(Funnel(steps), person, Range(11 * MINUTE, 30 * MINUTE)) == 0
    assert reached(Funnel(steps), person, Range(0, 10 * MINUTE)) == 0


def test_later_steps_may_run_until_now_by_choice() -> None:
    person, within = walk(("A", 10), ("B", 20)), Range(0, 15 * MINUTE)
    until_now = Funnel(["A", "B"], until="now")
    assert reached(until_now, person, within, now=20 * MINUTE) == 2
    assert reached(until_now, person, within, now=20 * MINUTE - 1) == 1
    assert reached(Funnel(["A", "B"]), person, within, now=20 * MINUTE) == 1


def test_a_range_that_outlasts_now_is_cut_at_now_by_choice() -> None:
    person = walk(("A", 10), ("B", 20))
    assert reached(Funnel(["A", "B"], until="now"), person, ALWAYS, now=15 * MINUTE) == 1


# --- windows --------------------------------------------------------------------------------------------------------

VECTOR = walk(("A", 0), ("A", 30), ("B", 45), ("C", 75))


def test_the_vector_of_the_window_rules() -> None:
    steps = ["A", "B", "C"]
    assert reached(Funnel(steps, window="60m", entry="first"), VECTOR) == 2
    assert reached(Funnel(steps, window="60m", entry="any"), VECTOR) == 3
    assert reached(Funnel(steps, window="60m", entry="first", window_scope="per step"), VECTOR) == 3
    assert chain(Funnel(steps, window="60m", entry="any"), VECTOR) == [30, 45, 75]
    assert chain(Funnel(steps, window="60m", window_scope="per step"), VECTOR) == [0, 45, 75]
    assert chain(Funnel(steps), VECTOR) == [0, 45, 75]


def test_a_window_is_inclusive() -> None:
    person = Person(1, (Event(0, 1, "A"), Event(60 * MINUTE, 2, "B")))
    late = Person(1, (Event(0, 1, "A"), Event(60 * MINUTE + 1, 2, "B")))
    for scope in ("funnel", "per step"):
        funnel = Funnel(["A", "B"], window="60m", window_scope=scope)
        assert (reached(funnel, person), reached(funnel, late)) == (2, 1)


def test_a_window_restarts_at_each_first_step() -> None:
    day = 24 * 60
    assert chain(Funnel(["A", "B"], window="7d"), walk(("A", 0), ("A", 10 * day), ("B", 11 * day))) == [
        10 * day,
        11 * day,
    ]


def test_step_by_step_the_earliest_next_event_may_be_a_dead_end() -> None:
    person = walk(("A", 0), ("B", 10), ("B", 50), ("C", 100))
    funnel = Funnel(["A", "B", "C"], window="60m", window_scope="per step")
    assert chain(funnel, person) == [0, 50, 100]


def test_step_by_step_many_repeats_are_no_burden() -> None:
    person = walk(*((letter, minute) for minute in range(300) for letter in "AB"))
    funnel = Funnel(["A", "B", "A", "B", "C"], window="60m", window_scope="per step")
    assert reached(funnel, person) == 4


# --- the attempt that counts ----------------------------------------------------------------------------------------


def test_furthest_counts_then_the_earliest_start_then_the_earliest_chain() -> None:
    steps = ["A", "B", "C"]
    assert chain(Funnel(steps), walk(("A", 0), ("A", 1), ("B", 2), ("B", 3), ("C", 4))) == [0, 2, 4]
    assert chain(Funnel(steps, window="10m"), walk(("A", 0), ("B", 1), ("A", 20), ("B", 21), ("C", 22))) == [20, 21, 22]
    assert chain(Funnel(steps, window="10m"), walk(("A", 0), ("B", 1), ("A", 20), ("B", 21))) == [0, 1]


def test_who_never_starts_has_an_empty_attempt() -> None:
    assert attempt(ABCD, word("BCD"), ALWAYS, 0, UTC) == Attempt(0, ())


def test_the_breakdown_is_the_value_at_step_1_of_the_event_or_else_of_the_person() -> None:
    event = Event(10, 5, "A", {"source": "mail", "n": None})
    changes = (
        PropertyChange(9, 1, {"plan": "free", "n": 1, "source": "ad", "tags": ["b", 1]}),
        PropertyChange(11, 6, {"plan": "gold"}),
    )
    person = Person(1, (event,), changes)
    expected = {"source": "mail", "plan": "free", "n": 1, "tags": '["b", 1]', "tags[]": "b", "missing": None}
    assert {by: breakdown_value(event, person, by) for by in expected} == expected


def test_a_merge_gives_the_breakdown_what_is_known_of_the_person() -> None:
    event = Event(10, 5, "A", identity=2)
    person = Person(1, (event,), (PropertyChange(5, 1, {"plan": "gold"}, identity=1),), (IdentityEdge(2, 1, 20, 6),))
    assert breakdown_value(event, person, "plan") == "gold"


# --- the law --------------------------------------------------------------------------------------------------------


def obeys(funnel: Funnel, person: Person, events: tuple[Event, ...], within: Range, now: int) -> bool:
    """The rules of SEMANTICS 4, read one by one over a chain of events in order."""
    times = [event.time for event in events]
    end = within.end if funnel.until == "range end" else now + 1
    window = duration(funnel.window) if funnel.window else LAST_INSTANT
    starts = times if funnel.window_scope == "per step" else [times[0]] * len(times)
    return (
        matches_steps(funnel, events)
        and (funnel.include_bots or not any(event.bot for event in events))
        and within.start <= times[0] < within.end
        and all(time < end for time in times[1:])
        and all(later - start <= window for start, later in zip(starts, times[1:], strict=False))
        and (funnel.entry == "any" or events[0] is first_start(funnel, person, within))
        and len({(type(value), value) for value in held(funnel, person, events)}) <= 1
        and not any(forbidden(funnel, person, step, pair) for step, pair in enumerate(pairwise(events), start=1))
    )


def matches_steps(funnel: Funnel, events: tuple[Event, ...]) -> bool:
    """In order each event matches its own step; in any order some way to deal the steps out suits all."""
    ways = permutations(funnel.steps, len(events)) if funnel.order == "any" else [funnel.steps]
    return any(all(meets(step, event) for step, event in zip(steps, events, strict=False)) for steps in ways)


def first_start(funnel: Funnel, person: Person, within: Range) -> Event | None:
    steps = funnel.steps if funnel.order == "any" else funnel.steps[:1]
    seen = (event for event in person.events if event.time in within and (funnel.include_bots or not event.bot))
    return next((event for event in seen if any(meets(step, event) for step in steps)), None)


def held(funnel: Funnel, person: Person, events: tuple[Event, ...]) -> list[Any]:
    if funnel.hold is None:
        return []
    values = [breakdown_value(event, person, funnel.hold) for event in events]
    return [float(value) if isinstance(value, int) and not isinstance(value, bool) else value for value in values]


def forbidden(funnel: Funnel, person: Person, gap: int, pair: tuple[Event, Event]) -> bool:
    """True if something stands between two events of a chain that may not."""
    low, high = (person.events.index(event) for event in pair)
    between = [event for event in person.events[low + 1 : high] if funnel.include_bots or not event.bot]
    if funnel.order == "strict":
        return bool(between)
    return any(
        event.name == each.event and each.after <= gap < (each.before or len(funnel.steps)) and asks(each.where, event)
        for each in funnel.exclude
        for event in between
    )


def asks(where: Condition | None, event: Event) -> bool:
    return matches(where, event.properties, event.time, UTC)


def meets(step: Step, event: Event) -> bool:
    return event.name == step.event and asks(step.where, event)


def best_of_all(funnel: Funnel, person: Person, within: Range, now: int) -> tuple[Event, ...]:
    """Try every chain; combinations come in lexicographic order, so the first of the longest is the one that counts."""
    at = min(within.end - 1, now)
    if funnel.among is not None and not membership(Segment(funnel.among, funnel.include_bots), person, at, UTC)[0]:
        return ()
    steps = [event for event in person.events if any(meets(step, event) for step in funnel.steps)]
    for length in range(len(funnel.steps), 0, -1):
        for events in combinations(steps, length):
            if obeys(funnel, person, events, within, now):
                return events
    return ()


@st.composite
def runs(draw: st.DrawFn) -> tuple[SiteLog, Range, int]:
    log = draw(site_logs(most_rows=12, identities=2, kinds=MOSTLY_EVENTS))
    now = draw(instants_near(log.times, log.anchor))
    if draw(st.integers(0, 2)):
        return log, ALWAYS, now
    start = draw(instants_near(log.times, log.anchor))
    return log, Range(start, start + draw(st.sampled_from([DAY, 30 * DAY, 90 * DAY]))), now


@settings(max_examples=500)
@given(st.lists(funnels() | busy_funnels(), min_size=4, max_size=4), runs())
def test_the_attempt_is_the_best_of_all_chains(asked: list[Funnel], run: tuple[SiteLog, Range, int]) -> None:
    log, within, now = run
    for person, funnel in product(log.people().values(), asked):
        expected = best_of_all(funnel, person, within, now)
        assert attempt(funnel, person, within, now, UTC) == Attempt(len(expected), expected)


@settings(max_examples=200)
@given(funnels(), runs())
def test_a_breakdown_value_can_be_grouped(funnel: Funnel, run: tuple[SiteLog, Range, int]) -> None:
    for person in run[0].people().values():
        for event in person.events:
            value = breakdown_value(event, person, funnel.by or "tags")
            assert hash(value) is not None
            assert same(value, breakdown_value(event, person, funnel.by or "tags"))


# --- definitions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Funnel([]), "needs at least one step"),
        (lambda: Funnel("AB"), r"Funnel\('AB'\) needs a list of steps: Funnel\(\['Visit', 'Purchase'\]\)"),
        (lambda: Funnel({"A": 1}), "needs a list of steps"),
        (lambda: Funnel(Step("A")), "needs a list of steps"),
        (lambda: Funnel(["A", ""]), r"Step\(''\) needs the name of an event"),
        (lambda: Funnel(["A", None]), r"Step\(None\) needs the name of an event"),
        (lambda: Funnel([did("A")]), "needs the name of an event"),
        (lambda: Step("A", where=did("B")), r"where= in Step\('A'\) asks for the event's arguments"),
        (lambda: Funnel(["A"], window=7), "7 is not a duration"),
        (lambda: Funnel(["A"], window=""), "'' is not a duration"),
        (lambda: Funnel(["A"], window="last week"), "'last week' is not a duration"),
        (lambda: Funnel(["A"], entry="last"), r"entry='last' in Funnel\(…\) must be one of 'any', 'first'"),
        (lambda: Funnel(["A"], window="1d", window_scope="per_step"), "'per_step' .* 'funnel', 'per step'"),
        (lambda: Funnel(["A"], window_scope="per step"), "needs a window"),
        (lambda: Funnel(["A"], until="later"), "until='later' .* 'range end', 'now'"),
        (lambda: Funnel(["A"], by=""), "by= in .* needs the name of a property"),
        (lambda: Funnel(["A"], include_bots=1), "include_bots=1 .* False, True"),
    ],
)  # fmt: skip
def test_what_cannot_be_walked_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        make()


def test_steps_may_come_from_any_iterable() -> None:
    assert Funnel(name for name in ("A", "B")) == Funnel(("A", Step("B"))) == Funnel(["A", "B"])
    assert all(isinstance(step, Step) for step in Funnel(["A", "B"]).steps)


def test_the_rule_stands_beside_the_number() -> None:
    assert Funnel(["A", "B"], window="7d").rule() == (
        "steps in order, other events between allowed · any entry · within 7 days of step 1"
        " · later steps until the range ends · unique people · bots out"
    )
    assert Funnel(["A"], window="1h", window_scope="per step", entry="first", until="now", by="plan").rule() == (
        "steps in order, other events between allowed · first entry · within 1 hour of the step before"
        " · later steps until now · unique people · bots out · by plan at step 1"
    )
    assert "no time limit between steps" in Funnel(["A"]).rule()


def test_a_step_is_labelled_by_what_it_asks() -> None:
    assert Step("A").label == "A"
    assert Step("A", where=has("n", ">", 1)).label == "A (n > 1)"
