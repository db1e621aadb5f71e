"""Every table, as SQLAlchemy Core objects. Instants are int64 microseconds UTC.

Whatever lasts points at an identity, which never changes. A person is the set of identities that share `person_id`,
the id of the identity the person is known by: a cache that merges and undos move, never a row of its own.
`seq` (and `identity.id`) come from one counter, so they are one input order over everything that arrives.
"""

from __future__ import annotations

from .base import JsonText, Number, metadata
from .campaigns import campaign, campaign_clock, campaign_version, effect, journey
from .log import (
    FOLLOWED,
    cart,
    cohort_member,
    counter,
    definition,
    event,
    event_name,
    follower,
    identity,
    identity_edge,
    import_run,
    live_segment,
    origin_seen,
    property_change,
    rejected,
    segment_state,
    site,
    tombstone,
    txid,
    undoing,
    visit,
)

__all__ = [
    "FOLLOWED",
    "JsonText",
    "Number",
    "campaign",
    "campaign_clock",
    "campaign_version",
    "cart",
    "cohort_member",
    "counter",
    "definition",
    "effect",
    "event",
    "event_name",
    "follower",
    "identity",
    "identity_edge",
    "import_run",
    "journey",
    "live_segment",
    "metadata",
    "origin_seen",
    "property_change",
    "rejected",
    "segment_state",
    "site",
    "tombstone",
    "txid",
    "undoing",
    "visit",
]
