"""The tables of sites, the log, definitions and what is refused, imported, followed and forgotten."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from .base import JsonText, Number, metadata


def _once_per_message(table: str) -> sa.Index:
    """A message that arrives twice is stored once."""
    given = sa.text("message_key IS NOT NULL")
    return sa.Index(
        f"{table}_message", "site_id", "message_key", unique=True, sqlite_where=given, postgresql_where=given
    )


site = sa.Table(
    "site",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sid", sa.Text, nullable=False, unique=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("server_key", sa.Text, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("week_start", sa.Integer, nullable=False),
    sa.Column("settings", JsonText, nullable=False),
    sa.Column("edges_generation", Number, nullable=False),
    sa.Column("removed_at", Number),
    sa.Column("old_secret", sa.Text),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("log_generation", Number, nullable=False, server_default="0"),
    sa.Index(
        "site_name",
        "name",
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    ),
)

identity = sa.Table(
    "identity",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=False),
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), nullable=False),
    sa.Column("distinct_id", sa.Text, nullable=False),
    sa.Column("person_id", Number, nullable=False),
    sa.Column("removed_seq", Number),  # whatever came up to this number belongs to a person who was removed
    sa.Index("identity_distinct_id", "site_id", "distinct_id", unique=True),
    sa.Index("identity_person", "person_id"),
    sa.Index(
        "identity_removed",
        "site_id",
        sqlite_where=sa.text("removed_seq IS NOT NULL"),
        postgresql_where=sa.text("removed_seq IS NOT NULL"),
    ),
)

identity_edge = sa.Table(
    "identity_edge",
    metadata,
    sa.Column("seq", Number, primary_key=True, autoincrement=False),
    sa.Column("site_id", Number, nullable=False),
    sa.Column("src", Number, sa.ForeignKey("identity.id"), nullable=False),
    sa.Column("dest", Number, sa.ForeignKey("identity.id"), nullable=False),
    sa.Column("time", Number, nullable=False),
    sa.Column("received_at", Number, nullable=False),
    sa.Column("known_at", Number, nullable=False),
    sa.Column("imported", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("message_key", sa.LargeBinary),
    sa.Column("undone_at", Number),
    sa.Index("identity_edge_src", "src"),
    sa.Index("identity_edge_dest", "dest"),
    sa.Index("identity_edge_site", "site_id"),
    _once_per_message("identity_edge"),
)

event_name = sa.Table(
    "event_name",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Index("event_name_name", "site_id", "name", unique=True),
)


def _log_columns() -> list[sa.Column[Any]]:
    """What events and property changes have in common: when, how it came, and from whom."""
    return [
        sa.Column("time", Number, nullable=False),
        sa.Column("received_at", Number, nullable=False),
        sa.Column("known_at", Number, nullable=False),
        sa.Column("imported", sa.Boolean, nullable=False),
        sa.Column("origin", sa.Text),
        sa.Column("bot", sa.Boolean, nullable=False),
        sa.Column("message_key", sa.LargeBinary),
        sa.Column("data", JsonText),
        sa.Column("notes", JsonText),
    ]


event = sa.Table(
    "event",
    metadata,
    sa.Column("seq", Number, primary_key=True, autoincrement=False),
    sa.Column("site_id", Number, nullable=False),
    sa.Column("identity_id", Number, nullable=False),
    sa.Column("name_id", Number, nullable=False),
    *_log_columns(),
    sa.Index("event_of_identity", "identity_id", "name_id", "time"),
    sa.Index("event_of_site", "site_id", "name_id", "time"),
    _once_per_message("event"),
)

property_change = sa.Table(
    "property_change",
    metadata,
    sa.Column("seq", Number, primary_key=True, autoincrement=False),
    sa.Column("site_id", Number, nullable=False),
    sa.Column("identity_id", Number, nullable=False),
    *_log_columns(),
    sa.Index("property_change_of_identity", "identity_id", "time"),
    _once_per_message("property_change"),
)

# Who was put on the list with the number `cohort`, which a saved Cohort names, or taken off it: the latest row counts.
cohort_member = sa.Table(
    "cohort_member",
    metadata,
    sa.Column("seq", Number, primary_key=True, autoincrement=False),
    sa.Column("site_id", Number, nullable=False),
    sa.Column("cohort", Number, nullable=False),
    sa.Column("identity_id", Number, nullable=False),
    sa.Column("listed", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Index("cohort_member_identity", "identity_id"),
)

definition = sa.Table(
    "definition",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("body", JsonText, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("saved_at", Number, nullable=False),
    sa.Column("archived", sa.Boolean, nullable=False),
    sa.Index("definition_revision", "site_id", "name", "revision", unique=True),
)

rejected = sa.Table(
    "rejected",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), nullable=False),
    sa.Column("received_at", Number, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("param", sa.Text),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("content_type", sa.Text),
    sa.Column("query_bytes", Number),  # so much of `raw` is the query, the rest the body
    sa.Column("replayed_at", Number),
    sa.Index("rejected_of_site", "site_id", "received_at"),
)

import_run = sa.Table(
    "import_run",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("mapping", JsonText, nullable=False),
    sa.Column("started_at", Number, nullable=False),
    sa.Column("finished_at", Number),
    sa.Column("rows_read", Number, nullable=False),
    sa.Column("rows_stored", Number, nullable=False),
    sa.Column("refused", JsonText, nullable=False),
    sa.Index("import_run_file", "site_id", "fingerprint", unique=True),
)

# Distinct ids, salted and hashed, of people who were erased: what still arrives for them is not stored.
tombstone = sa.Table(
    "tombstone",
    metadata,
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), primary_key=True, autoincrement=False),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("erased_at", Number, nullable=False),
)

# The calls about carts, from which `semantics.cart` says what happened. `due_at` says when to look at the person again.
cart = sa.Table(
    "cart",
    metadata,
    sa.Column("seq", Number, primary_key=True, autoincrement=False),
    sa.Column("site_id", Number, nullable=False),
    sa.Column("identity_id", Number, nullable=False),
    sa.Column("time", Number, nullable=False),
    sa.Column("received_at", Number, nullable=False),
    sa.Column("imported", sa.Boolean, nullable=False),
    sa.Column("bot", sa.Boolean, nullable=False),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("message_key", sa.LargeBinary),
    sa.Column("data", JsonText),
    sa.Column("notes", JsonText),
    sa.Column("abandon_after", Number),
    sa.Column("cancel_after", Number),
    sa.Column("due_at", Number),
    sa.Index("cart_of_identity", "identity_id", "time"),
    sa.Index(
        "cart_due", "due_at", sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL")
    ),
    _once_per_message("cart"),
)

# Where the present session of an identity stands: a hint, up to a minute old, so that `Visited Site` comes once.
visit = sa.Table(
    "visit",
    metadata,
    sa.Column("identity_id", Number, primary_key=True, autoincrement=False),
    sa.Column("began_at", Number, nullable=False),
    sa.Column("seen_at", Number, nullable=False),
)

# When something last came from an origin ("" for servers), and the version of the snippet that stands in its pages.
origin_seen = sa.Table(
    "origin_seen",
    metadata,
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), primary_key=True, autoincrement=False),
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("event_at", Number),
    sa.Column("script_at", Number),
    sa.Column("snippet_version", sa.Integer),
)

# Merges taken out of force, in the one input order: an edge says when it was undone, but not in which row of the log.
undoing = sa.Table(
    "undoing",
    metadata,
    sa.Column("seq", Number, primary_key=True, autoincrement=False),
    sa.Column("site_id", Number, nullable=False),
    sa.Column("edge_seq", Number, sa.ForeignKey("identity_edge.seq", ondelete="CASCADE"), nullable=False),
)

# How far somebody who follows the log of a site has come: its rows up to `position`, time up to `reached`. One process
# at a time does: `holder`, until `held_until`.
follower = sa.Table(
    "follower",
    metadata,
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("position", Number, nullable=False),
    sa.Column("reached", Number, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("held_until", Number, nullable=False),
)

# A saved segment that is kept up to date; `revision` is a digest of everything it refers to.
live_segment = sa.Table(
    "live_segment",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("computed_at", Number),
    sa.Index("live_segment_name", "site_id", "name", unique=True),
)

# Who is in, since when, and when time alone may change it. A cache that can be rebuilt, so it points at people (by the
# identity they are known by). Whoever has no row is out, and only new input can change that.
segment_state = sa.Table(
    "segment_state",
    metadata,
    sa.Column("segment_id", Number, sa.ForeignKey("live_segment.id"), primary_key=True, autoincrement=False),
    sa.Column("person_id", Number, primary_key=True, autoincrement=False),
    sa.Column("member", sa.Boolean, nullable=False),
    sa.Column("since", Number, nullable=False),
    sa.Column("recheck_at", Number),
    sa.Index("segment_state_person", "person_id"),
    sa.Index(
        "segment_state_due",
        "recheck_at",
        sqlite_where=sa.text("recheck_at IS NOT NULL"),
        postgresql_where=sa.text("recheck_at IS NOT NULL"),
    ),
)

# `erasures`: how often people were erased, so that every process drops what it remembers of them. `seq`: the last
# number given out, on SQLite only: PostgreSQL has the sequence `arrival`.
counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", Number, nullable=False),
)

# Read by watermark. On PostgreSQL each row of these also has `txid`, the transaction that wrote it.
FOLLOWED = (identity, identity_edge, event, property_change, undoing)
txid: sa.ColumnClause[int] = sa.literal_column("txid", sa.BigInteger)
