"""The tables of campaigns that run. What lasts points at identities; `campaign_clock` can be rebuilt."""

from __future__ import annotations

import sqlalchemy as sa

from .base import JsonText, Number, metadata


def _due(name: str, column: str) -> sa.Index:
    due = sa.text(f"{column} IS NOT NULL")
    return sa.Index(name, "campaign_id", column, sqlite_where=due, postgresql_where=due)


# `paused` is a list of [start, end or null]; `launching` the identity up to which people were looked at for Run, null
# once all were.
campaign = sa.Table(
    "campaign",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("site_id", Number, sa.ForeignKey("site.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("launched_at", Number, nullable=False),
    sa.Column("start_present", sa.Boolean, nullable=False),
    sa.Column("paused", JsonText, nullable=False),
    sa.Column("stopped_at", Number),
    sa.Column("launching", Number),
    sa.Index("campaign_name", "site_id", "name", unique=True),
)

# `body` has the segments written in, as they were when the version was published; `revision` is the saved definition's.
campaign_version = sa.Table(
    "campaign_version",
    metadata,
    sa.Column("campaign_id", Number, sa.ForeignKey("campaign.id"), primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("body", JsonText, nullable=False),
    sa.Column("published_at", Number, nullable=False),
)

journey = sa.Table(
    "journey",
    metadata,
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
    sa.Index("journey_of_identity", "identity_id"),
    _due("journey_due", "due_at"),
)

effect = sa.Table(
    "effect",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("campaign_id", Number, sa.ForeignKey("campaign.id"), nullable=False),
    sa.Column("journey", sa.Text, nullable=False),
    sa.Column("identity_id", Number, nullable=False),
    sa.Column("node", sa.Text, nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Number, nullable=False),
    sa.Column("body", JsonText, nullable=False),
    sa.Index("effect_of_identity", "identity_id"),
    sa.Index("effect_of_campaign", "campaign_id", "kind"),
)

# Who is in the segment of a trigger, and when the trigger is looked at again.
campaign_clock = sa.Table(
    "campaign_clock",
    metadata,
    sa.Column("campaign_id", Number, sa.ForeignKey("campaign.id"), primary_key=True, autoincrement=False),
    sa.Column("person_id", Number, primary_key=True, autoincrement=False),
    sa.Column("trigger", sa.Text, primary_key=True),
    sa.Column("member", sa.Boolean),
    sa.Column("planned_at", Number),
    sa.Index("campaign_clock_person", "person_id"),
    _due("campaign_clock_due", "planned_at"),
)
