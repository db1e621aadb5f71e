"""/cart: how carts are called about over HTTP, what is refused, and what the worker makes of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tracktor_nb.semantics.cart import version_of
from tracktor_nb.semantics.identity import signature
from tracktor_nb.store.upkeep import do_due

from .conftest import Door
from .inputs import RECEIVED

HOUR = 3600 * 1_000_000
CART = {"totalprice": 3.98, "products": [{"name": "Zephir 1kg pack", "price": 1.99}], "paid_with": "Credit card"}
SEED = """{totalprice: 3.98, products: [{name: 'Zephir 1kg pack', price: 1.99}], paid_with: "Credit card",}"""


def made(door: Door) -> list[tuple[str, str]]:
    """Return id and name of every event."""
    return [row[:2] for row in door.events()]


def said_of(cart: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of an event about a cart."""
    total = {"total": cart["totalprice"]} if "totalprice" in cart else {}
    return {"cart": cart, "version": version_of(cart), **total}


@pytest.mark.parametrize("way", ["get", "form", "json", "beacon", "batch"])
def test_a_cart_is_set_and_bought_in_every_way_that_calls_are_made(door: Door, way: str) -> None:
    for op in ("set", "purchase"):
        assert call(door, way, op) == 200
    assert door.events() == [("unicorn", "Cart purchased", RECEIVED, said_of(CART), None)]
    [set_, bought] = door.rows("SELECT operation, data FROM cart WHERE site_id = {site} ORDER BY seq")
    assert (set_[0], bought[0], json.loads(set_[1]), json.loads(bought[1])) == ("set", "purchase", CART, CART)


def call(door: Door, way: str, op: str) -> int:
    """Call about the cart and return the status."""
    if way == "get":
        return door.get("/cart", f"op={op}&id=unicorn&cart={quote(SEED)}").status
    if way == "form":
        body = f"sid={door.site.sid}&op={op}&id=unicorn&cart={quote(json.dumps(CART))}"
        return door.ask("POST", "/cart", body, Content_Type="application/x-www-form-urlencoded").status
    if way == "batch":
        answer = door.post("/batch", batch=[{"type": "cart", "op": op, "id": "unicorn", "cart": CART}])
        return answer.status if answer.json["accepted"] == 1 else 400
    body = json.dumps({"sid": door.site.sid, "op": op, "id": "unicorn", "cart": CART})
    return door.ask("POST", "/cart", body, Content_Type="text/plain" if way == "beacon" else "application/json").status


