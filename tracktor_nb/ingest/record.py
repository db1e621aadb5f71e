"""The routes that record: what they have in common, and /set, /track, /alias and /cart."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Sequence
from typing import Any

import orjson

from tracktor_nb.errors import PayloadError, StoreError, TooManyError
from tracktor_nb.store.carts import NewCart
from tracktor_nb.store.events import NewChange
from tracktor_nb.store.rejected import keep_rejected
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.writer import Transaction

from .bots import is_bot
from .calls import Call, entry_of
from .door import Door, log
from .origins import check_origin
from .recording import Entry, NewTraits, step_of
from .requests import Params, read_basic, read_params

Refusals = Sequence[tuple[bytes, PayloadError]]
"""What was refused, as it was sent, and why."""


class Recorder(Door):
    """A route that records: 200 is said after the commit, never before."""

    params: Params | None = None
    site: SiteRecord | None = None
    trusted = False
    """True if the call came with the server key of the site."""
    received_at = 0

    async def record(self, route: str, answer: Awaitable[dict[str, Any]]) -> None:
        """Say the answer once it is true; keep what is refused."""
        self.set_header("Cache-Control", "no-store")
        self.received_at = self.house.clock() // 1000
        self.house.recording += 1
        try:
            self.finish(orjson.dumps(await answer))
            if self.site is not None:
                self.house.origins.event(self.site.id, self.request.headers.get("Origin"), self.received_at)
        except TooManyError as error:
            self.refuse(error)
        except PayloadError as error:
            await self.keep(route, [(self._raw(), error)])
            self.refuse(error)
        except StoreError as error:
            self.refuse(error)
        finally:
            self.house.recording -= 1

    async def enter(self, params: Params, calls: int = 1) -> SiteRecord:
        """Return the site of the token, or of the user in the Authorization header, if it takes so many calls now.

        A password there must be the site's server key: whoever has it may do what only servers may.
        """
        user, password = read_basic(self.request.headers.get("Authorization", ""))
        sid = params.text("sid") or user or params.need("sid")
        self.site = site = await self.house.directory.find(sid)
        self.house.limits.admit(site.sid, self.request.remote_ip or "", calls)
        check_origin(site, self.request.headers.get("Origin"))
        if password:
            self.trusted = user == sid and hmac.compare_digest(password.encode(), site.server_key.encode())
            if not self.trusted:
                raise PayloadError("bad_server_key", None, "The password is not the server key of this site.", 401)
        return site

    def admit(self, entry: Entry) -> Entry:
        """Return the entry, or raise TooManyError if the person, or its cart, was changed too often; servers may."""
        change = entry.change if isinstance(entry, NewTraits) else entry
        if isinstance(change, (NewChange, NewCart)) and self.site is not None and not self.trusted:
            self.house.limits.admit_change(self.site.sid, change.distinct_id)
        return entry

    async def keep(self, route: str, refusals: Refusals) -> None:
        """Keep what was refused if we know whose it is: its owner can look at it and send it again."""
        site, arrived = self.site, self.received_at
        if site is None:
            return

        def step(transaction: Transaction) -> None:
            for raw, why in refusals:
                keep_rejected(transaction, site.id, arrived, route, raw, why)

        try:
            await self.house.commits.submit(step)
        except StoreError as error:
            log.error("a refused call to /%s could not be kept: %s", route, error)

    def is_bot(self) -> bool:
        """True if a program that says so sent this."""
        return is_bot(self.request.headers.get("User-Agent", ""))

    def _raw(self) -> bytes:
        return b"\n".join(part for part in (self.request.query.encode("latin1"), bytes(self.body)) if part)


class Record(Recorder):
    """/set, /track, /alias and /cart: one call a request."""

    async def get(self, route: str) -> None:
        """Record what the query says; a body is not looked at."""
        await self.record(route, self._answer(route, with_body=False))

    async def post(self, route: str) -> None:
        """Record what query and body say together."""
        await self.record(route, self._answer(route, with_body=True))

    async def _answer(self, route: str, with_body: bool) -> dict[str, Any]:
        body = self.read_body() if with_body else b""
        content_type = self.request.headers.get("Content-Type", "")
        self.params = params = read_params(self.request.query_arguments, content_type, body)
        site = await self.enter(params)
        if params.problem is not None:
            raise params.problem
        call = Call(site, params, self.received_at, self.is_bot(), self.trusted)
        [outcome] = await self.house.commits.submit(step_of(site, [self.admit(entry_of(route, call))]))
        if isinstance(outcome, PayloadError):
            raise outcome
        message_id = params.text("message_id")
        return {"ok": True, **outcome} | ({"message_id": message_id} if message_id else {})
