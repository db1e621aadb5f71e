from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import SiteLog, instants, site_logs
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange
from tracktor_nb.semantics.person import Person, fold, people

BOB, ANONYMOUS = 1, 2  # identities
MERGE = IdentityEdge(src=ANONYMOUS, dest=BOB, time=100, seq=50)


def set_(time: int, identity: int, seq: int = 0, **values: Any) -> PropertyChange:
    return PropertyChange(time, seq or time, values, identity)


def test_the_last_value_stands_and_what_is_not_mentioned_stays() -> None:
    assert fold([set_(1, BOB, plan="free", n=1), set_(2, BOB, plan="gold")], []) == {"plan": "gold", "n": 1}


def test_null_removes() -> None:
    assert fold([set_(1, BOB, plan="free"), set_(2, BOB, plan=None)], []) == {}
    assert fold([set_(1, BOB, plan=None), set_(2, BOB, plan="free")], []) == {"plan": "free"}


def test_at_a_merge_dest_wins_and_src_fills_gaps() -> None:
    changes = [set_(1, BOB, plan="gold"), set_(2, ANONYMOUS, plan="free", source="ad")]
    assert fold(changes, [MERGE]) == {"plan": "gold", "source": "ad"}
    assert fold(changes, [replace(MERGE, src=BOB, dest=ANONYMOUS)]) == {"plan": "free", "source": "ad"}


def test_what_dest_removed_stays_removed() -> None:
    changes = [set_(1, BOB, phone="1"), set_(2, BOB, phone=None), set_(3, ANONYMOUS, phone="2")]
    assert fold(changes, [MERGE]) == {}


def test_a_removal_by_src_fills_no_gap() -> None:
    assert fold([set_(1, BOB, phone="1"), set_(2, ANONYMOUS, phone=None)], [MERGE]) == {"phone": "1"}


@pytest.mark.parametrize("identity", [BOB, ANONYMOUS])
def test_after_a_merge_changes_from_any_id_overwrite(identity: int) -> None:
    changes = [set_(1, BOB, plan="gold"), set_(101, identity, plan="free")]
    assert fold(changes, [MERGE]) == {"plan": "free"}
    assert fold([*changes, set_(102, BOB, plan=None)], [MERGE]) == {}


def test_undo_is_the_fold_without_the_edge() -> None:
    changes = [set_(1, BOB, plan="gold"), set_(2, ANONYMOUS, source="ad"), set_(101, ANONYMOUS, plan="free")]
    undone = people([], changes, [replace(MERGE, undone_at=200)])
    assert {id: person.properties(300)["plan"] for id, person in undone.items()} == {BOB: "gold", ANONYMOUS: "free"}
    assert "source" not in undone[BOB].properties(300)


def test_rows_of_the_same_time_stand_in_order_of_arrival() -> None:
    early, late = set_(100, ANONYMOUS, seq=49, plan="before"), set_(100, ANONYMOUS, seq=51, plan="after")
    assert fold([set_(1, BOB, plan="gold"), early], [MERGE]) == {"plan": "gold"}
    assert fold([set_(1, BOB, plan="gold"), late], [MERGE]) == {"plan": "after"}


def test_merges_chain() -> None:
    edges = [IdentityEdge(3, 2, 10, 101), IdentityEdge(2, 1, 20, 102)]
    changes = [set_(1, 3, a=3, b=3, c=3), set_(2, 2, a=2, b=2), set_(3, 1, a=1)]
    assert fold(changes, edges) == {"a": 1, "b": 2, "c": 3}
    assert fold(changes, [replace(edges[0], time=30), edges[1]]) == {"a": 1, "b": 2, "c": 3}
    assert fold([*changes, set_(30, 3, a="late"), set_(40, 1, a="last")], edges) == {"a": "last", "b": 2, "c": 3}


# --- derived --------------------------------------------------------------------------------------------------------


def test_created_at_is_the_earlier_and_last_seen_the_later() -> None:
    events = [Event(2_000_000, 1, "A", identity=ANONYMOUS), Event(5_000_000, 2, "A", identity=BOB)]
    (person,) = people(events, [set_(3_000_000, BOB, n=1)], [MERGE]).values()
    assert person.id == BOB
    assert person.properties(10_000_000) == {"n": 1, "created_at": 2.0, "last_seen": 5.0}
    assert person.properties(4_000_000) == {"n": 1, "created_at": 2.0, "last_seen": 2.0}
    assert person.properties(3_000_000)["n"] == 1
    assert "n" not in person.properties(2_999_999)
    assert person.properties(1_999_999) == {}


