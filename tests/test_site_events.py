"""The events that a site makes by itself, as they are set up and looked at in Python."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tracktor_nb as tr
from tracktor_nb import Metric, Segment, did
from tracktor_nb.errors import DefinitionError, PayloadError, SettingError, UnknownNameError
from tracktor_nb.semantics.auto_event import AutoEvent
from tracktor_nb.store.carts import NewCart, record_carts, settle_carts
from tracktor_nb.store.writer import Transaction

MINUTE = 60 * 1_000_000


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tr.Site]:
    monkeypatch.chdir(tmp_path)
    site = tr.connect(f"sqlite:///{tmp_path / 'shop.db'}", site="shop", create=True)
    yield site
    site.close()


def call(site: tr.Site, who: str, operation: str, cart: Any, minutes_ago: float, known_ago: float = 0) -> None:
    """Call about a cart that many minutes ago; what followed by `known_ago` is made then."""
    now = time.time_ns() // 1000
    then, known = (now - round(minutes * MINUTE) for minutes in (minutes_ago, known_ago))

    def step(tx: Transaction) -> None:
        row = NewCart(who, operation, cart, then, known, abandon_after=60 * MINUTE, cancel_after=0)
        settle_carts(tx, site.record.id, [each.identity_id for each in record_carts(tx, site.record.id, [row])], known)

    site.database.writer.run(step)


def test_auto_events_are_added_listed_and_removed(site: tr.Site) -> None:
    assert repr(site.auto_events) == "no auto events"
    assert site.auto_events.add("Pricing seen", page="Shop.example/pricing") == AutoEvent(
        "Pricing seen", "page", "shop.example/pricing"
    )
    site.auto_events.add("Pricing seen", page="/plans/*")
    site.auto_events.add("Buy clicked", click="#buy")
    assert [each.match for each in site.auto_events.list()] == ["shop.example/pricing", "/plans/*", "#buy"]
    site.auto_events.remove("Pricing seen", "/plans/*")
    assert repr(site.auto_events) == "'Pricing seen': page shop.example/pricing\n'Buy clicked': click #buy"
    site.auto_events.remove("Pricing seen")
    site.auto_events.remove("Buy clicked")
    assert site.auto_events.list() == ()


def test_two_who_add_do_not_undo_each_other(site: tr.Site) -> None:
    colleague = tr.connect(str(site.database.url), site="shop")
    mine, theirs = site.auto_events, colleague.auto_events
    mine.add("One", page="/1")
    theirs.add("Two", page="/2")
    with pytest.raises(DefinitionError, match="there already"):
        mine.add("Two", page="/2")
    assert [each.name for each in theirs.list()] == ["One", "Two"]
    colleague.close()


def test_what_cannot_be_an_auto_event_is_refused(site: tr.Site) -> None:
    with pytest.raises(TypeError, match="page='/pricing' or click='#buy'"):
        site.auto_events.add("x")
    with pytest.raises(DefinitionError, match="not closed"):
        site.auto_events.add("x", click="a[href")
    with pytest.raises(UnknownNameError, match="auto event 'x'"):
        site.auto_events.remove("x")
    with pytest.raises(SettingError, match="auto_events"):
        site.change(auto_events=[{"name": "x"}])


def test_a_pattern_is_tried_out_on_addresses(site: tr.Site) -> None:
    urls = ["https://shop.example/products/42?color=red", "/products/42/reviews", "/products/"]
    assert [*site.auto_events.test("/products/*", urls).values()] == [True, False, True]


def test_carts_are_a_frame_of_people(site: tr.Site) -> None:
    call(site, "ann", "set", {"products": [1], "totalprice": 3.5}, 300)
    call(site, "ann", "purchase", None, 290)
    call(site, "ann", "purchase", {"totalprice": 4}, 280)
    call(site, "bob", "set", {"products": [2], "totalprice": 7}, 10)
    call(site, "eve", "set", {"products": [3]}, 100)
    carts = site.carts().set_index("id")
    assert carts["state"].to_dict() == {"ann": "purchased", "bob": "open", "eve": "abandoned"}
    assert carts.loc["ann", ["bought", "revenue", "total"]].tolist() == [2, 7.5, 4]
    assert carts.loc["bob", ["bought", "revenue", "total"]].tolist() == [0, 0, 7]
    assert carts.loc["bob", "abandoned_from"] - carts.loc["bob", "called_at"] == pd.Timedelta("1h")
    assert pd.isna(carts.loc["eve", "total"])
    assert carts.loc["eve", "cart"] == {"products": [3]}


def test_carts_are_called_about_from_python_by_the_same_rules(site: tr.Site) -> None:
    for _ in range(2):
        site.cart("ann", "purchase", {"totalprice": 4}, time="2026-03-01T10:00:00Z", message_id="order 1")
    site.cart("bob", "set", {"products": [1]}, time="2026-03-01T10:00:00Z")
    site.cart("bob", "cancel")
    events = site.events(period="all time")
    assert list(zip(events["distinct_id"], events["event"], strict=True)) == [
        ("ann", "Cart purchased"), ("bob", "Cart abandoned"), ("bob", "Cart canceled"),
    ]  # fmt: skip
    for wrong in (("ann", "buy", {}), ("ann", "set", None), ("null", "purchase", {})):
        with pytest.raises(PayloadError):
            site.cart(*wrong)  # type: ignore[arg-type]


def test_a_site_without_carts_has_an_empty_frame(site: tr.Site) -> None:
    assert len(site.carts()) == 0


def test_revenue_is_the_total_of_what_was_purchased(site: tr.Site) -> None:
    for total in (3.5, "nothing", 4):
        call(site, "ann", "purchase", {"totalprice": total}, 30)
    found = site.evaluate(Metric.total_value("total", event="Cart purchased"), "last 7 days")
    assert found.total == 7.5


def test_an_abandonment_that_was_retracted_counts_no_more_but_did_when_it_was_known(site: tr.Site) -> None:
    call(site, "ann", "set", {"products": [1]}, 300, known_ago=200)
    call(site, "bob", "set", {"products": [1]}, 300, known_ago=200)
    call(site, "ann", "purchase", None, 280, known_ago=100)
    abandoned = Segment(did("Cart abandoned"))
    assert site.members(abandoned)["distinct_id"].tolist() == ["bob"]
    before = pd.Timestamp.now("UTC") - pd.Timedelta("150min")
    assert sorted(site.evaluate(abandoned, "all time", as_of=before).people()["distinct_id"]) == ["ann", "bob"]
    assert site.events("Cart abandoned")["distinct_id"].tolist() == ["bob"]
