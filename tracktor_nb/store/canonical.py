"""The one JSON text of a value, whichever database holds it."""

from __future__ import annotations

from typing import Any

import orjson

from tracktor_nb.errors import PayloadError


def json_text(value: Any) -> str | None:
    """Return the canonical JSON text (sorted names, no blanks), or None for None."""
    if value is None:
        return None
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError as error:
        raise PayloadError("bad_json", "data", f"This cannot be stored as JSON: {error}.") from error
