"""How long a backtest of a million events takes: `make bench`.

Absolute figures, so they depend on the machine and on what else it does: CPU seconds stand beside those of the clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import click
import numpy as np
import pyarrow as pa

from tracktor_nb.analysis.answers import answer
from tracktor_nb.analysis.frames import Log
from tracktor_nb.semantics.backtest import Backtest
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.condition import did, has
from tracktor_nb.semantics.nodes import Filter, Limit, SendLetter, WaitFor
from tracktor_nb.semantics.period import DAY, Calendar
from tracktor_nb.semantics.trigger import Trigger

EVENTS, PEOPLE = 1_000_000, 50_000
NOW = 1_760_000_000_000_000
SHARES = {"Watch movie": 0.2, "Buy": 0.05, "View": 0.3, "Search": 0.2, "Log in": 0.15, "Rate": 0.1}
CAMPAIGNS = {
    "the 20th watch of free people": Campaign(
        [Trigger.event("Watch movie"), Limit(20, no=[Filter(has("plan", "is", "free"), yes=[SendLetter("Upgrade")])])],
        count_earlier=True,
    ),
    "a wait for a purchase after each watch": Campaign(
        [Trigger.event("Watch movie"), WaitFor("Buy", timeout="3d", timed_out=[SendLetter("Miss you")])]
    ),
    "entering a segment": Campaign([Trigger.entered(did("Buy", at_least=2, within="7d")), SendLetter("Thanks")]),
}


class Mark(NamedTuple):
    """How far the log stands."""

    position: int = EVENTS + PEOPLE + 1
    seq: int = EVENTS + PEOPLE
    edges_generation: int = 0
    log_generation: int = 0


class Crowd:
    """A source of so many events of so many people, half of them on the free plan, over 180 days."""

    def watermark(self) -> Mark:
        return Mark()

    def identities(self, after: int = 0, upto: int | None = None) -> pa.Table:
        ids = range(1, PEOPLE + 1)
        return pa.table({"id": pa.array(ids, pa.int64()), "distinct_id": [f"person {id}" for id in ids]})

    def events(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        chance = np.random.default_rng(5)
        times = np.sort(NOW - chance.integers(0, 180 * DAY, EVENTS))
        codes = chance.choice(len(SHARES), EVENTS, p=list(SHARES.values())).astype(np.int32)
        prices = chance.integers(0, 100_000, EVENTS)
        yield pa.record_batch(
            {
                "seq": np.arange(PEOPLE + 1, PEOPLE + EVENTS + 1),
                "identity_id": chance.integers(1, PEOPLE + 1, EVENTS),
                "name": pa.DictionaryArray.from_arrays(codes, list(SHARES)),
                "time": times,
                "known_at": times,
                "origin": pa.nulls(EVENTS, pa.string()),
                "bot": np.zeros(EVENTS, bool),
                "data": [f'{{"price":{price}}}' for price in prices.tolist()],
            }
        )

    def changes(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        born = np.full(PEOPLE, NOW - 180 * DAY)
        plans = ("free", "pro")
        yield pa.record_batch(
            {
                "seq": np.arange(1, PEOPLE + 1),
                "identity_id": np.arange(1, PEOPLE + 1),
                "time": born,
                "known_at": born,
                "origin": pa.nulls(PEOPLE, pa.string()),
                "data": [f'{{"email":"{id}@example.com","plan":"{plans[id % 2]}"}}' for id in range(PEOPLE)],
            }
        )

    def edges(self) -> pa.Table:
        numbers = ("seq", "src", "dest", "time", "known_at", "undone_at")
        return pa.table({name: pa.array([], pa.int64()) for name in numbers} | {"reason": pa.array([], pa.string())})

    def cohorts(self, after: int = 0, upto: int | None = None) -> Iterator[pa.RecordBatch]:
        return iter(())


def main() -> None:
    """Rehearse each campaign over the last 90 days of the same log."""
    log = Log().refreshed(Crowd())
    click.echo(f"Backtests over {EVENTS:,} events of {PEOPLE:,} people, 90 of 180 days; reach < 10 s")
    for name, campaign in CAMPAIGNS.items():
        wall, cpu = time.perf_counter(), time.process_time()
        found = answer(Backtest(campaign), log, "90d", NOW, Calendar("Europe/Berlin"))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        click.echo(f"{name:<52} {wall:5.1f} s  CPU {cpu:5.1f} s  {found!r}")


if __name__ == "__main__":
    main()
