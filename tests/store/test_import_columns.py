from __future__ import annotations

import pytest

from tracktor_nb.errors import FrameError, UnknownNameError
from tracktor_nb.store.import_columns import event_columns, people_columns


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (("distinct_id", "event", "time"), ("distinct_id", "event", "time")),
        (("user_id", "action", "timestamp"), ("user_id", "action", "timestamp")),
        (("User ID", "Event Name", "Created At"), ("User ID", "Event Name", "Created At")),
        (("id", "name", "ts"), ("id", "name", "ts")),
        (("id", "user_id", "event", "date"), ("user_id", "event", "date")),
        (("person", "event", "day"), ("person", "event", "day")),
        (("name", "event", "when", "date"), ("name", "event", "date")),
        (("email", "name", "type", "datetime"), ("email", "name", "datetime")),
    ],
)
def test_near_names_are_found(columns: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    found = event_columns("e.csv", columns, {}, None)
    assert (found.distinct_id, found.event, found.time) == chosen


def test_the_mapping_comes_first_and_its_columns_are_not_taken_twice() -> None:
    found = event_columns("e.csv", ("id", "event", "time", "ts"), {"event": "id", "distinct_id": "event"}, None)
    assert (found.distinct_id, found.event, found.time) == ("event", "id", "time")
    assert event_columns("e.csv", ("id", "event", "time", "ts"), {"time": "ts"}, None).time == "ts"


def test_other_names_of_a_mapping_rename_properties() -> None:
    found = event_columns("e.csv", ("id", "event", "time", "px"), {"price": "px"}, None)
    assert found.names == {"px": "price"}
    assert found.roles == {"id", "event", "time"}


def test_a_column_named_properties_is_unfolded() -> None:
    assert event_columns("e.csv", ("id", "event", "time", "properties"), {}, None).properties == "properties"
    assert people_columns("p.csv", ("id", "traits"), {}).properties == "traits"


def test_a_missing_column_is_named_with_what_is_there_and_the_cure() -> None:
    with pytest.raises(FrameError, match=r"e.csv has no column for 'time'. Its columns: id, event, clock.*--map time="):
        event_columns("e.csv", ("id", "event", "clock"), {}, None)
    with pytest.raises(FrameError, match="no column for 'event'"):
        event_columns("e.csv", ("id", "time"), {}, None)
    assert event_columns("e.csv", ("id", "time"), {}, "Visit").event is None


def test_a_mapping_to_an_unknown_column_offers_the_near_one() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown column 'tme' in e.csv. Did you mean 'time'\?"):
        event_columns("e.csv", ("id", "event", "time"), {"time": "tme"}, None)


def test_people_need_an_id_only() -> None:
    found = people_columns("p.csv", ("id", "event", "plan"), {})
    assert (found.distinct_id, found.event, found.time) == ("id", None, None)
    assert people_columns("p.csv", ("id", "created_at"), {}).time == "created_at"


def test_a_property_that_follows_from_events_needs_another_name() -> None:
    with pytest.raises(FrameError, match="--map imported_last_seen=last_seen"):
        people_columns("p.csv", ("id", "last_seen"), {})
    assert people_columns("p.csv", ("id", "last_seen"), {"imported_last_seen": "last_seen"}).names
