"""What is known of people at an instant: merges, removals, undone merges."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.logs import log_of
from tests.strategies import SiteLog
from tracktor_nb.analysis.frames import Log
from tracktor_nb.analysis.people import Timeline
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange

T = 1_790_000_000_000_000


def log(*rows: Any) -> Log:
    kinds = (Event, PropertyChange, IdentityEdge)
    return log_of(SiteLog(T, *(tuple(row for row in rows if isinstance(row, kind)) for kind in kinds)))


def said(log: Log, path: str, at: int, id: int = 2) -> Any:
    column = log.of_people.values(path, log.identities.codes(np.array([id])), at)
    return column.values[column.codes[0]]


def test_at_a_merge_the_values_of_dest_win_and_src_fills_gaps() -> None:
    merged = log(
        PropertyChange(T + 1, 1, {"plan": "anonymous", "source": "ad"}, 1),
        PropertyChange(T, 2, {"plan": "gold"}, 2),
        IdentityEdge(1, 2, T + 5, 3),
    )
    assert said(merged, "plan", T + 9) == ("gold",)
    assert said(merged, "source", T + 9) == ("ad",)


def test_what_dest_removed_stays_removed() -> None:
    merged = log(
        PropertyChange(T, 1, {"plan": "free"}, 1),
        PropertyChange(T, 2, {"plan": None}, 2),
        IdentityEdge(1, 2, T + 5, 3),
    )
    assert said(merged, "plan", T + 9) == ()


def test_after_a_merge_the_last_word_of_any_id_counts() -> None:
    merged = log(
        PropertyChange(T, 1, {"plan": "gold"}, 2),
        IdentityEdge(1, 2, T + 5, 2),
        PropertyChange(T + 5, 3, {"plan": "free"}, 1),
        IdentityEdge(3, 2, T + 6, 4),
        PropertyChange(T + 7, 5, {"plan": "new"}, 3),
    )
    assert said(merged, "plan", T + 4) == ("gold",)
    assert said(merged, "plan", T + 6) == ("free",)
    assert said(merged, "plan", T + 7) == ("new",)


def test_of_a_merge_and_a_change_at_one_instant_the_one_that_came_first_is_first() -> None:
    edge, gold = IdentityEdge(1, 2, T, 5), PropertyChange(T, 1, {"plan": "gold"}, 2)
    assert said(log(gold, edge, PropertyChange(T, 6, {"plan": "free"}, 1)), "plan", T) == ("free",)
    assert said(log(gold, edge, PropertyChange(T, 4, {"plan": "free"}, 1)), "plan", T) == ("gold",)


def test_an_undone_merge_never_was() -> None:
    apart = log(
        PropertyChange(T, 1, {"plan": "free"}, 1),
        PropertyChange(T, 2, {"plan": "gold"}, 2),
        IdentityEdge(1, 2, T + 5, 3, undone_at=T + 6),
    )
    assert (said(apart, "plan", T + 5, 1), said(apart, "plan", T + 5, 2)) == (("free",), ("gold",))


def test_the_first_and_the_last_instant_of_a_person_are_properties() -> None:
    known = log(
        Event(T, 1, "A", {}, 2), Event(T + 7_000_000, 2, "A", {}, 2, bot=True), Event(T + 500_000, 3, "B", {}, 2)
    )
    assert said(known, "created_at", T + 9_000_000) == (T / 1_000_000,)
    assert said(known, "last_seen", T + 9_000_000) == ((T + 500_000) / 1_000_000,)
    assert said(known, "last_seen", T) == (T / 1_000_000,)
    assert said(known, "created_at", T - 1) == ()


def test_a_timeline_finds_rows_whose_times_would_overflow_a_plain_product() -> None:
    person, time = np.array([0, 5_000_000, 5_000_000]), np.array([2**56, 3, 2**56])
    line = Timeline(person, time)
    assert line.last(np.array([5_000_000, 5_000_000, 4, 0]), np.array([2**56 - 1, 2**56, 2**56, 5])).tolist() == [
        1,
        2,
        -1,
        -1,
    ]