def test_an_abandoned_cart_is_told_an_hour_later_and_bought_it_is_recovered(door: Door) -> None:
    early = (RECEIVED - HOUR // 2) // 1_000_000
    assert door.post("/cart", id="unicorn", op="set", cart=CART, ts=str(early)).json == {"ok": True}
    do_due(door.database, RECEIVED + HOUR // 2 - 1)
    assert made(door) == []
    do_due(door.database, RECEIVED + HOUR // 2)
    assert door.events() == [("unicorn", "Cart abandoned", early * 1_000_000 + HOUR, said_of(CART), None)]


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("id=unicorn&cart={}", "missing_param", "op"),
        ("id=unicorn&op=open&cart={}", "bad_value", "op"),
        ("id=unicorn&op=SET&cart={}", "bad_value", "op"),
        ("op=set&cart={}", "missing_param", "id"),
        ("op=set&id=null&cart={}", "reserved_id", "id"),
        ("op=set&id=unicorn", "missing_param", "cart"),
        ("op=set&id=unicorn&cart=", "missing_param", "cart"),
        ("op=set&id=unicorn&cart=[1]", "data_not_object", "cart"),
        ("op=purchase&id=unicorn&cart=5", "data_not_object", "cart"),
        ("op=purchase&id=unicorn&cart={a:", "bad_json", "cart"),
        ("op=set&id=unicorn&cart={totalprice: NaN}", "bad_number", "cart"),
        ("op=set&id=unicorn&cart={totalprice: 1e400}", "bad_number", "cart"),
        ("op=set&id=unicorn&cart={a: '" + "x" * 33_000 + "'}", "too_large", "cart"),
        ("op=set&id=unicorn&cart={}&ts=soon", "bad_ts", "ts"),
        ("op=set&id=unicorn&cart={}&sign=00", "bad_signature", "sign"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_kept(door: Door, query: str, code: str, param: str) -> None:
    answer = door.get("/cart", quote(query, safe="=&"))
    assert answer.status in (400, 403, 413)
    assert (answer.json["error"]["code"], answer.json["error"]["param"]) == (code, param)
    assert (door.refused(), door.events(), door.rows("SELECT * FROM cart WHERE site_id = {site}")) == ([code], [], [])
    item = {"type": "cart"} | dict(part.split("=", 1) for part in query.split("&"))
    [rejected] = door.post("/batch", batch=[item]).json["rejected"]
    assert (rejected["code"], rejected["param"]) == (code, param)


@pytest.mark.parametrize(
    ("cart", "flagged"),
    [
        ({}, False),
        ({"totalprice": 3}, False),
        ({"products": "none"}, False),
        ({"totalprice": "abc", "products": [1]}, True),
        ({"totalprice": -3, "products": [1]}, True),
        ({"totalprice": 1e308, "products": [1]}, True),
        ({"totalprice": None}, True),
    ],
)
def test_90_odd_carts_are_stored_and_only_money_counts_as_money(door: Door, cart: Any, flagged: bool) -> None:
    assert door.post("/cart", id="unicorn", op="set", cart=cart).json == {"ok": True}
    assert door.post("/cart", id="unicorn", op="purchase", cart=cart).json == {"ok": True}
    [(_, name, _, data, _)] = door.events()
    assert (name, data["cart"], data.get("total")) == (
        "Cart purchased",
        cart,
        None if flagged else cart.get("totalprice"),
    )
    notes = [
        json.loads(row[0]) if row[0] else None for row in door.rows("SELECT notes FROM cart WHERE site_id = {site}")
    ]
    assert notes == [{"flags": ["total_invalid"]} if flagged else None] * 2


def test_91_a_purchase_twice_with_one_message_id_is_one(door: Door) -> None:
    for duplicate in ({}, {"duplicate": True}):
        answer = door.post("/cart", id="unicorn", op="purchase", cart=CART, message_id="m-1")
        assert answer.json == {"ok": True, "message_id": "m-1", **duplicate}
    assert made(door) == [("unicorn", "Cart purchased")]


def test_91_a_cancel_without_a_cart_is_an_event_and_no_timer(door: Door) -> None:
    assert door.get("/cart", "op=cancel&id=unicorn").json == {"ok": True}
    assert made(door) == [("unicorn", "Cart canceled")]
    assert door.rows("SELECT due_at FROM cart WHERE site_id = {site} AND due_at IS NOT NULL") == []


def test_signed_data_only_holds_for_carts_too(signed_door: Door) -> None:
    refused = signed_door.post("/cart", id="unicorn", op="set", cart=CART)
    assert (refused.status, refused.json["error"]["code"]) == (403, "missing_signature")
    sign = signature(signed_door.site.secret, "unicorn")
    assert signed_door.post("/cart", id="unicorn", op="set", cart=CART, sign=sign).status == 200
    assert signed_door.post("/cart", id="a-1", op="set", cart=CART).status == 200


def test_a_browser_that_was_offline_sends_set_and_purchase_together(door: Door) -> None:
    def item(op: str, minutes: int) -> dict[str, Any]:
        return {"type": "cart", "op": op, "id": "a-1", "cart": CART, "ts": str(RECEIVED / 1e6 - 60 * minutes)}

    items = [item("set", 600), item("set", 590), {"type": "track", "id": "a-1", "action": "x"}, item("purchase", 560)]
    assert door.post("/batch", batch=items).json["accepted"] == 4
    assert made(door) == [("a-1", "x"), ("a-1", "Cart purchased")]


def test_nobody_but_the_server_key_can_send_events_under_the_names_of_carts(door: Door) -> None:
    for name in ("Cart purchased", "Cart retracted"):
        assert door.post("/track", id="unicorn", action=name).json["error"]["code"] == "reserved_action"


def test_what_was_refused_can_be_sent_again(door: Door) -> None:
    from tracktor_nb.ingest.replay import replay
    from tracktor_nb.store.rejected import list_rejected

    door.post("/cart", id="unicorn", op="buy", cart=CART)
    with door.database.read() as connection:
        [kept] = list_rejected(connection, door.site.id)
    assert replay(door.database, door.site, kept.id, RECEIVED, {"op": "purchase"}) == [{}]
    assert made(door) == [("unicorn", "Cart purchased")]
