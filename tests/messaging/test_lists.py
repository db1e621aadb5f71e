"""Campaigns put people on lists and take them off, and whatever asks for a list notices at once."""

from __future__ import annotations

import pytest

from tests.messaging.running_shop import ZONE, Shop
from tracktor_nb.errors import DefinitionError
from tracktor_nb.joining import engine_for
from tracktor_nb.messaging.live_segments import LiveSegments
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.condition import did, in_segment
from tracktor_nb.semantics.nodes import AddTo, Filter, RemoveFrom, SendLetter, SendMessage, Wait
from tracktor_nb.semantics.period import DAY, HOUR
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.trigger import Trigger
from tracktor_nb.store import shelf
from tracktor_nb.store.cohorts import cohorts_of, make_cohort
from tracktor_nb.store.dossiers import export_person
from tracktor_nb.store.identity import merge
from tracktor_nb.store.live_people import LivePeople
from tracktor_nb.store.segment_states import live_segments, members_of

CALLED = Campaign(
    [
        Trigger.event("Call"),
        AddTo("Callers"),
        Wait("1h"),
        Filter(in_segment("Callers"), yes=[RemoveFrom("Callers")]),
        Filter(in_segment("Callers"), yes=[SendMessage("Still there")], no=[SendMessage("Gone")]),
    ],
    entry="every event",
)


def make_list(live: Shop, name: str = "Callers", *ids: int) -> None:
    make_cohort(live.database, live.site, name, ids, "by hand", now=live.now)


def listed(live: Shop, name: str = "Callers") -> list[str]:
    """The ids on the list, as the engine of answers has them."""
    with live.database.read() as connection:
        cohort = shelf.saved_group(connection, live.site.id, name)
        rows = connection.exec_driver_sql("SELECT id, distinct_id FROM identity").all()
    assert isinstance(cohort, Cohort)
    on = set(engine_for(live.database).identities(live.site.name, cohort))
    return sorted(row.distinct_id for row in rows if row.id in on)


def test_a_list_is_made_at_run_and_people_come_and_go(live: Shop) -> None:
    make_list(live)
    live.run(CALLED)
    live.run(Campaign([Trigger.event("Call"), AddTo("Others")]), "other")
    assert listed(live, "Others") == []
    for id in ("ann", "bob"):
        live.track(id, "Call")
    live.after()
    assert listed(live) == listed(live, "Others") == ["ann", "bob"]
    with live.database.read() as connection:
        assert export_person(connection, live.site.id, "ann")["cohorts"] == ["Callers", "Others"]
    live.after(HOUR)
    assert listed(live) == []
    assert [body["text"] for _, _, body in live.did("message")] == ["Gone", "Gone"]
    live.track("ann", "Call")
    live.after()
    assert listed(live) == ["ann"]
    with live.database.read() as connection:
        assert export_person(connection, live.site.id, "bob")["cohorts"] == ["Others"]


def test_all_ids_of_a_person_are_taken_off(live: Shop) -> None:
    live.run(Campaign([Trigger.event("Call"), AddTo("Callers")], entry="every event"), "on")
    live.run(Campaign([Trigger.event("Stop"), RemoveFrom("Callers")]), "off")
    for id in ("a-1", "ann"):
        live.track(id, "Call")
        live.after()
    live.write(lambda tx: merge(tx, live.site.id, "a-1", "ann", live.now, live.now))
    live.track("ann", "Stop")
    live.after()
    assert listed(live) == []
    with live.database.read() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM identity").scalars().all()
        assert cohorts_of(connection, live.site.id, ids) == []


def test_other_campaigns_and_live_segments_notice(live: Shop) -> None:
    live.run(Campaign([Trigger.event("Call"), AddTo("Callers"), Wait("1d"), RemoveFrom("Callers")]), "calls")
    live.write(
        lambda tx: shelf.keep(tx, live.site.id, "Busy", Segment(in_segment("Callers") & did("Call")), now=live.now)
    )
    live.run(Campaign([Trigger.entered(in_segment("Busy")), SendLetter("In")], entry="every event"), "in")
    live.run(Campaign([Trigger.left(in_segment("Callers")), SendLetter("Out")]), "out")
    store = LivePeople(live.database, live.site.id, "one", lambda: live.now)
    segments = LiveSegments(store, ZONE, lambda: live.now)

    def members() -> int:
        while segments.step():
            pass
        with live.database.read() as connection:
            (busy,) = live_segments(connection, live.site.id).values()
            return len(members_of(connection, busy.id))

    live.set("ann", email="ann@example.com")
    live.after()
    assert members() == 0
    live.track("ann", "Call")
    live.after()
    assert (live.letters(), members()) == ([("ann", "In")], 1)
    live.after(DAY)
    live.after()
    assert (live.letters(), members()) == ([("ann", "In"), ("ann", "Out")], 0)


def test_a_list_cannot_have_the_name_of_something_else(live: Shop) -> None:
    live.write(lambda tx: shelf.keep(tx, live.site.id, "Callers", Segment(did("Call")), now=live.now))
    with pytest.raises(DefinitionError, match="'Callers' is the name of a segment"):
        live.run(Campaign([Trigger.event("Call"), AddTo("Callers")]))


def test_a_list_that_was_put_away_is_there_again_with_the_next_one_on_it(live: Shop) -> None:
    live.run(Campaign([Trigger.event("Call"), AddTo("Callers")]))
    live.write(lambda tx: shelf.put_away(tx, live.site.id, "Callers", now=live.now))
    live.track("ann", "Call")
    live.after()
    assert listed(live) == ["ann"]
