"""Carts: what was called about them, and the events that follow from it (SEMANTICS 6).

`setCart` opens a cart or refreshes it, `cancelCart` and `purchaseCart` close it. A cart that holds something and about
which nothing is heard for a time is abandoned, once per version: the version changes only with the cart's JSON. All of
it is a fold of the calls of one person in their order, so it does not matter in which order they arrive: what the fold
says now is compared with the events made before, and what it says no longer is retracted.

A timer that is due at the instant of a call comes before the call, as everywhere (SEMANTICS 7).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from .event import RETRACTION, Value
from .wire import Flags, read_object

Operation = Literal["set", "cancel", "purchase"]
OPERATIONS: tuple[Operation, ...] = ("set", "cancel", "purchase")

ABANDONED, CANCELED, PURCHASED, RECOVERED = "Cart abandoned", "Cart canceled", "Cart purchased", "Cart recovered"
MADE_OF_CARTS = (ABANDONED, CANCELED, PURCHASED, RECOVERED, RETRACTION)

USUAL_SILENCE = 3600 * 1_000_000
"""Microseconds without a call after which a cart is abandoned, unless the site says otherwise."""
LONGEST_SILENCE = 30 * 24 * 3600 * 1_000_000
LARGEST_TOTAL = 1e12
"""Of a cart, in whatever money: beyond it a sum would be no number any more."""


@dataclass(frozen=True, slots=True)
class CartCall:
    """One call about a cart. Instants are microseconds; a person's calls are ordered by (time, seq).

    `abandon_after` and `cancel_after` are the site's times of silence when the call came; None: no such event.
    """

    time: int
    seq: int
    operation: Operation
    cart: Mapping[str, Value] | None = None
    abandon_after: int | None = USUAL_SILENCE
    cancel_after: int | None = 0
    identity: int = 0
    bot: bool = False
    imported: bool = False


class CartEvent(NamedTuple):
    """An event that follows from the calls: when, its name, the cart it is about, and the call that led to it."""

    time: int
    name: str
    cart: Mapping[str, Value]
    call: CartCall

    @property
    def key(self) -> tuple[int, str, str]:
        """Return what makes it the same event, however often the calls are gone through."""
        return self.time, self.name, version_of(self.cart)

    def properties(self) -> dict[str, Value]:
        """Return the arguments of the event: the cart, its version, and its `total` if that is an amount of money."""
        total = total_of(self.cart)
        return {"cart": self.cart, "version": version_of(self.cart)} | ({} if total is None else {"total": total})


class MadeEvent(NamedTuple):
    """An event that was made before and is not retracted."""

    seq: int
    time: int
    name: str
    version: str

    @property
    def key(self) -> tuple[int, str, str]:
        """Return what `CartEvent.key` returns of the same event."""
        return self.time, self.name, self.version


@dataclass(frozen=True)
class Cart:
    """The latest cart of a person. `changed_at` is when its version came, `called_at` the last call about it."""

    content: Mapping[str, Value]
    state: Literal["open", "abandoned", "canceled", "purchased"]
    opened_at: int
    changed_at: int
    called_at: int
    version: str
    was_abandoned: bool = False

    @property
    def is_open(self) -> bool:
        """True if the person may still buy it."""
        return self.state in ("open", "abandoned")


@dataclass
class CartHistory:
    """What follows from a person's calls at an instant: the events due by then, the instant of the next one that comes
    if no call does, the call that leads to it, and the latest cart.
    """

    events: list[CartEvent] = field(default_factory=list)
    cart: Cart | None = None
    _pending: CartEvent | None = None

    @property
    def next_at(self) -> int | None:
        """The instant at which the next event is due, None if nothing is waited for."""
        return self._pending.time if self._pending else None

    @property
    def next_call(self) -> CartCall | None:
        """The call from which the next event will follow."""
        return self._pending.call if self._pending else None

    def pass_time(self, to: int) -> None:
        """Let the timer go off if it is due."""
        due, cart = self._pending, self.cart
        if due is None or due.time > to:
            return
        self._pending = None
        self.events.append(due)
        if due.name == ABANDONED and cart is not None:
            self.cart = replace(cart, state="abandoned", was_abandoned=True)

    def take(self, call: CartCall) -> None:
        """Go through one call."""
        self.pass_time(call.time)
        {"set": self._set, "cancel": self._cancel, "purchase": self._purchase}[call.operation](call)

    def _set(self, call: CartCall) -> None:
        content, before = call.cart or {}, self.cart
        version = version_of(content)
        if before is None or not before.is_open:
            self.cart = Cart(content, "open", call.time, call.time, call.time, version)
        elif version == before.version:
            self.cart = replace(before, called_at=call.time)
        else:
            was_abandoned = before.was_abandoned
            self.cart = Cart(content, "open", before.opened_at, call.time, call.time, version, was_abandoned)
        self._pending = None
        if self.cart.state == "open" and not is_empty(content) and call.abandon_after is not None:
            self._pending = CartEvent(call.time + call.abandon_after, ABANDONED, content, call)

    def _cancel(self, call: CartCall) -> None:
        cart = self._closed(call, "canceled")
        self._pending = None
        if call.cancel_after is not None:
            self._pending = CartEvent(call.time + call.cancel_after, CANCELED, cart.content, call)
            self.pass_time(call.time)

    def _purchase(self, call: CartCall) -> None:
        cart = self._closed(call, "purchased")
        self._pending = None
        self.events.append(CartEvent(call.time, PURCHASED, cart.content, call))
        if cart.was_abandoned:
            self.events.append(CartEvent(call.time, RECOVERED, cart.content, call))

    def _closed(self, call: CartCall, state: Literal["canceled", "purchased"]) -> Cart:
        """Close the open cart, or one that nobody had set. What is in it the call says, else the last one before."""
        before = self.cart
        if before is None or not before.is_open:
            content = call.cart or {}
            self.cart = Cart(content, state, call.time, call.time, call.time, version_of(content))
        else:
            content = before.content if call.cart is None else call.cart
            self.cart = replace(before, content=content, version=version_of(content), state=state, called_at=call.time)
        return self.cart


def cart_history(calls: Iterable[CartCall], now: int) -> CartHistory:
    """Return what follows at an instant from the calls of one person, in whatever order they are given.

    Calls later than `now` have not come yet.
    """
    history = CartHistory()
    for call in sorted(calls, key=lambda call: (call.time, call.seq)):
        if call.time <= now:
            history.take(call)
    history.pass_time(now)
    return history


def corrections(due: Iterable[CartEvent], made: Sequence[MadeEvent]) -> tuple[list[CartEvent], list[MadeEvent]]:
    """Return the events that are due and were not made, and those that were made and must be retracted."""
    left = Counter(each.key for each in made)
    missing = []
    for event in due:
        if left[event.key] > 0:
            left[event.key] -= 1
        else:
            missing.append(event)
    wrong = []
    for each in reversed(made):
        if left[each.key] > 0:
            left[each.key] -= 1
            wrong.append(each)
    return missing, wrong[::-1]


def read_cart(given: Value) -> tuple[dict[str, Value], Flags]:
    """Return the canonical cart that JSON text (or a parsed body) holds, and flags: `total_invalid` if its `totalprice`
    is no amount of money. PayloadError as by `read_object`.
    """
    cart, flags = read_object(given, "cart")
    return cart, (*flags, "total_invalid") if "totalprice" in cart and total_of(cart) is None else flags


def is_empty(cart: Mapping[str, Value]) -> bool:
    """True for a cart without content: {}, or one whose `products` are none."""
    return not cart or ("products" in cart and not cart["products"])


def version_of(cart: Mapping[str, Value]) -> str:
    """Return the name of a cart's version: equal for carts whose canonical JSON is equal."""
    text = json.dumps(cart, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def total_of(cart: Mapping[str, Any]) -> float | None:
    """Return the `totalprice` of a cart if it is an amount of money: neither negative nor beyond reason."""
    total = cart.get("totalprice")
    if isinstance(total, bool) or not isinstance(total, (int, float)):
        return None
    return total if math.isfinite(total) and 0 <= total <= LARGEST_TOTAL else None
