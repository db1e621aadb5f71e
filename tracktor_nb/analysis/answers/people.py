"""Lists of people as pages."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.analysis.arrays import Ints
from tracktor_nb.analysis.frames import Log
from tracktor_nb.analysis.results.base import PeoplePage


def shown_id(log: Log, code: int) -> Any:
    """Return the person_id as users see it, as a JSON value."""
    value = log.identities.ids[code]
    return value.item() if isinstance(value, np.generic) else value


def people_page(
    log: Log, codes: Ints, now: int, offset: int = 0, limit: int | None = 50, search: str = ""
) -> PeoplePage:
    """Return some of the people as rows, most recently seen first; `search` looks into ids and e-mails."""
    emails = log.of_people.values("email", codes, now)
    seen = log.of_people.last_activity(codes, now)
    times = np.append(log.time, -1)[seen]
    rows = np.lexsort((codes, -times))
    if search:
        sought = search.casefold()
        found = emails.map(lambda values: any(sought in str(value).casefold() for value in values))
        ids = log.identities.distinct_ids[codes]
        rows = rows[[bool(found[row]) or sought in str(ids[row]).casefold() for row in rows]]
    page = rows[offset : None if limit is None else offset + limit].tolist()
    return PeoplePage(
        [
            {
                "person_id": shown_id(log, int(codes[row])),
                "distinct_id": str(log.identities.distinct_ids[codes[row]]),
                "email": next(iter(emails.values[emails.codes[row]]), None),
                "last_action": log.names[log.name[seen[row]]] if seen[row] >= 0 else None,
                "last_seen": int(times[row]) if seen[row] >= 0 else None,
            }
            for row in page
        ],
        len(rows),
    )