def test_bots_and_the_systems_own_events_do_not_count_as_seen() -> None:
    events = (Event(1, 1, "A"), Event(2, 2, "A", bot=True), Event(3, 3, "Letter sent"))
    assert Person(0, events).last_seen(10) == 1
    assert Person(0, (*events, Event(4, 4, "Letter clicked"))).last_seen(10) == 4
    assert Person(0, events[1:]).last_seen(10) is None


def test_nobody_has_no_beginning() -> None:
    assert Person(1).created_at is None
    assert Person(1).properties(0) == {}


# --- as of ----------------------------------------------------------------------------------------------------------


def test_as_of_leaves_out_what_was_not_known_yet() -> None:
    late = Event(10, 2, "A", identity=BOB, known_at=30)
    imported = Event(5, 3, "B", identity=BOB, imported=True)
    assert people([late, imported], as_of=29) == {BOB: Person(BOB, (imported,))}
    assert people([late, imported], as_of=30) == {BOB: Person(BOB, (imported, late))}


def test_as_of_leaves_out_changes_that_came_later() -> None:
    change = replace(set_(10, BOB, plan="gold"), known_at=30)
    assert people([], [change], as_of=29) == {}
    assert people([], [change], as_of=30) == {BOB: Person(BOB, (), (change,))}


def test_as_of_a_merge_undone_later_still_holds() -> None:
    undone, events = (
        replace(MERGE, undone_at=200),
        [Event(1, 1, "A", identity=ANONYMOUS), Event(2, 2, "A", identity=BOB)],
    )
    assert set(people(events, [], [undone], as_of=99)) == {BOB, ANONYMOUS}
    assert set(people(events, [], [undone], as_of=100)) == {BOB}
    assert set(people(events, [], [undone], as_of=199)) == {BOB}
    assert set(people(events, [], [undone], as_of=200)) == {BOB, ANONYMOUS}


# --- laws -----------------------------------------------------------------------------------------------------------


def slow_fold(changes: list[PropertyChange], edges: list[IdentityEdge]) -> list[tuple[set[int], dict[str, Any]]]:
    """The rule of SEMANTICS 1 word for word, over a list of (ids, values) groups; nulls kept."""
    groups: list[tuple[set[int], dict[str, Any]]] = [({identity}, {}) for identity in range(10)]

    def of(identity: int) -> tuple[set[int], dict[str, Any]]:
        return next(group for group in groups if identity in group[0])

    rows: list[Any] = [*changes, *(edge for edge in edges if edge.undone_at is None)]
    for row in sorted(rows, key=lambda each: (each.time, each.seq)):
        if isinstance(row, PropertyChange):
            of(row.identity)[1].update(row.values)
        elif of(row.src) is not of(row.dest):
            src, dest = of(row.src), of(row.dest)
            groups.remove(src)
            dest[0].update(src[0])
            for name, value in src[1].items():
                dest[1].setdefault(name, value)
    return groups


@settings(max_examples=300)
@given(site_logs())
def test_every_person_is_the_fold_of_the_rule_word_for_word(log: SiteLog) -> None:
    folded = slow_fold(list(log.changes), list(log.edges))
    for person in log.people().values():
        (values,) = (values for ids, values in folded if person.id in ids)
        assert fold(person.changes, person.edges) == {
            name: value for name, value in values.items() if value is not None
        }


@settings(max_examples=300)
@given(site_logs(), st.randoms(use_true_random=False), st.none() | instants())
def test_people_do_not_depend_on_the_order_in_which_rows_are_given(
    log: SiteLog, random: Random, as_of: int | None
) -> None:
    shuffled = [random.sample(rows, len(rows)) for rows in (log.events, log.changes, log.edges)]
    assert people(*shuffled, as_of=as_of, cohorts=log.cohorts) == log.people(as_of)
    assert fold(shuffled[1], shuffled[2]) == fold(log.changes, log.edges)


@settings(max_examples=300)
@given(site_logs(), st.data())
def test_undo_makes_the_people_that_would_be_without_the_edge(log: SiteLog, data: st.DataObject) -> None:
    if not log.edges:
        return
    undone = data.draw(st.sampled_from(log.edges))
    others = [edge for edge in log.edges if edge is not undone]
    assert people(log.events, log.changes, [*others, replace(undone, undone_at=0)]) == people(
        log.events, log.changes, others
    )


@settings(max_examples=300)
@given(site_logs())
def test_every_row_belongs_to_exactly_one_person_in_order(log: SiteLog) -> None:
    persons = log.people().values()
    assert sorted(event.seq for person in persons for event in person.events) == [event.seq for event in log.events]
    assert sorted(row.seq for person in persons for row in person.changes) == [row.seq for row in log.changes]
    for person in persons:
        order = [(event.time, event.seq) for event in person.events]
        assert order == sorted(order)
