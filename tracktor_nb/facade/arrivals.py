"""What arrives, and what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracktor_nb.ingest.replay import replay, shown
from tracktor_nb.semantics.event import Value
from tracktor_nb.store import live as arriving
from tracktor_nb.store.rejected import list_rejected

from .base import Wired, now

if TYPE_CHECKING:
    import pandas as pd

    from tracktor_nb.widgets.live import Live


class Arrivals(Wired):
    """Shows what arrives."""

    def live_events(self, after: str | None = None, limit: int = 50) -> arriving.Arrivals:
        """Return the last events, property changes, merges and refusals, or those since `after` of the last answer."""
        with self.database.read() as connection:
            return arriving.arrivals(connection, self.record.id, after, limit)

    def live(self) -> Live:
        """Return a widget that shows what arrives, as it arrives."""
        from tracktor_nb.widgets.live import Live

        return Live(self.live_events, site=self.name, zone=self.record.zone)

    def rejected(self, limit: int = 100) -> pd.DataFrame:
        """Return the latest refused requests by number: when, where, why, and what was sent, without signatures."""
        from tracktor_nb.analysis.tables import rejected_frame

        with self.database.read() as connection:
            kept = list_rejected(connection, self.record.id, limit)
        return rejected_frame([(each, shown(each.raw)) for each in kept])

    def replay(self, number: int, **changes: Value) -> list[dict[str, Any]]:
        """Record a refused request, with the parameters in `changes` replaced (None: taken away)."""
        return replay(self.database, self.record, int(number), now(), changes)  # frames give numpy's numbers
