"""What was refused can be looked at and sent again, as it was or mended, with the rights of the site's owner."""

from __future__ import annotations

import json

import pytest

from tracktor_nb.errors import NotFoundError, PayloadError
from tracktor_nb.ingest.replay import replay, shown
from tracktor_nb.semantics.identity import signature
from tracktor_nb.store.rejected import list_rejected

from .conftest import NOW, Door

LATER = NOW // 1000 + 60_000_000


def newest(door: Door) -> int:
    with door.database.read() as connection:
        return list_rejected(connection, door.site.id)[0].id


def again(door: Door, **changes: object) -> list[dict[str, object]]:
    return replay(door.database, door.site, newest(door), LATER, changes)


def test_a_call_refused_for_its_name_is_recorded_at_the_time_it_came(door: Door) -> None:
    assert door.get("/track", id="unicorn", action="Letter sent", data="{x:1}").status == 400
    again(door)
    [(who, name, time, data, _)] = door.events()
    assert (who, name, time, data) == ("unicorn", "Letter sent", NOW // 1000, {"x": 1})
    assert door.rows("SELECT received_at, known_at FROM event WHERE site_id = {site}") == [(LATER, LATER)]
    assert door.refused() == []


def test_a_parameter_can_be_mended(door: Door) -> None:
    assert door.post("/track", id="unicorn", action="rate", ts="yesterday").status == 400
    with pytest.raises(PayloadError, match="ts"):
        again(door)
    assert door.refused() == ["bad_ts"]
    again(door, ts="1789999000")
    assert [row[2] for row in door.events()] == [1789999000_000000]


def test_a_wrong_signature_can_be_taken_away(signed_door: Door) -> None:
    assert signed_door.post("/set", id="unicorn", data={"plan": "Gold"}, sign="AB" * 32).status == 403
    with pytest.raises(PayloadError) as refused:
        again(signed_door)
    assert refused.value.code == "bad_signature"
    again(signed_door, sign=None)
    assert signed_door.changes() == [("unicorn", {"plan": "Gold"}, None)]


def test_query_and_form_are_read_together(door: Door) -> None:
    path = f"/track?sid={door.site.sid}&id=unicorn"
    form = "action=tio:secret&data=%7Bx:1%7D"
    assert door.ask("POST", path, form, Content_Type="application/x-www-form-urlencoded").status == 400
    again(door, action="open")
    assert [(row[1], row[3]) for row in door.events()] == [("open", {"x": 1})]


def test_an_alias_is_replayed_once(door: Door) -> None:
    door.post("/alias", srcid="ann", destid="a-1")
    number = newest(door)
    replay(door.database, door.site, number, LATER, {"srcid": "a-1", "destid": "ann"})
    assert door.edges() == [("a-1", "ann", "alias")]
    with pytest.raises(NotFoundError, match=str(number)):
        replay(door.database, door.site, number, LATER, {})


def test_an_item_of_a_batch_is_replayed_alone_and_a_whole_batch_together(door: Door) -> None:
    good = {"type": "track", "id": "unicorn", "action": "rate", "message_id": "one"}
    door.post("/batch", batch=[good, {"type": "track", "id": "null", "action": "rate"}])
    again(door, id="zebra")
    assert [row[0] for row in door.events()] == ["unicorn", "zebra"]
    door.post("/batch", imported=True, batch=[good, good | {"message_id": "two"}])
    assert door.refused() == ["not_allowed"]
    assert again(door) == [{"duplicate": True}, {}]
    assert len(door.events()) == 3


def test_a_message_of_segments_clients_is_replayed_in_their_words(door: Door) -> None:
    message = {"type": "track", "userId": "ann", "event": "Letter sent", "writeKey": door.site.sid}
    assert door.ask("POST", "/v1/track", json.dumps(message)).status == 400
    again(door)
    door.ask("POST", "/v1/batch", json.dumps({"writeKey": door.site.sid, "batch": [message]}))
    again(door)
    assert [row[:2] for row in door.events()] == [("ann", "Letter sent")] * 2


def test_signatures_are_not_shown(door: Door) -> None:
    sign = signature(door.site.secret, "other")
    door.get("/track", id="unicorn", action="rate", sign=sign)
    door.post("/alias", srcid="a-1", destid="unicorn", destsign=sign)
    with door.database.read() as connection:
        for each in list_rejected(connection, door.site.id):
            assert sign in each.raw.decode()
            assert sign not in shown(each.raw)
            assert "unicorn" in shown(each.raw)
