"""What /set, /track, /alias and /cart mean: parameters checked, rights checked, and the entry that will be stored.

Everything that can be refused without the database is refused here; `recording` only writes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.cart import OPERATIONS, read_cart
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.identity import check_distinct_id, check_signature, is_anonymous
from tracktor_nb.semantics.wire import (
    EARLIEST,
    FIRST_INSTANT,
    SECOND,
    Flags,
    check_event_name,
    message_key,
    person_values,
    read_object,
    read_ts,
)
from tracktor_nb.store.carts import NewCart
from tracktor_nb.store.events import NewChange, NewEvent
from tracktor_nb.store.identity import Limits
from tracktor_nb.store.site_settings import silences_of
from tracktor_nb.store.sites import SiteRecord

from .recording import Entry, NewMerge, merge_not_allowed
from .requests import Params

REASONS = ("alias", "identify")
LATE = 24 * 3600 * SECOND
"""An event of a server that is older on arrival is history: it counts as known when it happened, and starts nothing."""
_SEED_SLIP = "Did you mean /{}? The call you sent fits it."


@dataclass(slots=True)
class Call:
    """One call to a site: its parameters, when it arrived (microseconds), and what is known of its sender.

    `trusted` calls come with the server key. `skew` is how far the sender's clock is behind ours (microseconds).
    `imported` calls are history whatever their time.
    """

    site: SiteRecord
    params: Params
    received_at: int
    bot: bool = False
    trusted: bool = False
    skew: int = 0
    imported: bool = False

    @property
    def signed_only(self) -> bool:
        """True if the site takes signed data only (secure mode), and the call has no server key to stand for it."""
        return bool(self.site.settings.get("signed_only")) and not self.trusted


def event_of(call: Call) -> NewEvent:
    """Return the event of the person `id` that a /track means."""
    name = check_event_name(call.params.need("action", _set_hint), allow_reserved=call.trusted)
    distinct_id = _signed_id(call, "id", _alias_hint)
    given = call.params.values.get("data")
    data, flags = (None, ()) if given in (None, "") else read_object(given)
    time, imported, notes = _when(call, flags)
    key = _message_key(call.params)
    return NewEvent(distinct_id, name, time, call.received_at, data, key, None, imported, None, call.bot, notes)


def change_of(call: Call) -> NewChange:
    """Return the new values of properties of the person `id` that a /set means; null removes one."""
    distinct_id = _signed_id(call, "id", _alias_hint)
    given, flags = read_object(call.params.need("data", "Send the new values as a JSON object."))
    values, more_flags = person_values(given)
    time, imported, notes = _when(call, flags + more_flags)
    key = _message_key(call.params)
    return NewChange(distinct_id, values, time, call.received_at, key, None, imported, None, call.bot, notes)


def merge_of(call: Call) -> NewMerge:
    """Return the merge that an /alias means: `srcid` and `destid` are one person, known as `destid` (SEMANTICS 1).

    With signed data only, a source that is not signed must be anonymous and its person without an identified id: the
    rule of identify. Otherwise whoever knows an old visitor id could take over the profile it belongs to.
    """
    dest = _signed_id(call, "destid", "Send srcid and destid.", sign="destsign", always=True)
    src = check_distinct_id(call.params.need("srcid", "Send srcid and destid."), "srcid")
    reason = _reason(call.params, src, dest)
    guarded = not _is_signed(call, src, "srcsign") and call.signed_only
    if guarded and not is_anonymous(src):
        raise merge_not_allowed()
    time, imported, _ = _when(call)
    key, rule = _message_key(call.params), "identify" if guarded else reason
    must_merge, limits = reason == "alias", _limits(call)
    return NewMerge(src, dest, time, call.received_at, key, imported, rule, must_merge, limits=limits)


def cart_of(call: Call) -> NewCart:
    """Return the call about the cart of the person `id` that a /cart means: `op` is set, cancel or purchase."""
    operation = call.params.need("op", "Send op=set, op=cancel or op=purchase.")
    if operation not in OPERATIONS:
        raise PayloadError("bad_value", "op", f"`op` must be one of {', '.join(OPERATIONS)}.")
    distinct_id = _signed_id(call, "id", "")
    given = call.params.values.get("cart")
    if given in (None, "") and operation == "set":
        call.params.need("cart", "Send the cart as a JSON object.")
    cart, flags = (None, ()) if given in (None, "") else read_cart(given)
    time, imported, notes = _when(call, flags)
    key, silences = _message_key(call.params), silences_of(call.site.settings)
    return NewCart(distinct_id, operation, cart, time, call.received_at, key, imported, call.bot, notes, *silences)


ENTRIES: dict[str, Callable[[Call], Entry]] = {
    "track": event_of,
    "set": change_of,
    "alias": merge_of,
    "cart": cart_of,
}
"""What a call to each route means."""


def entry_of(route: str, call: Call) -> Entry:
    """Return what a call means, or raise PayloadError."""
    return ENTRIES[route](call)


def _limits(call: Call) -> Limits | None:
    """How much one person can be merged by this call: as the site says, and by its own server at will."""
    settings = call.site.settings
    ids, merges = settings.get("ids_per_person"), settings.get("merges_per_hour")
    return None if call.trusted else Limits(ids or Limits().ids, merges or Limits().merges_an_hour)


def _reason(params: Params, src: str, dest: str) -> str:
    """Return why the ids are merged, or raise PayloadError if a known person would become an anonymous one."""
    reason = params.text("reason") or "alias"
    if reason not in REASONS:
        raise PayloadError("bad_value", "reason", f"`reason` must be one of {', '.join(REASONS)}.")
    if is_anonymous(dest) and (not is_anonymous(src) or reason == "identify"):
        raise PayloadError("bad_direction", "destid", "A known person cannot become an anonymous one: swap the ids.")
    return reason


def _when(call: Call, data_flags: Flags = ()) -> tuple[int, bool, dict[str, Value] | None]:
    """Return when it happened, whether it is history, and the notes on what was not as it should be."""
    ts = call.params.text("ts")
    time, ts_flags = read_ts(ts, call.received_at, call.skew, FIRST_INSTANT if call.trusted else EARLIEST)
    notes: dict[str, Value] | None = {"flags": [*ts_flags, *data_flags]} if ts_flags or data_flags else None
    if notes and ts_flags:
        notes["ts"] = ts
    return time, call.imported or (call.trusted and call.received_at - time > LATE), notes


def _message_key(params: Params) -> bytes | None:
    message_id = params.text("message_id")
    return message_key(message_id) if message_id else None


def _signed_id(
    call: Call, param: str, hint: str | Callable[[Params], str], sign: str = "sign", always: bool = False
) -> str:
    """Return the id if the call may speak for it; `always`: even an anonymous id must be signed."""
    distinct_id = check_distinct_id(call.params.need(param, hint), param)
    signed = _is_signed(call, distinct_id, sign)
    if call.signed_only and not signed and (always or not is_anonymous(distinct_id)):
        raise PayloadError(
            "missing_signature",
            sign,
            f"This site takes only signed data: send `{sign}`, the signature of {param}.",
            403,
        )
    return distinct_id


def _is_signed(call: Call, distinct_id: str, param: str) -> bool:
    """True if a signature is given and right, False if none is given; a wrong one is refused in every mode."""
    given = (call.params.text(param) or "").strip()
    if given:
        check_signature(call.site.secrets, distinct_id, given, call.received_at, param)
    return bool(given)


def _alias_hint(params: Params) -> str:
    """The seed prints its example calls under /track, whatever they do."""
    return _SEED_SLIP.format("alias") if "srcid" in params.values or "destid" in params.values else ""


def _set_hint(params: Params) -> str:
    if "srcid" in params.values or "destid" in params.values:
        return _SEED_SLIP.format("alias")
    return _SEED_SLIP.format("set") if "data" in params.values else ""
