"""Lists from which people are taken off again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Let a row say that somebody is on a list no more; the latest row counts."""
    listed = sa.Column("listed", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("cohort_member", listed)
