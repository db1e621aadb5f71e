"""Which visitors are programs: flagged on every row, never dropped, left out of numbers unless asked for."""

from __future__ import annotations

import re
from functools import lru_cache

# What programs call themselves. CUBOT is a maker of phones; Headless Chrome is left out because it is also how people
# test their own sites, and would then miss their own clicks.
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|spider|crawl|slurp|phantomjs|lighthouse|pingdom|uptimerobot|prerender|externalhit|embedly|preview",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def is_bot(user_agent: str) -> bool:
    """True if the User-Agent header names a known program; a missing header is no proof, servers send none."""
    return _PROGRAM.search(user_agent) is not None
