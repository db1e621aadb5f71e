"""Who sends too much is asked to wait; everybody else does not notice."""

from __future__ import annotations

import base64
import json
import socket
from typing import Any

import pytest

from tests.databases import PATIENCE
from tracktor_nb.errors import SettingError, TooManyError
from tracktor_nb.ingest import door as door_module
from tracktor_nb.ingest.rate import BURST_SECONDS, Buckets, Limits, network_of, read_networks, sender
from tracktor_nb.store.database import Database, open_database
from tracktor_nb.store.sites import add_site

from .conftest import Door, running


class Clock:
    """Seconds that pass when the test says so; told in nanoseconds."""

    now = 1000

    def __call__(self) -> int:
        return self.now * 1_000_000_000


@pytest.fixture
def clock() -> Clock:
    return Clock()


def admitted(limits: Limits, sid: str = "shop", address: str = "192.0.2.1") -> int:
    """Return how many calls are let in before the first that is not."""
    for number in range(10_000):
        try:
            limits.admit(sid, address)
        except TooManyError:
            return number
    return 10_000


def test_a_burst_is_let_in_then_as_many_as_the_rate_says(clock: Clock) -> None:
    limits = Limits(of_sender=5, clock=clock)
    assert admitted(limits) == 5 * BURST_SECONDS
    clock.now += 2
    assert admitted(limits) == 10
    clock.now += 3600
    assert admitted(limits) == 5 * BURST_SECONDS


def test_the_wait_told_is_the_wait_needed(clock: Clock) -> None:
    limits = Limits(of_sender=0.5, clock=clock)
    admitted(limits)
    with pytest.raises(TooManyError) as refused:
        limits.admit("shop", "192.0.2.1")
    assert refused.value.retry_after == 2
    clock.now += 2
    limits.admit("shop", "192.0.2.1")


def test_neighbours_in_a_network_share_a_bucket_and_others_have_their_own(clock: Clock) -> None:
    limits = Limits(of_sender=1, clock=clock)
    admitted(limits, address="192.0.2.1")
    assert admitted(limits, address="192.0.2.77") == 0
    assert admitted(limits, address="192.0.3.1") == BURST_SECONDS
    assert admitted(limits, sid="blog", address="192.0.2.1") == BURST_SECONDS


def test_a_site_has_a_limit_of_its_own_whoever_sends(clock: Clock) -> None:
    limits = Limits(of_site=1, clock=clock)
    assert sum(admitted(limits, address=f"10.0.{part}.1") for part in range(4)) == BURST_SECONDS
    assert admitted(limits, sid="blog") == BURST_SECONDS


def test_who_is_refused_by_one_limit_uses_nothing_of_the_other(clock: Clock) -> None:
    limits = Limits(of_sender=1, of_site=3, clock=clock)
    assert admitted(limits) == BURST_SECONDS
    assert [admitted(limits) for _ in range(50)] == [0] * 50
    assert admitted(limits, address="10.0.0.1") == BURST_SECONDS


def test_a_batch_larger_than_a_bucket_gets_in_when_the_bucket_is_full_and_pays_for_it(clock: Clock) -> None:
    limits = Limits(of_sender=1, clock=clock)
    limits.admit("shop", "192.0.2.1", calls=100)
    with pytest.raises(TooManyError) as refused:
        limits.admit("shop", "192.0.2.1")
    assert refused.value.retry_after == 100 + 1 - BURST_SECONDS


def test_no_limit_is_no_limit() -> None:
    assert admitted(Limits()) == 10_000


def test_a_flood_of_addresses_takes_no_more_room(clock: Clock) -> None:
    buckets = Buckets(1, clock, most=100)
    for key in range(1000):
        buckets.take(key, BURST_SECONDS)
    assert len(buckets) == 100
    assert (buckets.wait(999, 1), buckets.wait(0, 1)) == (1, 0)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("/run/tracktor.sock", "/run/tracktor.sock"),
    ],
)
def test_a_sender_is_a_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("peer", "forwarded", "said"),
    [
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: str, said: str) -> None:
    assert sender(peer, forwarded, read_networks("10.0.0.0/8, 127.0.0.1")) == said


def test_a_proxy_that_is_no_address_is_told() -> None:
    with pytest.raises(SettingError, match="TRACKTOR_PROXIES"):
        read_networks("my-proxy")


