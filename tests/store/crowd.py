"""One of several processes that write about the same people. Run as `python -m tests.store.crowd URL SITE SEED`.

Prints the pairs of ids it merged, and how many events and property changes it stored, as JSON.
"""

from __future__ import annotations

import json
import random
import sys
from functools import partial

from tracktor_nb.store.database import open_database
from tracktor_nb.store.events import record_change, record_event
from tracktor_nb.store.identity import merge

IDS = [f"id {number}" for number in range(120)]
STEPS = 250


def main(url: str, site: int, seed: int) -> None:
    """Take random steps, many at a time."""
    chance = random.Random(seed)
    merged, events, changes, done = [], 0, 0, []
    with open_database(url) as database:
        for number in range(STEPS):
            what, one, other = chance.random(), chance.choice(IDS), chance.choice(IDS)
            if what < 0.12:
                merged.append((one, other))
                step = partial(merge, site_id=site, src=one, dest=other, time=number, received_at=number)
            elif what < 0.55:
                changes += 1
                values = {f"{seed} {number}": number}
                step = partial(
                    record_change, site_id=site, distinct_id=one, values=values, time=number, received_at=number
                )
            else:
                events += 1
                step = partial(record_event, site_id=site, distinct_id=one, name=other, time=number, received_at=number)
            done.append(database.writer.submit(step))
        for each in done:
            each.result()
    sys.stdout.write(json.dumps({"merged": merged, "events": events, "changes": changes}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
