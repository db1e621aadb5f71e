"""Retention beside ClickHouse's own `retention`, on generated logs without equal times."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import RetentionResult
from tracktor_nb.semantics.retention import Retention

PERIODS = 6
ZONES = ("UTC", "Europe/Vienna", "America/New_York")
BUCKET = {
    "day": "toDate(time, '{zone}')",
    "week": "toMonday(toDate(time, '{zone}'))",
    "month": "toStartOfMonth(toDate(time, '{zone}'))",
}
LATER = {"day": "addDays(cohort, {at})", "week": "addWeeks(cohort, {at})", "month": "addMonths(cohort, {at})"}


def log_of(seed: int, days: int) -> pd.DataFrame:
    """Return some thousand events of eighty people around the change of the clocks, no two at the same microsecond."""
    dice = np.random.default_rng(seed)
    size = 3_000
    times = dice.choice(days * 86_400_000, size, replace=False) * 1000 + dice.integers(0, 1000, size)
    return pd.DataFrame(
        {
            "person_id": dice.zipf(1.3, size) % 80,
            "event": dice.choice(["Sign up", "Visit", "Buy"], size, p=[0.1, 0.6, 0.3]),
            "time": pd.Timestamp("2026-03-10", tz="UTC") + pd.to_timedelta(times, unit="us"),
        }
    )


def asked_of_clickhouse(events: pd.DataFrame, freq: str, kind: str, zone: str) -> dict[str, list[int]]:
    """Return by the first day of the cohort its people and how many came back in each period."""
    chdb = pytest.importorskip("chdb")
    import pyarrow as pa

    log = pa.Table.from_pandas(events, preserve_index=False)  # noqa: F841  named in the query
    bucket, compare = BUCKET[freq].format(zone=zone), ">=" if kind == "on or after" else "="
    came = f"event = 'Visit' AND time > start AND bucket {compare} {LATER[freq]}"
    conditions = ", ".join(came.format(at=at) for at in range(PERIODS + 1))
    sums = ", ".join(f"sum(r[{at}])" for at in range(1, PERIODS + 3))
    query = f"""
        SELECT toString(cohort), {sums} FROM (
            SELECT person_id, cohort, retention(event = 'Sign up' AND time = start, {conditions}) AS r
            FROM (SELECT person_id, event, time, {bucket} AS bucket FROM Python(log)) AS happened
            JOIN (
                SELECT person_id, min(time) AS start, {bucket.replace("time", "min(time)", 1)} AS cohort
                FROM Python(log) WHERE event = 'Sign up' GROUP BY person_id
            ) AS began USING person_id
            GROUP BY person_id, cohort
        ) GROUP BY cohort ORDER BY cohort
    """
    rows = pd.read_csv(BytesIO(chdb.query(query, "CSV").bytes()), header=None)
    return {row[0]: row[1:] for row in rows.values.tolist()}


@pytest.mark.parametrize("kind", ["on", "on or after"])
@pytest.mark.parametrize(("freq", "days"), [("day", 21), ("week", 60), ("month", 240)])
@pytest.mark.parametrize("seed", range(3))
def test_clickhouse_counts_the_same(seed: int, freq: Any, days: int, kind: Any) -> None:
    events, zone = log_of(seed, days), ZONES[seed]
    retention = Retention("Sign up", "Visit", freq=freq, kind=kind, periods=PERIODS)
    result = evaluate(retention, events, tz=zone, now="2027-06-01")
    assert isinstance(result, RetentionResult)
    ours = {
        f"{start:%Y-%m-%d}": [int(count) for count in row.fillna(0)]
        for start, row in result.counts.iterrows()
        if row["people"]
    }
    assert ours == asked_of_clickhouse(events, freq, kind, zone)
    assert sum(row[2] for row in ours.values()) > 0, "somebody came back"