def test_93_too_many_calls_are_refused_and_neither_recorded_nor_kept(sqlite_url: str) -> None:
    with open_database(sqlite_url) as database:
        site = database.writer.run(lambda tx: add_site(tx, "shop"))
        limits = Limits(of_sender=0.05, clock=Clock())  # a call is twice what a bucket holds
        with running(database, limits=limits, proxies=read_networks("127.0.0.1")) as port:
            door = Door(database, port, site)
            call = f"/track?sid={site.sid}&id=unicorn&action=rate"
            assert door.ask("GET", call).status == 200
            refused = door.ask("GET", call)
            assert refused.status == 429
            assert int(refused.headers["retry-after"]) > 1
            assert refused.json["error"]["code"] == "rate_limited"
            assert door.ask("GET", call, X_Forwarded_For="198.51.100.7").status == 200
            assert (len(door.events()), door.refused()) == (2, [])


@pytest.mark.parametrize("way", ["set", "batch", "identify"])
def test_60_a_person_is_changed_only_so_often_and_others_do_not_notice(database: Database, way: str) -> None:
    site = database.writer.run(lambda tx: add_site(tx, f"shop {way}"))
    limits = Limits(of_person=0.2, clock=Clock())  # two changes at once
    with running(database, limits=limits) as port:
        door = Door(database, port, site)
        assert [changed(door, way, "unicorn") for _ in range(4)] == ["ok", "ok", "rate_limited", "rate_limited"]
        assert changed(door, way, "pegasus") == "ok"
        assert (len(door.changes()), door.refused()) == (3, [])
        assert door.post("/track", id="unicorn", action="rate").status == 200


def test_a_cart_is_changed_only_so_often(sqlite_url: str) -> None:
    with open_database(sqlite_url) as database:
        site = database.writer.run(lambda tx: add_site(tx, "shop"))
        with running(database, limits=Limits(of_person=0.2, clock=Clock())) as port:
            door = Door(database, port, site)
            answers = [door.post("/cart", id="unicorn", op="set", cart={"products": [n]}).status for n in range(3)]
            assert (answers, door.post("/cart", id="pegasus", op="cancel").status) == ([200, 200, 429], 200)


def changed(door: Door, way: str, id: str) -> str:
    """Give a person an e-mail address, in one of several ways; return what was said to it."""
    change: dict[str, Any] = {"id": id, "data": {"email": "who@example.com"}}
    if way == "set":
        answer = door.post("/set", **change)
        assert answer.status == 200 or (answer.status == 429 and int(answer.headers["retry-after"]) > 0)
        return "ok" if answer.json["ok"] else str(answer.json["error"]["code"])
    if way == "batch":
        answer = door.post("/batch", batch=[{"type": "set", **change}])
    else:
        traits = {"type": "identify", "userId": id, "traits": change["data"]}
        answer = door.ask("POST", "/v1/batch", json.dumps({"writeKey": door.site.sid, "batch": [traits]}))
    return str(answer.json["rejected"][0]["code"]) if answer.json["rejected"] else "ok"


def test_a_server_may_change_a_person_as_often_as_it_likes(sqlite_url: str) -> None:
    with open_database(sqlite_url) as database:
        site = database.writer.run(lambda tx: add_site(tx, "shop"))
        with running(database, limits=Limits(of_person=0.2, clock=Clock())) as port:
            door = Door(database, port, site)
            items = [{"type": "set", "id": "unicorn", "data": {"n": number}} for number in range(50)]
            key = "Basic " + base64.b64encode(f"{site.sid}:{site.server_key}".encode()).decode()
            answer = door.ask("POST", "/batch", json.dumps({"batch": items}), Authorization=key)
            assert (answer.json["accepted"], len(door.changes())) == (50, 50)


def test_bodies_are_held_only_up_to_a_limit(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "MOST_HELD", 100)
    slow = socket.create_connection(("127.0.0.1", door.port), timeout=PATIENCE)
    slow.sendall(b"POST /track HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + b" " * 500)
    answers = iter(lambda: door.post("/track", id="unicorn", action="rate"), None)
    busy = next(answer for answer in answers if answer.status != 200)
    assert (busy.status, busy.headers["retry-after"], busy.json["error"]["code"]) == (503, "2", "busy")
    slow.close()
    assert next(answer for answer in answers if answer.status == 200).json["ok"]
