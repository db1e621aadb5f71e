"""What all tables share: one catalogue, and types that both databases have."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

metadata = sa.MetaData()

# SQLite makes a primary key the row's own number only if its type is spelled INTEGER.
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class PostgresJson(UserDefinedType[str]):
    """PostgreSQL's `json`: it keeps the text as it was written, so both databases give back the same value."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the name of the column type."""
        return "JSON"


JsonText = sa.Text().with_variant(PostgresJson(), "postgresql")
