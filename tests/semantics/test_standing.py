"""People enter and leave segments at once on input, and exactly on time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import SiteLog, calendars, segments, site_logs
from tracktor_nb.semantics.condition import Group, did, did_not, has, in_segment
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange, Row
from tracktor_nb.semantics.interest import Interest, interest_of
from tracktor_nb.semantics.period import DAY, Calendar
from tracktor_nb.semantics.person import Person, known_at, people
from tracktor_nb.semantics.references import lookup_in, resolved
from tracktor_nb.semantics.segment import Segment, membership
from tracktor_nb.semantics.standing import OUTSIDE, Crossing, Standing, Standings, followed, is_quiet

UTC = Calendar()
NOW = 1_700_000_000_000_000


def live(segment: Segment, rows: Sequence[Event | PropertyChange], until: int) -> tuple[list[Crossing], Standing]:
    """Follow one person, from nothing, through the rows."""
    person = Person(
        1,
        tuple(row for row in rows if isinstance(row, Event)),
        tuple(row for row in rows if isinstance(row, PropertyChange)),
    )
    standings: dict[int, Standings] = {}
    crossed = followed({7: segment}, standings, person, {row.seq for row in rows}, 0, until, UTC)
    return crossed, standings[1].get(7, OUTSIDE)


def test_a_third_purchase_brings_somebody_in_at_once_and_time_takes_them_out_exactly() -> None:
    loyal = Segment(did("Purchase", at_least=3, within="30d"))
    rows = [Event(NOW + day * DAY, day + 1, "Purchase", identity=1) for day in range(3)]
    out = NOW + 30 * DAY + 1
    assert live(loyal, rows, out - 1)[1] == Standing(True, NOW + 2 * DAY, out)
    crossed, standing = live(loyal, rows, out)
    assert crossed == [
        Crossing(7, 1, NOW + 2 * DAY, entered=True, seq=3, quiet=False),
        Crossing(7, 1, out, entered=False, seq=None, quiet=False),
    ]
    assert standing == OUTSIDE


def test_somebody_who_did_nothing_for_a_while_enters_when_the_while_is_over() -> None:
    gone = Segment(did_not("Visit", within="14d", known_for="14d"))
    crossed, standing = live(gone, [Event(NOW, 1, "Visit", identity=1)], NOW + 20 * DAY)
    entered = NOW + 14 * DAY + 1
    assert crossed == [Crossing(7, 1, entered, entered=True, seq=None, quiet=False)]
    assert standing == Standing(True, entered, None)


def test_imports_and_late_rows_change_the_standing_quietly() -> None:
    buyers = Segment(did("Purchase"))
    for row in (
        Event(NOW, 1, "Purchase", identity=1, known_at=NOW, imported=True),
        Event(NOW, 1, "Purchase", identity=1, known_at=NOW + DAY + 1),
    ):
        crossed, standing = live(buyers, [row], NOW + 2 * DAY)
        assert [each.quiet for each in crossed] == [True]
        assert standing.member
    assert not is_quiet(Event(NOW, 1, "Purchase", known_at=NOW + DAY))


def test_a_merge_gives_the_survivor_what_the_other_did_and_triggers_nothing() -> None:
    buyers = Segment(did("Purchase"))
    rows = [Event(NOW, 1, "Purchase", identity=1), Event(NOW + 1, 2, "Visit", identity=2)]
    (person,) = people(rows, (), [IdentityEdge(1, 2, NOW + 2, 3)]).values()
    standings: dict[int, Standings] = {}
    crossed = followed({7: buyers}, standings, person, {1, 2, 3}, 0, NOW + 5, UTC)
    assert [(each.person, each.entered, each.seq, each.quiet) for each in crossed] == [
        (1, True, 1, False),
        (2, True, 3, True),
    ]
    assert standings == {2: {7: Standing(True, NOW + 2, None)}}


def test_a_segment_is_asked_again_only_about_rows_that_can_change_it() -> None:
    named = {"vip": Segment(has("address.city", "is", "Graz"))}
    segment = resolved(Segment(did("Buy", where=has("amount", ">", 1)) & ~in_segment("vip")), lookup_in(named))
    assert interest_of(segment) == Interest(frozenset(["Buy"]), frozenset(["address", "address.city"]))
    assert interest_of(segment).covers(PropertyChange(NOW, 1, {"address": None}))
    assert not interest_of(segment).covers(Event(NOW, 1, "Visit"))
    assert interest_of(Segment(has("last_seen", "in the last", "3d"))).covers(Event(NOW, 1, "Visit"))


def arriving(rows: SiteLog) -> SiteLog:
    """The same rows, each known no earlier than the one before, as they are where they arrive one by one."""
    reached = 0

    def later(row: Any) -> Any:
        nonlocal reached
        reached = max(reached, known_at(row), row.time)
        return replace(row, known_at=reached)

    done = {row.seq: later(row) for row in sorted(every(rows), key=lambda row: row.seq)}
    events, changes, edges = ([done[row.seq] for row in part] for part in (rows.events, rows.changes, rows.edges))
    return SiteLog(rows.anchor, tuple(events), tuple(changes), tuple(edges))


def every(rows: SiteLog) -> list[Row]:
    return [*rows.events, *rows.changes, *rows.edges]


def followed_in_parts(
    rows: SiteLog, cuts: Sequence[int], asked: dict[int, Group], until: int, calendar: Calendar
) -> tuple[list[Crossing], dict[int, Standings]]:
    """Follow a log as a worker does: part by part, each time whom the part is about, and whose time has come."""
    standings: dict[int, Standings] = {}
    crossed: list[Crossing] = []
    reached, last = 0, -1
    for cut in [*sorted(cuts), 2**40]:
        parts = [[row for row in part if row.seq <= cut] for part in (rows.events, rows.changes, rows.edges)]
        fresh = {row.seq for part in parts for row in part if row.seq > last}
        end = until if cut == 2**40 else max([reached, *(known_at(row) for part in parts for row in part)])
        for person in people(*parts).values():  # type: ignore[arg-type]
            its = {event.identity for event in person.events} | {change.identity for change in person.changes}
            its |= {person.id, *(id for edge in person.edges for id in (edge.src, edge.dest))}
            own = {id: standings.pop(id) for id in its & standings.keys()}
            crossed += followed(asked, own, person, fresh, reached, end, calendar)
            standings |= own
        reached, last = end, cut
    return crossed, standings


@settings(max_examples=500, deadline=None)
@given(
    site_logs(kinds=("event",) * 6 + ("change",) * 2 + ("edge",)),
    st.lists(segments(), min_size=1, max_size=3),
    st.lists(st.integers(1, 14), max_size=4),
    calendars(),
    st.sampled_from([0, 1, DAY, 30 * DAY, 400 * DAY]),
)
def test_followed_at_once_or_in_parts_everybody_stands_where_they_should(
    log: SiteLog, asked: list[Segment], cuts: list[int], calendar: Calendar, rest: int
) -> None:
    rows = arriving(log)
    numbered: dict[int, Group] = dict(enumerate(asked))
    until = max([0, *map(known_at, every(rows))]) + rest
    crossed, standings = followed_in_parts(rows, cuts, numbered, until, calendar)
    at_once, same = followed_in_parts(rows, [], numbered, until, calendar)

    def key(crossing: Crossing) -> tuple[int, int, int]:
        return crossing.segment, crossing.person, crossing.at

    assert sorted(crossed, key=key) == sorted(at_once, key=key)
    assert {id: its for id, its in standings.items() if its} == {id: its for id, its in same.items() if its}
    for id, person in rows.people().items():
        for number, segment in enumerate(asked):
            standing = standings.get(id, {}).get(number, OUTSIDE)
            member, recheck_at = membership(segment, person, until, calendar)
            assert standing.member == member
            assert standing.recheck_at == recheck_at or standing.recheck_at is None or standing.recheck_at > until
            own = [each.entered for each in crossed if (each.segment, each.person) == (number, id)]
            assert own == [at % 2 == 0 for at in range(len(own))]
