"""Campaigns that run: versions, journeys, what they did, and the clocks of their triggers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JsonText = sa.Text().with_variant(postgresql.JSON(), "postgresql")


def upgrade() -> None:
    """Add what campaigns need."""
    op.create_index("identity_edge_dest", "identity_edge", ["dest"])
    op.create_table(
        "campaign",
        sa.Column("id", Number, primary_key=True),
        sa.Column("site_id", Number, sa.ForeignKey("site.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("launched_at", Number, nullable=False),
        sa.Column("start_present", sa.Boolean, nullable=False),
        sa.Column("paused", JsonText, nullable=False),
        sa.Column("stopped_at", Number),
        sa.Column("launching", Number),
    )
    op.create_index("campaign_name", "campaign", ["site_id", "name"], unique=True)
    op.create_table(
        "campaign_version",
        sa.Column("campaign_id", Number, sa.ForeignKey("campaign.id"), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("body", JsonText, nullable=False),
        sa.Column("published_at", Number, nullable=False),
    )
    _journeys()


def _journeys() -> None:
    op.create_table(
        "journey",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("campaign_id", Number, sa.ForeignKey("campaign.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("identity_id", Number, nullable=False),
        sa.Column("entered_at", Number, nullable=False),
        sa.Column("held_out", sa.Boolean, nullable=False),
        sa.Column("node", sa.Text),
        sa.Column("due_at", Number),
        sa.Column("visits", JsonText, nullable=False),
        sa.Column("goal_at", Number),
        sa.Column("ended", sa.Text),
    )
    op.create_index("journey_of_identity", "journey", ["identity_id"])
    _due("journey_due", "journey", "due_at")
    op.create_table(
        "effect",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("campaign_id", Number, sa.ForeignKey("campaign.id"), nullable=False),
        sa.Column("journey", sa.Text, nullable=False),
        sa.Column("identity_id", Number, nullable=False),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("visit", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", Number, nullable=False),
        sa.Column("body", JsonText, nullable=False),
    )
    op.create_index("effect_of_identity", "effect", ["identity_id"])
    op.create_index("effect_of_campaign", "effect", ["campaign_id", "kind"])
    op.create_table(
        "campaign_clock",
        sa.Column("campaign_id", Number, sa.ForeignKey("campaign.id"), primary_key=True, autoincrement=False),
        sa.Column("person_id", Number, primary_key=True, autoincrement=False),
        sa.Column("trigger", sa.Text, primary_key=True),
        sa.Column("member", sa.Boolean),
        sa.Column("planned_at", Number),
    )
    op.create_index("campaign_clock_person", "campaign_clock", ["person_id"])
    _due("campaign_clock_due", "campaign_clock", "planned_at")


def _due(name: str, table: str, column: str) -> None:
    due = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, ["campaign_id", column], sqlite_where=due, postgresql_where=due)
