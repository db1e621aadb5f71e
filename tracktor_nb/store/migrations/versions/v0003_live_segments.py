"""Following the log: merges that were undone, how far followers are, and who is in which live segment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what live segments need."""
    op.create_table(
        "undoing",
        sa.Column("seq", Number, primary_key=True, autoincrement=False),
        sa.Column("site_id", Number, nullable=False),
        sa.Column("edge_seq", Number, sa.ForeignKey("identity_edge.seq", ondelete="CASCADE"), nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE undoing ADD COLUMN txid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint")
        op.execute("CREATE INDEX undoing_txid ON undoing USING brin (txid) WITH (autosummarize = on)")
    op.create_table(
        "follower",
        sa.Column("site_id", Number, sa.ForeignKey("site.id"), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", Number, nullable=False),
        sa.Column("reached", Number, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("held_until", Number, nullable=False),
    )
    _segments()


def _segments() -> None:
    op.create_table(
        "live_segment",
        sa.Column("id", Number, primary_key=True),
        sa.Column("site_id", Number, sa.ForeignKey("site.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("revision", sa.Text, nullable=False),
        sa.Column("computed_at", Number),
    )
    op.create_index("live_segment_name", "live_segment", ["site_id", "name"], unique=True)
    op.create_table(
        "segment_state",
        sa.Column("segment_id", Number, sa.ForeignKey("live_segment.id"), primary_key=True, autoincrement=False),
        sa.Column("person_id", Number, primary_key=True, autoincrement=False),
        sa.Column("member", sa.Boolean, nullable=False),
        sa.Column("since", Number, nullable=False),
        sa.Column("recheck_at", Number),
    )
    op.create_index("segment_state_person", "segment_state", ["person_id"])
    due = sa.text("recheck_at IS NOT NULL")
    op.create_index("segment_state_due", "segment_state", ["recheck_at"], sqlite_where=due, postgresql_where=due)
