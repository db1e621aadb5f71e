"""Funnels beside ClickHouse's own `windowFunnel`, on generated logs without equal times.

Which of its modes says the same as which of our rules (its steps have distinct names here):

- loose order, any entry, window from step 1: the default mode, its window inclusive as ours is; with repeated names
  `strict_increase`, since the default mode lets one event be two steps.
- first entry: the default mode over a log in which each person has its first step-1 event only.
- strict order: `strict_order` with `strict_deduplication`, of each run from one step-1 event to the next. Alone,
  `strict_order` gives up at the first stranger instead of trying the next start, and lets steps repeat.
- an event excluded between all steps: the default mode over the runs between such events.
- a held property: the default mode over the events of each value.

It has no window from step to step and no any order; the latter is counted by a join in its SQL.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tracktor_nb.analysis.evaluate import evaluate
from tracktor_nb.analysis.results import FunnelResult
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.period import duration

STEPS = ["A", "B", "C", "D"]
FOREVER = "36525d"


def log_of(seed: int) -> pd.DataFrame:
    """Return two thousand events of a hundred people in three weeks, no two at the same time."""
    dice = np.random.default_rng(seed)
    at = np.sort(dice.choice(21 * 86_400, 2_000, replace=False)) * 1_000_000
    return pd.DataFrame(
        {
            "person_id": dice.zipf(1.4, 2_000) % 100,
            "event": dice.choice([*STEPS, "X", "Y"], 2_000, p=[0.3, 0.25, 0.15, 0.1, 0.1, 0.1]),
            "time": pd.Timestamp("2026-03-20", tz="UTC") + pd.to_timedelta(at, unit="us"),
            "colour": dice.choice(["red", "blue"], 2_000),
            "at": at + 1,
        }
    )


def levels(events: pd.DataFrame, query: str) -> dict[int, int]:
    """Return the furthest step of each person who did one, as ClickHouse counts it."""
    chdb = pytest.importorskip("chdb")
    import pyarrow as pa

    log = pa.Table.from_pandas(events.drop(columns="time"), preserve_index=False)  # noqa: F841  named in the query
    rows = pd.read_csv(BytesIO(chdb.query(query, "CSV").bytes()), header=None)
    return {int(person): int(level) for person, level in rows.itertuples(index=False) if level}


def window_funnel(
    window: str | None, by: str = "1", source: str = "Python(log)", mode: str = "", steps: Any = STEPS
) -> str:
    """Return the query for the furthest step of each person over all its groups `by`."""
    conditions = ", ".join(f"event = '{step}'" for step in steps)
    call = f"windowFunnel({duration(window or FOREVER)}{mode})(toUInt64(at), {conditions})"
    inner = f"SELECT person_id, {call} AS level FROM {source} GROUP BY person_id, {by}"
    return f"SELECT person_id, max(level) FROM ({inner}) GROUP BY person_id"


def runs_from(condition: str) -> str:
    """Return the log with the number of the run that each event is in; a new one begins where the condition holds."""
    count = f"countIf({condition}) OVER (PARTITION BY person_id ORDER BY at ROWS UNBOUNDED PRECEDING)"
    return f"(SELECT person_id, event, at, {count} AS run FROM Python(log))"


def ours(funnel: Funnel, events: pd.DataFrame) -> dict[int, int]:
    """Return the furthest step of each person who did one, as we count it."""
    result = evaluate(funnel, events, now="2027-01-01")
    assert isinstance(result, FunnelResult)
    assert result.steps[1]["people"] > 0, "the example says something"
    reached = {}
    for step in range(1, len(result.steps) + 1):
        reached.update(dict.fromkeys(result.people(step).index.tolist(), step))
    return reached


seeds = pytest.mark.parametrize("seed", range(2))
windows = pytest.mark.parametrize("window", [None, "6h", "2d"])


@seeds
@windows
def test_loose_order_is_its_default_mode(seed: int, window: str | None) -> None:
    events = log_of(seed)
    assert ours(Funnel(STEPS, window), events) == levels(events, window_funnel(window))


@seeds
@windows
def test_repeated_steps_are_its_mode_strict_increase(seed: int, window: str | None) -> None:
    events, steps = log_of(seed), ["A", "B", "A", "B"]
    query = window_funnel(window, mode=", 'strict_increase'", steps=steps)
    assert ours(Funnel(steps, window), events) == levels(events, query)


@seeds
@windows
def test_first_entry_is_its_default_mode_over_first_starts(seed: int, window: str | None) -> None:
    events = log_of(seed)
    first = "(SELECT person_id, minIf(at, event = 'A') AS first FROM Python(log) GROUP BY person_id) AS began"
    joined = f"Python(log) AS log JOIN {first} USING person_id"
    source = f"(SELECT person_id, event, at FROM {joined} WHERE event != 'A' OR at = first)"
    assert ours(Funnel(STEPS, window, entry="first"), events) == levels(events, window_funnel(window, source=source))


@seeds
@windows
def test_strict_order_is_its_mode_strict_order_run_by_run(seed: int, window: str | None) -> None:
    events = log_of(seed)
    query = window_funnel(window, "run", runs_from("event = 'A'"), ", 'strict_order', 'strict_deduplication'")
    assert ours(Funnel(STEPS, window, order="strict"), events) == levels(events, query)


@seeds
@windows
def test_an_exclusion_is_its_default_mode_between_the_excluded_events(seed: int, window: str | None) -> None:
    events = log_of(seed)
    query = window_funnel(window, "run", runs_from("event = 'X'"))
    assert ours(Funnel(STEPS, window, exclude=["X"]), events) == levels(events, query)


@seeds
@windows
def test_a_held_property_is_its_default_mode_value_by_value(seed: int, window: str | None) -> None:
    events = log_of(seed)
    assert ours(Funnel(STEPS, window, hold="colour"), events) == levels(events, window_funnel(window, "colour"))


@seeds
@windows
def test_any_order_is_the_most_distinct_steps_behind_one_of_them(seed: int, window: str | None) -> None:
    events = log_of(seed)
    done = f"(SELECT person_id, event, at FROM Python(log) WHERE event IN ({', '.join(map(repr, STEPS))}))"
    within = f"later.at BETWEEN start.at AND start.at + {duration(window or FOREVER)}"
    inner = f"""
        SELECT person_id, start.at, uniqExact(later.event) AS level
        FROM {done} AS start JOIN {done} AS later USING person_id WHERE {within} GROUP BY person_id, start.at
    """
    query = f"SELECT person_id, max(level) FROM ({inner}) GROUP BY person_id"
    assert ours(Funnel(STEPS, window, order="any"), events) == levels(events, query)
