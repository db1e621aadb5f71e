"""`site check`: is the snippet in place, and does anything arrive? It looks at what came, and fetches nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .ingest.snippet import SNIPPET_VERSION, snippet
from .store.database import Database
from .store.origins import OriginSeen, origins_of
from .store.sites import SiteRecord

LATELY = 10 * 60 * 1_000_000


@dataclass(frozen=True)
class SiteCheck:
    """What arrived at a site, by origin, as of `checked_at` (microseconds). `origin` is set if only that was asked."""

    site: str
    sid: str
    checked_at: int
    origins: Sequence[OriginSeen]
    snippet: str
    origin: str | None = None

    @property
    def arrives(self) -> bool:
        """True if something was recorded within the last ten minutes."""
        return any(self.checked_at - (each.event_at or 0) <= LATELY for each in self.origins)

    @property
    def snippet_is_current(self) -> bool | None:
        """True if every page that loaded the script has the snippet of today, None if no page did."""
        versions = [each.snippet_version for each in self.origins if each.snippet_version is not None]
        return all(version >= SNIPPET_VERSION for version in versions) if versions else None

    def __str__(self) -> str:
        place = f" from {self.origin}" if self.origin else ""
        found = "arrives" if self.arrives else "Nothing arrived within the last ten minutes"
        lines = [f"{self.site} ({self.sid}): {'data ' * self.arrives}{found}{place}."]
        lines += [f"  {_named(each.origin)}: {self._seen(each)}" for each in self.origins]
        return "\n".join([*lines, "", "The snippet for the head of your pages:", "", self.snippet])

    def _seen(self, each: OriginSeen) -> str:
        parts = [f"last call {self._ago(each.event_at)}"] if each.event_at is not None else ["no call yet"]
        if each.snippet_version is not None:
            current = each.snippet_version >= SNIPPET_VERSION
            age = "current" if current else f"old (version {each.snippet_version}): paste the one below"
            parts.append(f"script loaded {self._ago(each.script_at)}, snippet {age}")
        return "; ".join(parts)

    def _ago(self, instant: int | None) -> str:
        seconds = max(0, self.checked_at - (instant or 0)) // 1_000_000
        for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
            if seconds >= size:
                return f"{seconds // size} {unit} ago"
        return "just now"


def check_site(database: Database, record: SiteRecord, server: str, now: int, origin: str | None = None) -> SiteCheck:
    """Return what arrived at a site, from one origin or from all; `server` is where this server is seen from."""
    with database.read() as connection:
        found = [each for each in origins_of(connection, record.id) if origin in (None, each.origin)]
    return SiteCheck(record.name, record.sid, now, found, snippet(record.sid, server), origin)


def _named(origin: str) -> str:
    return origin or "servers (no origin)"
