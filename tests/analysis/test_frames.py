"""The log in columns: it grows by what is new, knows merges and undone ones, and can be seen as of a date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from tests.logs import Rows, log_of
from tests.strategies import SiteLog
from tracktor_nb.analysis.frames import Log
from tracktor_nb.errors import UnknownNameError
from tracktor_nb.semantics.event import Event, IdentityEdge, PropertyChange
from tracktor_nb.semantics.period import DAY, HOUR

T = 1_790_000_000_000_000
ROWS = Rows(
    (Event(T + HOUR, 1, "B", {}, 7), Event(T, 2, "A", {"n": 1}, 9), Event(T + HOUR, 3, "A", {}, 7)),
    (PropertyChange(T, 4, {"plan": "free"}, 9),),
)


def names_in_order(log: Log) -> list[tuple[int, str]]:
    ids = log.identities.ids[log.person_code].tolist()
    return [(id, log.names[name]) for id, name in zip(ids, log.name.tolist(), strict=True)]


def test_events_stand_by_person_time_and_arrival() -> None:
    log = Log().refreshed(replace(ROWS))
    assert sorted(names_in_order(log)) == [(7, "A"), (7, "B"), (9, "A")]
    assert [name for id, name in names_in_order(log) if id == 7] == ["B", "A"]


def test_nothing_new_is_the_same_log() -> None:
    source = replace(ROWS)
    log = Log().refreshed(source)
    assert log.refreshed(source) is log
    assert source.reads == 1


def test_a_refresh_reads_only_what_came_since_and_keeps_codes() -> None:
    source = replace(ROWS, last=2)
    log = Log().refreshed(source)
    codes = log.identities.codes(np.array([7, 9]))
    source.events_ += (Event(T - DAY, 5, "C", {}, 3),)
    source.last = 5
    grown = log.refreshed(source)
    assert (grown.identities.codes(np.array([7, 9])) == codes).all()
    assert len(log.events) == 2
    assert sorted(names_in_order(grown)) == [(3, "C"), (7, "A"), (7, "B"), (9, "A")]
    assert grown.watermark == 5


def test_a_merge_makes_one_person_and_its_undoing_two_again() -> None:
    source = replace(ROWS, edges_=(IdentityEdge(7, 9, T + DAY, 5, undone_at=T + 2 * DAY),), last=5)
    source.events_ += (Event(T + 3 * DAY, 6, "A", {}, 9),)
    merged = Log().refreshed(source)
    assert {id for id, _ in names_in_order(merged)} == {9}
    source.last = 6
    assert {id for id, _ in names_in_order(merged.refreshed(source))} == {7, 9}


def test_an_edge_seen_before_its_identity_is_taken_in_later() -> None:
    class Early(Rows):
        hidden = True

        def identities(self, after: int = 0, upto: int | None = None) -> pa.Table:
            table = super().identities(after, upto)
            return table.filter(pa.compute.not_equal(table["id"], 8)) if self.hidden else table

    source = Early(ROWS.events_, ROWS.changes_, (IdentityEdge(8, 9, T, 5),))
    log = Log().refreshed(source)
    assert log.edges == ()
    source.hidden = False
    assert len(log.refreshed(source).edges) == 1


def test_as_of_a_date_later_knowledge_is_not_there() -> None:
    late = Event(T, 3, "A", {}, 7, known_at=T + 5 * DAY)
    edge = IdentityEdge(7, 9, T, 4, known_at=T + DAY, undone_at=T + 3 * DAY)
    rows = SiteLog(T, (*ROWS.events_[:2], late), (PropertyChange(T, 5, {"plan": "gold"}, 9, T + 9 * DAY),), (edge,))
    log = log_of(rows)
    assert len(log.as_of(T + DAY).events) == 2
    assert {id for id, _ in names_in_order(log.as_of(T + 2 * DAY))} == {9}
    assert {id for id, _ in names_in_order(log.as_of(T + 3 * DAY))} == {7, 9}
    assert len(log.as_of(T + 5 * DAY).events) == 3
    assert (len(log.as_of(T + DAY).changes), len(log.as_of(T + 9 * DAY).changes)) == (0, 1)


def test_a_person_is_found_by_its_id_and_by_every_distinct_id() -> None:
    log = Log().refreshed(replace(ROWS, edges_=(IdentityEdge(7, 9, T, 5),)))
    assert log.find(9) == log.find("id-9") == log.find("id-7")
    with pytest.raises(UnknownNameError, match="Unknown person 'nobody'"):
        log.find("nobody")


def test_an_empty_site_has_an_empty_log() -> None:
    log = Log().refreshed(Rows())
    assert (len(log.people), log.extent, log.names) == (0, None, ())
    assert len(log.positions("A", True)) == 0
