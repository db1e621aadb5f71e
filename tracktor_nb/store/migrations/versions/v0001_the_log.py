"""The log of who did what, the people behind it, and what is asked about them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JsonText = sa.Text().with_variant(postgresql.JSON(), "postgresql")
FOLLOWED = ("identity", "identity_edge", "event", "property_change")


def upgrade() -> None:
    """Make the first tables."""
    _site()
    _identity()
    _log()
    _work()
    if op.get_context().dialect.name == "postgresql":
        _postgres_order()
    else:
        counter = op.create_table(
            "counter",
            sa.Column("name", sa.Text, primary_key=True),
            _number("value"),
        )
        op.bulk_insert(counter, [{"name": "seq", "value": 0}])


def _postgres_order() -> None:
    """Sequence numbers commit out of order there; a reader tells by the transaction what it has not seen yet."""
    op.execute("CREATE SEQUENCE arrival")
    for table in FOLLOWED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN txid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint")
        op.execute(f"CREATE INDEX {table}_txid ON {table} USING brin (txid) WITH (autosummarize = on)")


def _number(name: str, *rest: Any, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Number, *rest, nullable=optional)


def _text(name: str, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=optional)


def _json(name: str, optional: bool = False) -> sa.Column[Any]:
    return sa.Column(name, JsonText, nullable=optional)


def _seq() -> sa.Column[Any]:
    return sa.Column("seq", Number, primary_key=True, autoincrement=False)


def _partial_unique(name: str, table: str, columns: list[str], where: str) -> None:
    given = sa.text(where)
    op.create_index(name, table, columns, unique=True, sqlite_where=given, postgresql_where=given)


def _once_per_message(table: str) -> None:
    _partial_unique(f"{table}_message", table, ["site_id", "message_key"], "message_key IS NOT NULL")


def _site() -> None:
    op.create_table(
        "site",
        sa.Column("id", Number, primary_key=True),
        _text("name"),
        sa.Column("sid", sa.Text, nullable=False, unique=True),
        _text("secret"),
        _text("server_key"),
        _text("zone"),
        sa.Column("week_start", sa.Integer, nullable=False),
        _json("settings"),
        _number("edges_generation"),
        _number("removed_at", optional=True),
    )
    _partial_unique("site_name", "site", ["name"], "removed_at IS NULL")


def _identity() -> None:
    op.create_table(
        "identity",
        sa.Column("id", Number, primary_key=True, autoincrement=False),
        _number("site_id", sa.ForeignKey("site.id")),
        _text("distinct_id"),
        _number("person_id"),
    )
    op.create_index("identity_distinct_id", "identity", ["site_id", "distinct_id"], unique=True)
    op.create_index("identity_person", "identity", ["person_id"])
    op.create_table(
        "identity_edge",
        _seq(),
        _number("site_id"),
        _number("src", sa.ForeignKey("identity.id")),
        _number("dest", sa.ForeignKey("identity.id")),
        _number("time"),
        _number("received_at"),
        _number("known_at"),
        sa.Column("imported", sa.Boolean, nullable=False),
        _text("reason"),
        sa.Column("message_key", sa.LargeBinary),
        _number("undone_at", optional=True),
    )
    op.create_index("identity_edge_src", "identity_edge", ["src"])
    op.create_index("identity_edge_site", "identity_edge", ["site_id"])
    _once_per_message("identity_edge")


def _log() -> None:
    op.create_table(
        "event_name",
        sa.Column("id", Number, primary_key=True),
        _number("site_id", sa.ForeignKey("site.id")),
        _text("name"),
    )
    op.create_index("event_name_name", "event_name", ["site_id", "name"], unique=True)
    op.create_table("event", _seq(), _number("site_id"), _number("identity_id"), _number("name_id"), *_log_columns())
    op.create_index("event_of_identity", "event", ["identity_id", "name_id", "time"])
    op.create_index("event_of_site", "event", ["site_id", "name_id", "time"])
    _once_per_message("event")
    op.create_table("property_change", _seq(), _number("site_id"), _number("identity_id"), *_log_columns())
    op.create_index("property_change_of_identity", "property_change", ["identity_id", "time"])
    _once_per_message("property_change")


def _log_columns() -> list[sa.Column[Any]]:
    return [
        _number("time"),
        _number("received_at"),
        _number("known_at"),
        sa.Column("imported", sa.Boolean, nullable=False),
        _text("origin", optional=True),
        sa.Column("bot", sa.Boolean, nullable=False),
        sa.Column("message_key", sa.LargeBinary),
        _json("data", optional=True),
        _json("notes", optional=True),
    ]


def _work() -> None:
    op.create_table(
        "definition",
        sa.Column("id", Number, primary_key=True),
        _number("site_id", sa.ForeignKey("site.id")),
        _text("name"),
        _text("kind"),
        sa.Column("revision", sa.Integer, nullable=False),
        _json("body"),
        _text("note"),
        _text("author"),
        _number("saved_at"),
        sa.Column("archived", sa.Boolean, nullable=False),
    )
    op.create_index("definition_revision", "definition", ["site_id", "name", "revision"], unique=True)
    op.create_table(
        "rejected",
        sa.Column("id", Number, primary_key=True),
        _number("site_id", sa.ForeignKey("site.id")),
        _number("received_at"),
        _text("route"),
        _text("code"),
        _text("param", optional=True),
        _text("message"),
        sa.Column("raw", sa.LargeBinary, nullable=False),
    )
    op.create_index("rejected_of_site", "rejected", ["site_id", "received_at"])
    op.create_table(
        "import_run",
        sa.Column("id", Number, primary_key=True),
        _number("site_id", sa.ForeignKey("site.id")),
        _text("what"),
        _text("source"),
        _text("fingerprint"),
        _json("mapping"),
        _number("started_at"),
        _number("finished_at", optional=True),
        _number("rows_read"),
        _number("rows_stored"),
        _json("refused"),
    )
    op.create_index("import_run_file", "import_run", ["site_id", "fingerprint"], unique=True)
