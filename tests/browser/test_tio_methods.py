"""What the methods of tio.js that are more than a message do: properties, signatures, carts, messenger settings."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tracktor_nb.semantics.identity import signature
from tracktor_nb.store.people import properties_of
from tracktor_nb.store.site_settings import change_settings

from .conftest import FACT, Customer, Recorded
from .visits import events, names, script, settle

pytestmark = pytest.mark.browser


def test_properties_stay_until_they_are_set_anew_or_removed(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    first = "tio.identify('ann'); tio.setProperties({plan: 'free', tags: ['a', {b: 1}], delete_me: 1})"
    page.goto(customer.write("/", ours + script(first)))
    settle(page)
    assert page.evaluate("tio.setProperties({plan: 'gold', delete_me: null})")["ok"]
    with recorded.database.read() as connection:
        properties = properties_of(connection, recorded.site.id, "ann")
    assert {name: value for name, value in properties.items() if not FACT.fullmatch(name)} == {
        "plan": "gold",
        "tags": ["a", {"b": 1}],
    }


def test_with_signed_data_only_a_signed_person_is_recorded_and_a_forged_one_is_not(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    recorded.database.writer.run(lambda tx: change_settings(tx, recorded.site.id, {"signed_only": True}))
    sign = signature(recorded.site.secret, "5115")
    url = customer.write("/", ours + script(f"tio.track('as visitor'); tio.identify('5115', '{sign}')"))
    page.goto(url)
    settle(page)
    page.reload()
    settle(page)
    assert page.evaluate("tio.identify('victim').then(answer => answer.ok)")
    assert page.evaluate("tio.track('forged')")["error"]["code"] == "missing_signature"
    assert page.evaluate("tio.identify('5115', 'C0FFEE'); tio.track('forged')")["ok"] is False
    assert "forged" not in names(recorded)
    assert [who for who, _ in recorded.views()] == ["5115"] * 2
    assert {who for who, _ in recorded.facts() if not who.startswith("a-")} == {"5115"}


def test_carts_are_events_of_the_shop(page: Page, customer: Customer, recorded: Recorded, ours: str) -> None:
    cart = "{totalprice: 3.98, products: [{name: 'Zephir 1kg pack', price: 1.99}], paid_with: 'Credit card'}"
    early = f"tio.push(['setCart', {cart}])"
    page.goto(customer.write("/", ours + script(early)))
    settle(page)
    assert page.evaluate("tio.cancelCart()")["ok"]
    assert page.evaluate(f"tio.setCart({cart})")["ok"]
    assert page.evaluate(f"tio.purchaseCart({cart})")["ok"]
    carts = [(name, data) for _, name, data in events(recorded) if name.startswith("Cart")]
    assert [name for name, _ in carts] == ["Cart canceled", "Cart purchased"]
    assert carts[1][1]["cart"]["products"] == [{"name": "Zephir 1kg pack", "price": 1.99}]
    assert carts[1][1]["total"] == 3.98


def test_the_messengers_settings_are_kept_one_by_one(page: Page, customer: Customer, ours: str) -> None:
    early = "tio.setMessengerConfig({headerText: 'Help', positionX: 'left'})"
    page.goto(customer.write("/", ours + script(early)))
    settle(page)
    assert page.evaluate("tio.setMessengerConfig({display: false})")["ok"]
    page.evaluate("""tio.setMessengerConfig(JSON.parse('{"__proto__": {"polluted": 1}}'))""")
    kept = page.evaluate("({...tio.messengerConfig, polluted: ({}).polluted})")
    assert {name: kept[name] for name in ("headerText", "positionX", "display", "polluted")} == {
        "headerText": "Help",
        "positionX": "left",
        "display": False,
        "polluted": None,
    }
