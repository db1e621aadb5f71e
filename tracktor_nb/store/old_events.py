"""Rows that leave the log: those a site keeps no longer, and the word to whoever has read them."""

from __future__ import annotations

import sqlalchemy as sa

from .tables import event, event_name, site
from .writer import Transaction


def forget_old_events(tx: Transaction, site_id: int, before: int, limit: int = 5_000) -> int:
    """Delete up to `limit` events older than an instant (microseconds), as the site's retention wants; return how many.

    Property changes stay: they say what people are now, however long ago it was learned.
    """
    names = sa.select(event_name.c.id).where(event_name.c.site_id == site_id)  # named, or the index cannot find the old
    its = (event.c.site_id == site_id, event.c.name_id.in_(names), event.c.time < before)
    old = sa.select(event.c.seq).where(*its).limit(limit)
    gone = tx.connection.execute(event.delete().where(event.c.seq.in_(old))).rowcount
    if gone:
        count_rewrite(tx, site_id)
    return gone


def count_rewrite(tx: Transaction, site_id: int) -> None:
    """Tell whoever holds the log in memory that rows it has read are gone."""
    tx.connection.execute(site.update().where(site.c.id == site_id).values(log_generation=site.c.log_generation + 1))
