"""Two secrets a site, where calls come from, and what is to be forgotten."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what rotation, erasing, removing, `site check` and replaying need."""
    _sites()
    _forgetting()
    _origins()
    op.add_column("rejected", sa.Column("content_type", sa.Text))
    op.add_column("rejected", sa.Column("query_bytes", Number))
    op.add_column("rejected", sa.Column("replayed_at", Number))


def _sites() -> None:
    op.add_column("site", sa.Column("old_secret", sa.Text))
    op.add_column("site", sa.Column("salt", sa.LargeBinary))
    op.add_column("site", sa.Column("log_generation", Number, nullable=False, server_default="0"))
    site = sa.table("site", sa.column("id", Number), sa.column("salt", sa.LargeBinary))
    connection = op.get_bind()
    for id in connection.execute(sa.select(site.c.id)).scalars().all():
        connection.execute(site.update().where(site.c.id == id).values(salt=secrets.token_bytes(16)))


def _forgetting() -> None:
    op.add_column("identity", sa.Column("removed_seq", Number))
    given = sa.text("removed_seq IS NOT NULL")
    op.create_index("identity_removed", "identity", ["site_id"], sqlite_where=given, postgresql_where=given)
    op.create_table(
        "tombstone",
        sa.Column("site_id", Number, sa.ForeignKey("site.id"), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("erased_at", Number, nullable=False),
    )
    counter = sa.table("counter", sa.column("name", sa.Text), sa.column("value", Number))
    if op.get_context().dialect.name == "postgresql":
        op.create_table(
            "counter", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", Number, nullable=False)
        )
    op.bulk_insert(counter, [{"name": "erasures", "value": 0}])


def _origins() -> None:
    op.create_table(
        "origin_seen",
        sa.Column("site_id", Number, sa.ForeignKey("site.id"), primary_key=True, autoincrement=False),
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("event_at", Number),
        sa.Column("script_at", Number),
        sa.Column("snippet_version", sa.Integer),
    )
