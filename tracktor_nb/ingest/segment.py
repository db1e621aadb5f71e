"""/v1/…: what Segment's clients send, in whatever way each of them sends it.

The key stands in the Authorization header or in the body, JSON comes under any content type, ids may be null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracktor_nb.errors import PayloadError
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.source import Meant, Message, calls_of, sent_at
from tracktor_nb.semantics.wire import canonical, read_skew
from tracktor_nb.store.events import NewChange
from tracktor_nb.store.sites import SiteRecord

from .batch import Item, ManyRecorder, Reader, check_items, check_object, count_of
from .bots import is_bot
from .calls import Call, entry_of
from .recording import Entry, NewMerge, NewTraits
from .requests import params_of, read_json

SHORT = {"t": "track", "i": "identify", "a": "alias", "g": "group", "p": "page", "s": "screen", "b": "batch"}
KINDS = "|".join(["batch", "track", "identify", "alias", "group", "page", "screen", "import", *SHORT])
"""The paths below /v1/."""

_BATCHES = ("batch", "import")
_THEIR_NAMES = {
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
        await self.record(f"v1/{path}", self._answer(SHORT.get(path, path)))

    async def _answer(self, kind: str) -> dict[str, Any]:
        given = read_json(self.read_body())
        if not isinstance(given, Mapping):
            raise PayloadError("bad_body", None, "The body must be a JSON object.")
        many = kind in _BATCHES
        self.params = params_of({"sid": given.get("writeKey")})
        site = await self.enter(self.params, count_of(given.get("batch")) if many else 1)
        items = check_items(given.get("batch")) if many else [given]
        outcomes = await self.store(f"v1/{kind}", items, self._reader(site, given, kind))
        if not many:
            for error in outcomes.refused.values():
                raise error
        return {"success": True, **outcomes.answer(len(items))}

    def _reader(self, site: SiteRecord, given: Message, kind: str) -> Reader:
        calendar = Calendar(site.zone, site.week_start)
        many, imported = kind in _BATCHES, kind == "import" and self.trusted
        skew = 0 if imported else read_skew(sent_at(given, calendar), self.received_at)
        from_bot = self.is_bot()

        def read(item: Item) -> Sequence[Entry]:
            message = check_object(item)
            bot = from_bot or _is_bot(message)
            try:
                meant = calls_of(message, message.get("type") if many else kind, calendar)
                entries = []
                for each in meant:
                    call = Call(site, params_of(each.params), self.received_at, bot, self.trusted, skew, imported)
                    entries.append(_entry(each, call))
                return entries
            except PayloadError as error:
                raise _in_their_words(error) from None

        return read


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


def _in_their_words(error: PayloadError) -> PayloadError:
    ours = error.param or ""
    theirs = _THEIR_NAMES.get(ours, error.param)
    return PayloadError(error.code, theirs, error.message.replace(f"`{ours}`", f"`{theirs}`"), error.status)
