"""Which site a token belongs to, asked of the database at most every few seconds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tracktor_nb.errors import PayloadError
from tracktor_nb.store.database import Database
from tracktor_nb.store.failures import explained
from tracktor_nb.store.sites import SiteRecord, site_by_sid

TRUSTED_SECONDS = 2.0
"""How long an answer is believed: a site switched to secure mode, or removed, takes effect within this."""
_MOST_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class _Asked:
    until: float
    record: asyncio.Future[SiteRecord | None]


class Directory:
    """The sites of one database, by their public token."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: dict[str, _Asked] = {}

    async def find(self, sid: str) -> SiteRecord:
        """Return the open site of a token, or raise PayloadError `unknown_sid` or `site_removed` (401)."""
        site = await self._recorded(sid) if _may_be_token(sid) else None
        if site is None:
            slip = " It contains `ts=`: separate the parameters with &." if "ts=" in sid else ""
            raise PayloadError("unknown_sid", "sid", f"No site has the token {sid[:40]!r}.{slip}", status=401)
        if site.removed_at is not None:
            raise PayloadError("site_removed", "sid", "The site of this token was removed.", status=401)
        return site

    async def _recorded(self, sid: str) -> SiteRecord | None:
        loop = asyncio.get_running_loop()
        asked = self._asked.get(sid)
        if asked is None or asked.until < loop.time():
            asked = self._ask(sid, loop)
        try:
            return await asked.record
        except Exception as error:
            self._asked.pop(sid, None)
            raise explained(error) from error

    def _ask(self, sid: str, loop: asyncio.AbstractEventLoop) -> _Asked:
        if len(self._asked) >= _MOST_TOKENS:
            self._asked.clear()
        asked = _Asked(loop.time() + TRUSTED_SECONDS, loop.run_in_executor(None, self._read, sid))
        self._asked[sid] = asked
        return asked

    def _read(self, sid: str) -> SiteRecord | None:
        with self._database.read() as connection:
            return site_by_sid(connection, sid)


def _may_be_token(sid: str) -> bool:
    """Only letters and digits: what cannot be a token is not worth a question, nor safe in every database."""
    return len(sid) <= 64 and sid.isascii() and sid.isalnum()
