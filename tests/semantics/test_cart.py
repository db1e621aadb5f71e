"""Carts: which events follow from which calls, and that it does not matter in which order the calls arrive."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracktor_nb.semantics.cart import (
    LARGEST_TOTAL,
    CartCall,
    CartHistory,
    MadeEvent,
    cart_history,
    corrections,
    is_empty,
    total_of,
    version_of,
)
from tracktor_nb.semantics.event import Event, without_retracted

MINUTE = 60 * 1_000_000
SILENCE = 60 * MINUTE
A, B, EMPTY = {"products": [{"name": "Zephir"}]}, {"products": [{"name": "Marshmallows"}]}, {"products": []}
CARTS = {"A": A, "B": B, "E": EMPTY, "-": None}


def calls_of(story: str, **more: Any) -> list[CartCall]:
    """Return the calls that a text such as "0 set A, 30 purchase" tells, in minutes."""
    calls = []
    for seq, part in enumerate(story.split(", "), 1):
        minute, operation, *cart = part.split()
        content = CARTS[cart[0]] if cart else None
        calls.append(CartCall(int(float(minute) * MINUTE), seq, operation, content, **more))  # type: ignore[arg-type]
    return calls


def told(history: CartHistory) -> str:
    """Return the events as a text such as "60 abandoned A"."""
    names = {version_of(cart or {}): name for name, cart in CARTS.items()}
    return ", ".join(
        f"{each.time / MINUTE:g} {each.name.removeprefix('Cart ')} {names[version_of(each.cart)]}"
        for each in history.events
    )


GOLDEN = [
    ("0 set A", 59, ""),
    ("0 set A", 60, "60 abandoned A"),
    ("0 set A", 600, "60 abandoned A"),
    ("0 set A, 30 set A", 80, ""),
    ("0 set A, 30 set A", 90, "90 abandoned A"),
    ("0 set A, 30 set B", 90, "90 abandoned B"),
    ("0 set A, 70 set A", 600, "60 abandoned A"),
    ("0 set A, 70 set B", 600, "60 abandoned A, 130 abandoned B"),
    ("0 set A, 70 set B, 80 set A", 600, "60 abandoned A, 140 abandoned A"),
    ("0 set A, 30 purchase A", 600, "30 purchased A"),
    ("0 set A, 30 purchase", 600, "30 purchased A"),
    ("0 set A, 30 purchase B", 600, "30 purchased B"),
    ("0 set A, 60 purchase A", 600, "60 abandoned A, 60 purchased A, 60 recovered A"),
    ("0 set A, 90 purchase A", 600, "60 abandoned A, 90 purchased A, 90 recovered A"),
    ("0 set A, 70 set B, 80 purchase", 600, "60 abandoned A, 80 purchased B, 80 recovered B"),
    ("0 set A, 70 cancel, 80 purchase A", 600, "60 abandoned A, 70 canceled A, 80 purchased A"),
    ("0 set A, 30 cancel", 600, "30 canceled A"),
    ("0 set A, 30 cancel, 40 set A", 600, "30 canceled A, 100 abandoned A"),
    ("0 cancel A", 600, "0 canceled A"),
    ("0 cancel", 600, "0 canceled -"),
    ("0 purchase A, 10 purchase B", 600, "0 purchased A, 10 purchased B"),
    ("0 set E", 600, ""),
    ("0 set A, 30 set E", 600, ""),
    ("0 set E, 30 set A", 600, "90 abandoned A"),
    ("0 set A, 10 purchase, 20 set A", 600, "10 purchased A, 80 abandoned A"),
]


@pytest.mark.parametrize(("story", "now", "events"), GOLDEN)
def test_which_events_follow(story: str, now: int, events: str) -> None:
    assert told(cart_history(calls_of(story), now * MINUTE)) == events


@pytest.mark.parametrize(
    ("story", "now", "events"),
    [
        ("0 set A, 30 cancel", 39, ""),
        ("0 set A, 30 cancel", 40, "40 canceled A"),
        ("0 set A, 30 cancel, 35 set A", 94, ""),
        ("0 set A, 30 cancel, 35 set A", 95, "95 abandoned A"),
        ("0 set A, 30 cancel, 35 purchase", 600, "35 purchased -"),
        ("0 set A, 30 cancel, 35 cancel B", 600, "45 canceled B"),
    ],
)
def test_a_cancel_time_makes_cancelling_wait_for_silence(story: str, now: int, events: str) -> None:
    assert told(cart_history(calls_of(story, cancel_after=10 * MINUTE), now * MINUTE)) == events


def test_events_that_a_site_has_switched_off_do_not_come() -> None:
    calls = calls_of("0 set A, 90 cancel, 100 set B, 300 purchase", abandon_after=None, cancel_after=None)
    assert told(cart_history(calls, 600 * MINUTE)) == "300 purchased B"


def test_the_next_event_and_the_state_of_the_cart_are_told() -> None:
    calls = calls_of("0 set A, 30 set B, 40 set B")
    history = cart_history(calls, 50 * MINUTE)
    assert (history.next_at, history.next_call) == (100 * MINUTE, calls[-1])
    assert history.cart is not None
    assert (history.cart.state, history.cart.content) == ("open", B)
    assert (history.cart.opened_at, history.cart.changed_at, history.cart.called_at) == (
        0, 30 * MINUTE, 40 * MINUTE,
    )  # fmt: skip
    later = cart_history(calls, 100 * MINUTE)
    assert later.cart is not None
    assert (later.next_at, later.cart.state, later.cart.is_open) == (None, "abandoned", True)
    assert cart_history([], 0).cart is None


def test_an_event_has_the_cart_its_version_and_its_total() -> None:
    cart = {"totalprice": 3.98, "products": [{"price": 1.99}]}
    [event] = cart_history([CartCall(0, 1, "purchase", cart)], 0).events
    assert event.properties() == {"cart": cart, "version": version_of(cart), "total": 3.98}
    [event] = cart_history([CartCall(0, 1, "purchase", {})], 0).events
    assert event.properties() == {"cart": {}, "version": version_of({})}


@pytest.mark.parametrize("total", ["3.98", None, True, -1, math.inf, math.nan, 1e308, LARGEST_TOTAL * 2, [3], {"a": 1}])
def test_what_is_no_amount_of_money_is_no_total(total: Any) -> None:
    assert total_of({"totalprice": total}) is None


def test_a_version_is_its_json_whatever_the_order_of_its_names() -> None:
    assert version_of({"a": 1, "b": {"c": 2, "d": 3}}) == version_of({"b": {"d": 3, "c": 2}, "a": 1})
    assert len({version_of(each) for each in (A, B, EMPTY, {}, {"a": 1}, {"a": "1"}, {"a": True}, {"a": [1]})}) == 8


@pytest.mark.parametrize(
    ("cart", "empty"),
    [({}, True), (EMPTY, True), ({"products": None, "totalprice": 0}, True), (A, False), ({"totalprice": 3}, False)],
)
def test_which_carts_are_empty(cart: dict[str, Any], empty: bool) -> None:
    assert is_empty(cart) is empty


CALLS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(["set", "set", "set", "cancel", "purchase"]),
        st.sampled_from([A, B, EMPTY, None]),
        st.sampled_from([None, 3, 3, 8]),
        st.sampled_from([None, 0, 0, 2]),
    ),
    max_size=8,
    unique_by=lambda call: call[0],
)


@given(CALLS, st.data())
@settings(max_examples=500)
def test_calls_in_any_order_of_arrival_leave_the_same_events(story: list[Any], data: st.DataObject) -> None:
    calls = [CartCall(time, seq, *rest) for seq, (time, *rest) in enumerate(story, 1)]
    delays = [data.draw(st.integers(0, 30)) for _ in calls]
    made: list[MadeEvent] = []
    known: list[CartCall] = []
    for now in range(80):
        known += [call for call, delay in zip(calls, delays, strict=True) if call.time + delay == now]
        made = corrected(made, cart_history(known, now))
    assert sorted(each.key for each in made) == sorted(each.key for each in cart_history(calls, 79).events)


def corrected(made: Sequence[MadeEvent], history: CartHistory) -> list[MadeEvent]:
    """Return the events that stand once those that are missing are made, and wrong ones retracted."""
    missing, wrong = corrections(history.events, made)
    last = max((each.seq for each in made), default=0)
    return [each for each in made if each not in wrong] + [
        MadeEvent(last + number, *event.key) for number, event in enumerate(missing, 1)
    ]


@given(CALLS)
@settings(max_examples=500)
def test_the_timer_told_is_the_only_instant_at_which_something_happens_by_itself(story: list[Any]) -> None:
    calls = [CartCall(time, seq, *rest) for seq, (time, *rest) in enumerate(story, 1)]
    last = max((call.time for call in calls), default=0)
    before = cart_history(calls, last)
    for now in range(last + 1, last + 12):
        after = cart_history(calls, now)
        new = after.events[len(before.events) :]
        assert [each.time for each in new] == ([before.next_at] if before.next_at == now else [])
        before = after


def test_an_abandonment_is_made_once_per_version() -> None:
    calls = calls_of("0 set A, 70 set A, 140 set A, 150 set B, 220 set B")
    assert told(cart_history(calls, 900 * MINUTE)) == "60 abandoned A, 210 abandoned B"


def test_events_that_were_retracted_are_left_out() -> None:
    events = [
        Event(1, 5, "Cart abandoned"),
        Event(2, 6, "Visit"),
        Event(1, 7, "Cart retracted", {"retracts": 5}),
        Event(3, 8, "Cart abandoned"),
    ]
    assert [each.seq for each in without_retracted(events)] == [6, 7, 8]
