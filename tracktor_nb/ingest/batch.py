"""/batch: many calls in one request, each with its own outcome, the good ones stored."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tracktor_nb.errors import PayloadError, TooManyError
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.wire import read_skew
from tracktor_nb.store.events import NewEvent

from .calls import ENTRIES, Call, entry_of
from .record import Recorder
from .recording import Answer, Entry, step_of
from .requests import Params, params_of, read_json, read_params

MOST_ITEMS = 1000
CHUNK = 1000
"""Entries of one transaction: others who wait for the writer come in between; half as many cost a fifth more."""
BREATH = 250
"""Items read at a stretch: other requests are answered in between."""

_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")


class Unread(NamedTuple):
    """A line that is no JSON, and why."""

    raw: bytes
    why: PayloadError


Item = Value | Unread
Reader = Callable[[Item], Sequence[Entry]]
"""Returns what an item means, or raises PayloadError."""


@dataclass
class Outcomes:
    """What became of the items of a batch, by their index."""

    told: dict[int, Answer] = field(default_factory=dict)
    refused: dict[int, PayloadError] = field(default_factory=dict)

    def answer(self, items: int) -> dict[str, Any]:
        """Return it as JSON has it: `results` are those of which there is more to say than that they are stored."""
        return {
            "ok": True,
            "accepted": items - len(self.refused),
            "results": [{"index": index, **told} for index, told in sorted(self.told.items()) if told],
            "rejected": [
                {"index": index, "code": error.code, "param": error.param, "message": error.message}
                for index, error in sorted(self.refused.items())
            ],
        }


class ManyRecorder(Recorder):
    """A route that takes many items at once."""

    methods = "POST, OPTIONS"

    async def report(self, route: str, items: Sequence[Item], read: Reader) -> dict[str, Any]:
        """Store the good items, keep the refused ones (not the too many), and return what became of each."""
        outcomes = await self.store(items, read)
        kept = {index: error for index, error in outcomes.refused.items() if not isinstance(error, TooManyError)}
        if kept:
            await self.keep(route, [(_raw(items[index]), error) for index, error in sorted(kept.items())])
        return outcomes.answer(len(items))

    async def store(self, items: Sequence[Item], read: Reader) -> Outcomes:
        """Store the good items in their order and return all outcomes.

        If the store fails half way, StoreError: the client sends all of it again, and what has a message id is not
        stored twice.
        """
        assert self.site is not None
        outcomes, entries, owners = Outcomes(), list[Entry](), list[int]()
        for index, item in enumerate(items):
            if index % BREATH == BREATH - 1:
                await asyncio.sleep(0)
            try:
                made = read(item)
                for entry in made:
                    if type(entry) is not NewEvent:
                        self.admit(entry)
            except PayloadError as error:
                outcomes.refused[index] = error
            else:
                entries += made
                owners += [index] * len(made)
        for start in range(0, len(entries), CHUNK):
            done = await self.house.commits.submit(step_of(self.site, entries[start : start + CHUNK]))
            for index, outcome in zip(owners[start : start + CHUNK], done, strict=True):
                if isinstance(outcome, PayloadError):
                    outcomes.refused[index] = outcome
                elif outcome:
                    outcomes.told.setdefault(index, {}).update(outcome)
        return outcomes

    def read_object(self, params: Params) -> Mapping[str, Value]:
        """Return the object that the body is; what is wrong with it is noted as the problem of the parameters."""
        try:
            given = read_json(self.read_body())
        except PayloadError as error:
            params.problem = params.problem or error
            return {}
        if not isinstance(given, Mapping):
            params.refuse("bad_body", None, 'The body must be a JSON object, such as {"batch": [{"type": …}, …]}.')
            return {}
        return given


class Batch(ManyRecorder):
    """/batch: {"sid", "sent_at", "imported", "bot", "batch": [{"type": …}, …]}, or one item a line (NDJSON)."""

    async def post(self) -> None:
        """Record the items."""
        await self.record("batch", self._answer())

    async def _answer(self) -> dict[str, Any]:
        self.params = params = read_params(self.request.query_arguments)
        given = self._given(params)
        site = await self.enter(params, count_of(given.get("batch")))
        if params.problem is not None:
            raise params.problem
        items, imported = check_items(given.get("batch")), self._imported(given.get("imported"))
        skew = 0 if imported else read_skew(params.text("sent_at"), self.received_at)
        bot = self.is_bot() or given.get("bot") is True

        def read(item: Item) -> Sequence[Entry]:
            route, given = call_of_item(item)
            call = Call(site, params_of(given), self.received_at, bot, self.trusted, skew, imported)
            if call.params.problem is not None:
                raise call.params.problem
            return (entry_of(route, call),)

        return await self.report("batch", items, read)

    def _imported(self, given: Value) -> bool:
        """Return whether the batch is an import; PayloadError if the sender may not say so."""
        if given not in (None, True, False):
            raise PayloadError("bad_value", "imported", "`imported` must be true or false.")
        if given and not self.trusted:
            raise PayloadError("not_allowed", "imported", "Only a call with the server key can be an import.", 403)
        return bool(given)

    def _given(self, params: Params) -> Mapping[str, Value]:
        """Return what the body holds; its parameters join those of the URL."""
        media_type = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type in _LINES:
            imported = self.request.query_arguments.get("imported") == [b"true"]
            return {
                "batch": [_line(line) for line in self.read_body().split(b"\n") if line.strip()],
                "imported": imported,
            }
        given = self.read_object(params)
        params.join(params_of(given))
        return given


def count_of(given: Value) -> int:
    """Return how many calls a batch counts as."""
    return min(len(given), MOST_ITEMS) if isinstance(given, list) and given else 1


def check_items(given: Value) -> Sequence[Item]:
    """Return the items of a batch, or raise PayloadError if there are none or too many."""
    if not isinstance(given, list) or not given:
        raise PayloadError("missing_param", "batch", "`batch` must be a list of at least one item.")
    if len(given) > MOST_ITEMS:
        text = f"`batch` has {len(given):,} items; {MOST_ITEMS:,} are allowed."
        raise PayloadError("too_many_items", "batch", text, status=413)
    return given


def check_object(item: Item) -> Mapping[str, Value]:
    """Return the item, or raise PayloadError if it is no JSON object."""
    if isinstance(item, Unread):
        raise item.why
    if type(item) is not dict and not isinstance(item, Mapping):
        raise PayloadError("bad_item", None, "An item must be a JSON object.")
    return item


def call_of_item(item: Item) -> tuple[str, Mapping[str, Value]]:
    """Return what an item calls, and its parameters."""
    given = check_object(item)
    route = given.get("type")
    if route is None:
        raise PayloadError("missing_param", "type", f"`type` is missing: {', '.join(ENTRIES)}.")
    if not isinstance(route, str) or route not in ENTRIES:
        raise PayloadError("bad_value", "type", f"`type` must be one of {', '.join(ENTRIES)}.")
    return route, given


def _line(line: bytes) -> Item:
    try:
        return read_json(line)
    except PayloadError as error:
        return Unread(line, error)


def _raw(item: Item) -> bytes:
    """A body that would send the item again."""
    return item.raw if isinstance(item, Unread) else json.dumps({"batch": [item]}).encode()
