"""Server-side sending: the steps behind `site.track(...)` and its sisters, with the rules of the HTTP door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .errors import PayloadError
from .semantics.cart import OPERATIONS, read_cart
from .semantics.event import Value
from .semantics.identity import check_distinct_id, is_anonymous
from .semantics.period import FIRST_INSTANT, Calendar
from .semantics.values import instant_of
from .semantics.wire import Flags, check_event_name, message_key, person_values, read_object
from .store.carts import NewCart, record_carts, settle_carts
from .store.events import Recorded, record_change, record_event
from .store.identity import Merged, merge
from .store.site_settings import silences_of
from .store.sites import SiteRecord
from .store.writer import Transaction

Moment = datetime | str | float | None
"""When something happened: a datetime, an ISO text (local in the site's zone), Unix seconds, or None for now."""


def track(
    site: SiteRecord,
    id: str,
    event: str,
    properties: Mapping[str, Value] | None,
    time: Moment,
    now: int,
    message_id: str,
) -> Callable[[Transaction], Recorded]:
    """Return the step that records an event."""
    data, flags = read_object(properties or {}, "properties")
    row = _row(site, time, now, message_id, flags)
    known, name = check_distinct_id(id), check_event_name(event, "event")
    return lambda transaction: record_event(transaction, site.id, known, name, data=data or None, **row)


def set_properties(
    site: SiteRecord, id: str, properties: Mapping[str, Value], time: Moment, now: int, message_id: str
) -> Callable[[Transaction], Recorded]:
    """Return the step that records new property values; None removes one."""
    given, flags = read_object(properties, "properties")
    values, more_flags = person_values(given)
    row = _row(site, time, now, message_id, flags + more_flags)
    known = check_distinct_id(id)
    return lambda transaction: record_change(transaction, site.id, known, values, **row)


def call_cart(
    site: SiteRecord,
    id: str,
    operation: str,
    cart: Mapping[str, Value] | None,
    time: Moment,
    now: int,
    message_id: str,
) -> Callable[[Transaction], Recorded]:
    """Return the step that records a call about a cart, and what follows from it."""
    if operation not in OPERATIONS or (operation == "set" and cart is None):
        raise PayloadError(
            "bad_value", "operation", "Set a cart, or cancel or purchase one: 'set', 'cancel', 'purchase'."
        )
    content, flags = (None, ()) if cart is None else read_cart(cart)
    row = NewCart(check_distinct_id(id), operation, content, **_row(site, time, now, message_id, flags))
    abandon_after, cancel_after = silences_of(site.settings)

    def step(tx: Transaction) -> Recorded:
        [recorded] = record_carts(tx, site.id, [row._replace(abandon_after=abandon_after, cancel_after=cancel_after)])
        if recorded.is_new:
            settle_carts(tx, site.id, [recorded.identity_id], now)
        return recorded

    return step


def join(site: SiteRecord, src: str, dest: str, reason: str, time: Moment, now: int) -> Callable[[Transaction], Merged]:
    """Return the step that makes two ids one person."""
    check_distinct_id(src, "srcid")
    check_distinct_id(dest, "destid")
    if is_anonymous(dest) and (not is_anonymous(src) or reason == "identify"):
        raise PayloadError("bad_direction", "destid", "A known person cannot become an anonymous one: swap the ids.")
    at = instant(site, time, now)
    return lambda transaction: merge(transaction, site.id, src, dest, at, now, reason=reason)


def instant(site: SiteRecord, time: Moment, now: int) -> int:
    """Return the instant of a moment in microseconds; PayloadError for what cannot be one."""
    if time is None:
        return now
    calendar = Calendar(site.zone, site.week_start)
    found = calendar.instant(time) if isinstance(time, datetime) else instant_of(time, calendar)
    if found is None or found < FIRST_INSTANT:
        raise PayloadError(
            "bad_ts", "time", f"{time!r} is no time since 1970. Give a datetime, an ISO text or Unix seconds."
        )
    return found


def _row(site: SiteRecord, time: Moment, now: int, message_id: str, flags: Flags) -> dict[str, Any]:
    return {
        "time": instant(site, time, now),
        "received_at": now,
        "message_key": message_key(message_id) if message_id else None,
        "notes": {"flags": list(flags)} if flags else None,
    }
