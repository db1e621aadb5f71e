"""Who is listed in cohorts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of lists, read by watermark like the log."""
    op.create_table(
        "cohort_member",
        sa.Column("seq", Number, primary_key=True, autoincrement=False),
        sa.Column("site_id", Number, nullable=False),
        sa.Column("cohort", Number, nullable=False),
        sa.Column("identity_id", Number, nullable=False),
    )
    op.create_index("cohort_member_identity", "cohort_member", ["identity_id"])
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE cohort_member ADD COLUMN txid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint"
        )
        op.execute("CREATE INDEX cohort_member_txid ON cohort_member USING brin (txid) WITH (autosummarize = on)")
