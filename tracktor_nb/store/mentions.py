"""Finding a person in the raw bytes of refused requests, where no column says whose they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

import sqlalchemy as sa

from .tables import rejected


def mentioning(connection: sa.Connection, site_id: int, distinct_ids: Iterable[str]) -> list[int]:
    """Return the numbers of a site's refused requests in which one of the ids occurs, however it was written there."""
    forms = b"|".join(re.escape(form) for distinct_id in distinct_ids for form in _forms(distinct_id))
    wanted = re.compile(b"(?<![0-9A-Za-z_])(?:%b)(?![0-9A-Za-z_])" % forms)  # 5115 is not in 51150
    rows = connection.execute(
        sa.select(rejected.c.id, rejected.c.raw).where(rejected.c.site_id == site_id).order_by(rejected.c.id)
    )
    return [row.id for row in rows if wanted.search(_plain(row.raw))]


def _forms(distinct_id: str) -> set[bytes]:
    """The id as it is, and as JSON writes it with and without escapes."""
    texts = {distinct_id, json.dumps(distinct_id)[1:-1], json.dumps(distinct_id, ensure_ascii=False)[1:-1]}
    return {each.encode() for text in texts for each in (text, text.replace("/", "\\/"))}


def _plain(raw: bytes) -> bytes:
    """The bytes as sent, and once more with the escapes of URLs resolved."""
    return bytes(raw) + b"\n" + unquote_to_bytes(bytes(raw).replace(b"+", b" "))
