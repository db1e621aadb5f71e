"""Managing a site: snippet, check, settings, secrets."""

from __future__ import annotations

from typing import Any

from tracktor_nb import checking
from tracktor_nb.ingest.snippet import snippet
from tracktor_nb.semantics.identity import expiring_signature, signature
from tracktor_nb.semantics.period import SECOND, duration
from tracktor_nb.store import sites
from tracktor_nb.store.site_settings import change_settings

from .auto_events import AutoEvents
from .base import Wired, now


class Administration(Wired):
    """Manages the site."""

    def snippet(self, origin: str | None = None) -> str:
        """Return the HTML to paste into the head of your pages; `origin` is where the ingest server is seen from."""
        return snippet(self.sid, origin or f"http://{self.settings.host}:{self.settings.port}")

    def check(self, origin: str | None = None, server: str | None = None) -> checking.SiteCheck:
        """Return what arrived lately, from one origin or from all, and whether the snippet there is current."""
        at = server or f"http://{self.settings.host}:{self.settings.port}"
        return checking.check_site(self.database, self.record, at, now(), origin)

    def change(self, **settings: Any) -> None:
        """Change settings of the site, such as `signed_only=True` or `retention_days=400`; None takes one back."""
        self.record = self._write(lambda transaction: change_settings(transaction, self.record.id, settings))

    @property
    def auto_events(self) -> AutoEvents:
        """The events made when pages are seen or elements are clicked: `add`, `list`, `remove`, `test`."""
        return AutoEvents(self.database, self.record.id)

    def sign(self, id: str, within: str | None = None) -> str:
        """Return the signature of an id, for secure mode: good for ever, or `within="1h"` from now."""
        until = now() // SECOND + duration(within) // SECOND if within else None
        secret = self.record.secret
        return signature(secret, id) if until is None else expiring_signature(secret, id, until)

    def rotate_secret(self) -> str:
        """Return a new signing secret; the one before stays good until `drop_old_secret()`."""
        self.record = self._write(lambda transaction: sites.rotate_secret(transaction, self.record.id))
        return self.record.secret

    def drop_old_secret(self) -> None:
        """Make the older of two signing secrets good for nothing."""
        self.record = self._write(lambda transaction: sites.drop_old_secret(transaction, self.record.id))
