"""What was called about carts, and when people were last on the site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JsonText = sa.Text().with_variant(postgresql.JSON(), "postgresql")


def upgrade() -> None:
    """Make the tables of what happens in time by itself."""
    op.create_table(
        "cart",
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
    )
    op.create_index("cart_of_identity", "cart", ["identity_id", "time"])
    given, due = sa.text("message_key IS NOT NULL"), sa.text("due_at IS NOT NULL")
    op.create_index(
        "cart_message", "cart", ["site_id", "message_key"], unique=True, sqlite_where=given, postgresql_where=given
    )
    op.create_index("cart_due", "cart", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "visit",
        sa.Column("identity_id", Number, primary_key=True, autoincrement=False),
        sa.Column("began_at", Number, nullable=False),
        sa.Column("seen_at", Number, nullable=False),
    )
