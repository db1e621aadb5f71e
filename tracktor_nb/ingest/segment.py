"""/v1/…: what Segment's clients send, in whatever way each of them sends it.

The key stands in the Authorization header or in the body, JSON comes under any content type, ids may be null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.source import Meant, Message, calls_of, sent_at
from tracktor_nb.semantics.wire import canonical, read_skew
from tracktor_nb.store.events import NewChange
from tracktor_nb.store.sites import SiteRecord

from .batch import Item, ManyRecorder, Reader, check_items, check_object, count_of
from .bots import is_bot
from .calls import Call, entry_of
from .recording import Entry, NewMerge, NewTraits
from .requests import Params, params_of

SHORT = {"t": "track", "i": "identify", "a": "alias", "g": "group", "p": "page", "s": "screen", "b": "batch"}
KINDS = "|".join(["batch", "track", "identify", "alias", "group", "page", "screen", "import", *SHORT])
"""The paths below /v1/."""

_BATCHES = ("batch", "import")
_THEIR_NAMES = {
    "sid": "writeKey",
    "id": "userId",
    "action": "event",
    "data": "properties",
    "ts": "timestamp",
    "message_id": "messageId",
    "srcid": "previousId",
    "destid": "userId",
}


class Segment(ManyRecorder):
    """One message, or a batch of them."""

    async def post(self, path: str) -> None:
        """Record the messages."""
        kind = SHORT.get(path, path)
        await self.record(f"v1/{kind}", self._translated(kind))

    async def _translated(self, kind: str) -> dict[str, Any]:
        try:
            return await self._answer(kind)
        except PayloadError as error:
            raise _in_their_words(error, kind) from None

    async def _answer(self, kind: str) -> dict[str, Any]:
        self.params = params = Params()
        given = self.read_object(params)
        params.join(params_of({"sid": given.get("writeKey")}))
        site = await self.enter(params, count_of(given.get("batch")) if kind in _BATCHES else 1)
        if params.problem is not None:
            raise params.problem
        read = self._reader(site, given, kind)
        if kind in _BATCHES:
            return {"success": True, **await self.report(f"v1/{kind}", check_items(given.get("batch")), read)}
        outcomes = await self.store([given], read)
        for error in outcomes.refused.values():
            raise error
        return {"success": True, **outcomes.answer(1)}

    def _reader(self, site: SiteRecord, given: Message, kind: str) -> Reader:
        calendar = Calendar(site.zone, site.week_start)
        imported = kind == "import" and self.trusted
        skew = 0 if imported else read_skew(sent_at(given, calendar), self.received_at)
        from_bot = self.is_bot()

        def read(item: Item) -> Sequence[Entry]:
            message = check_object(item)
            bot = from_bot or _is_bot(message)

            def call(params: Params) -> Call:
                return Call(site, params, self.received_at, bot, self.trusted, skew, imported)

            return read_message(message, kind, calendar, call)

        return read


def read_message(message: Message, kind: str, calendar: Calendar, call: Callable[[Params], Call]) -> list[Entry]:
    """Return what a message means, as itself or as an item of a batch; `call` makes a call of parameters of ours."""
    its_kind = message.get("type") if kind in _BATCHES else kind
    try:
        return [_entry(each, call(params_of(each.params))) for each in calls_of(message, its_kind, calendar)]
    except PayloadError as error:
        raise _in_their_words(error, its_kind) from None


def _entry(meant: Meant, call: Call) -> Entry:
    if call.params.problem is not None:
        raise call.params.problem
    entry = entry_of(meant.route, call)
    if isinstance(entry, NewChange) and meant.fill:
        return NewTraits(entry, canonical(meant.fill)[0])
    return entry._replace(or_anonymous=entry.must_merge) if isinstance(entry, NewMerge) else entry


def _is_bot(message: Message) -> bool:
    """Servers pass on what their visitor's browser called itself."""
    context = message.get("context")
    agent = context.get("userAgent") if isinstance(context, Mapping) else None
    return isinstance(agent, str) and is_bot(agent)


def _in_their_words(error: PayloadError, kind: Value) -> PayloadError:
    ours = error.param
    if ours not in _THEIR_NAMES:
        return error
    theirs = "traits" if ours == "data" and kind in ("identify", "group") else _THEIR_NAMES[ours]
    return PayloadError(error.code, theirs, error.message.replace(f"`{ours}`", f"`{theirs}`"), error.status)
