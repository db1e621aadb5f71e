from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import SiteLog, site_logs
from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.event import IdentityEdge
from tracktor_nb.semantics.identity import check_distinct_id, is_anonymous, person_of, signature, signature_matches

SECRET = "2D8CarQ4rX3WvH6TK7DpJDk5"
SIGNED = "9622E88BED0B5BC186286CB9504A02E5F3B4207DCA0AB23CA4FBDDFC15627E2F"


def test_the_signature_of_the_seed() -> None:
    assert signature(SECRET, "5115") == SIGNED


@pytest.mark.parametrize("given", [SIGNED, SIGNED.lower(), SIGNED[:32].lower() + SIGNED[32:]])
def test_a_signature_matches_in_either_case(given: str) -> None:
    assert signature_matches(SECRET, "5115", given)


@pytest.mark.parametrize(
    "given",
    [
        *("", "0", SIGNED[:-1], SIGNED[:-2], SIGNED + "00", SIGNED[:-1] + "E", SIGNED[::-1], "ü" * 64, "\ud800" * 64),
        *(" " + SIGNED, SIGNED + "\n", f"{SIGNED[:30]}  {SIGNED[30:62]}", "0x" + SIGNED),
    ],
)
def test_anything_else_does_not_match(given: str) -> None:
    assert not signature_matches(SECRET, "5115", given)
    assert not signature_matches(SECRET, "5116", SIGNED)
    assert not signature_matches(SECRET + " ", "5115", SIGNED)


def test_ids_are_signed_as_utf8() -> None:
    assert signature_matches("geheim", "jürgen", signature("geheim", "jürgen"))
    assert signature("geheim", "jürgen") != signature("geheim", "jurgen")


@pytest.mark.parametrize(
    ("distinct_id", "anonymous"), [("a-x124123124", True), ("a-", True), ("A-x", False), ("b", False)]
)
def test_anonymous_ids_start_with_a_dash(distinct_id: str, anonymous: bool) -> None:
    assert is_anonymous(distinct_id) is anonymous


@pytest.mark.parametrize(
    "distinct_id", ["5115", "a-x124123124", "ann@shop.example", "x" * 255, "ü" * 127, "日本", "a b", "00"]
)
def test_ids_are_taken_as_they_are(distinct_id: str) -> None:
    assert check_distinct_id(distinct_id) is distinct_id


@pytest.mark.parametrize(
    ("distinct_id", "code"),
    [
        ("", "missing_param"),
        (" 5115", "bad_id"),
        ("5115\n", "bad_id"),
        ("5115\u00a0", "bad_id"),
        ("x" * 256, "bad_id"),
        ("ü" * 128, "bad_id"),
        ("a\x00b", "bad_char"),
        ("a\tb", "bad_char"),
        ("a\u202eb", "bad_char"),
        ("a\u2028b", "bad_char"),
        ("a\ud800b", "bad_char"),
        *(
            (name, "reserved_id")
            for name in ("null", "NULL", "Undefined", "guest", "0", "-1", "NaN", "[object Object]")
        ),
        ("00000000-0000-0000-0000-000000000000", "reserved_id"),
    ],
)
def test_ids_that_would_mix_people_up_are_refused(distinct_id: str, code: str) -> None:
    with pytest.raises(PayloadError) as caught:
        check_distinct_id(distinct_id, "destid")
    assert (caught.value.code, caught.value.param) == (code, "destid")
    assert "`destid`" in str(caught.value)


# --- people ---------------------------------------------------------------------------------------------------------


def test_a_person_is_known_by_the_id_that_the_last_merge_pointed_to() -> None:
    first, second, third = IdentityEdge(1, 2, 10, 1), IdentityEdge(3, 4, 20, 2), IdentityEdge(2, 4, 30, 3)
    assert person_of([]) == {}
    assert person_of([first]) == {1: 2, 2: 2}
    assert person_of([first, second]) == {1: 2, 2: 2, 3: 4, 4: 4}
    assert person_of([first, second, third]) == {1: 4, 2: 4, 3: 4, 4: 4}


def test_an_edge_inside_one_person_bears_when_another_is_undone() -> None:
    first, inside = IdentityEdge(1, 2, 10, 1), IdentityEdge(1, 2, 20, 2)
    assert person_of([first, inside]) == person_of([first])
    assert person_of([replace(first, undone_at=30), inside]) == {1: 2, 2: 2}
    assert person_of([replace(first, undone_at=30), replace(inside, undone_at=31)]) == {}


def test_an_undone_merge_parts_people_again() -> None:
    bridge = IdentityEdge(2, 3, 20, 2)
    log = [IdentityEdge(1, 2, 10, 1), bridge, IdentityEdge(3, 4, 30, 3)]
    assert set(person_of(log).values()) == {4}
    assert person_of([replace(bridge, undone_at=40) if edge is bridge else edge for edge in log]) == {
        1: 2,
        2: 2,
        3: 4,
        4: 4,
    }


def groups(edges: list[IdentityEdge]) -> set[frozenset[int]]:
    """The connected sets, found the slow way: join what shares a member until nothing changes."""
    parts = [{edge.src, edge.dest} for edge in edges if edge.undone_at is None]
    for part in parts * len(parts):
        for other in parts:
            if part & other:
                part |= other
                other |= part
    return {frozenset(part) for part in parts}


@settings(max_examples=300)
@given(site_logs(most_rows=8, identities=6), st.randoms(use_true_random=False))
def test_people_are_the_connected_sets_whatever_order_the_edges_come_in(log: SiteLog, random: Random) -> None:
    edges = list(log.edges)
    person = person_of(edges)
    found: dict[int, set[int]] = {}
    for identity, its_person in person.items():
        found.setdefault(its_person, set()).add(identity)
    assert {frozenset(members) for members in found.values()} == groups(edges)
    assert all(its_person in members for its_person, members in found.items())
    random.shuffle(edges)
    assert person_of(edges) == person


@settings(max_examples=200)
@given(site_logs(most_rows=8, identities=6), st.data())
def test_undoing_an_edge_is_the_same_as_never_having_had_it(log: SiteLog, data: st.DataObject) -> None:
    if not log.edges:
        return
    undone = data.draw(st.sampled_from(log.edges))
    others = [edge for edge in log.edges if edge is not undone]
    assert person_of([*others, replace(undone, undone_at=undone.time)]) == person_of(others)
