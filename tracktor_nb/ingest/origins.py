"""Which pages may send for a site, and a note of those that do: at most one a minute, behind the answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import partial

from tracktor_nb.errors import PayloadError, StoreError
from tracktor_nb.store.origins import note_event, note_script
from tracktor_nb.store.sites import SiteRecord
from tracktor_nb.store.writer import Transaction, Writer

NOTED_EVERY = 60 * 1_000_000
_LONGEST_ORIGIN = 255
_MOST_NOTED = 10_000


def check_origin(site: SiteRecord, origin: str | None) -> None:
    """Raise PayloadError 403 if the site names its origins and this is another one; servers send none and may call."""
    allowed = site.settings.get("origins")
    if allowed and origin is not None and not any(_matches(pattern, origin) for pattern in allowed):
        raise PayloadError(
            "origin_not_allowed", None, f"Pages of {origin[:100]!r} may not send for this site: see `site set`.", 403
        )


def _matches(pattern: str, origin: str) -> bool:
    """True for the origin itself; https://*.example.com stands for every host below example.com."""
    scheme, star, host = pattern.lower().partition("*")
    origin = origin.lower()
    return origin == pattern.lower() if not star else origin.startswith(scheme) and origin.endswith(host)


class Origins:
    """Notes where calls and scripts go to. Nobody waits for it, and a database that is busy is not asked again."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._noted: dict[Hashable, int] = {}

    def event(self, site_id: int, origin: str | None, at: int) -> None:
        """Note a call that was recorded at an instant (microseconds)."""
        self._note((site_id, origin), at, partial(note_event, site_id=site_id, origin=_short(origin), at=at))

    def script(self, site_id: int, origin: str | None, at: int, version: int) -> None:
        """Note a page that loaded the script, and the version of the snippet in it."""
        step = partial(note_script, site_id=site_id, origin=_short(origin), at=at, snippet_version=version)
        self._note((site_id, origin, version), at, step)

    def _note(self, key: Hashable, at: int, step: Callable[[Transaction], None]) -> None:
        if at - self._noted.get(key, -NOTED_EVERY) < NOTED_EVERY:
            return
        if len(self._noted) >= _MOST_NOTED:
            self._noted.clear()
        self._noted[key] = at
        with suppress(StoreError):
            self._writer.submit(step)


def _short(origin: str | None) -> str:
    return (origin or "").replace("\0", "")[:_LONGEST_ORIGIN]
