"""The numbers of a funnel: people and rates at each step, times to convert, values of a breakdown, and over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.semantics.funnel import Funnel, later_until
from tracktor_nb.semantics.period import DAY, HOUR, MINUTE, SECOND, Calendar, Range, duration

from .arrays import Flags, Ints
from .breakdowns import split_by
from .buckets import buckets_of
from .frames import Log
from .funnels import Attempts

BINS = 12
"""Bins of a histogram that hold nine tenths of the times; the longer ones are in one more, or in as many."""
LENGTHS = (
    *(1000 * many for many in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(SECOND * many for many in (1, 2, 5, 10, 15, 30)),
    *(MINUTE * many for many in (1, 2, 5, 10, 15, 30)),
    *(HOUR * many for many in (1, 2, 3, 6, 12)),
    *(DAY * many for many in (1, 2, 7, 14, 28, 91, 182, 364, 3640)),
)
"""Widths of bins that people can read, in microseconds."""


def steps_of(funnel: Funnel, found: Attempts, log: Log) -> list[dict[str, Any]]:
    """Return one entry a step: label, people, rates against step 1 and the step before, times from there."""
    people = people_at(found.reached, len(funnel.steps))
    return [
        {
            "label": label,
            "people": people[at],
            "step_rate": _rate(people[at], people[at - 1]) if at else None,
            "rate": _rate(people[at], people[0]),
            **summary(step_times(found, log, at + 1)),
        }
        for at, label in enumerate(funnel.labels)
    ]


def people_at(reached: Ints, steps: int) -> list[int]:
    """Return how many people reached each step."""
    return [int((reached > step).sum()) for step in range(steps)]


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


# --- times to convert -----------------------------------------------------------------------------------------------


def step_times(found: Attempts, log: Log, step: int, since: int | None = None) -> Ints:
    """Return the microseconds from step `since` (the one before) to this one, of everybody who made it."""
    if step == 1:
        return np.zeros(0, np.int64)
    chain = found.chain[found.reached >= step]
    return log.time[chain[:, step - 1]] - log.time[chain[:, (since or step - 1) - 1]]


def summary(times: Ints) -> dict[str, int | None]:
    """Return median, mean and p90 (nearest rank) in whole microseconds, None for no times."""
    if not len(times):
        return dict.fromkeys(("median_time", "mean_time", "p90_time"))
    ordered = np.sort(times)
    low, high = int(ordered[(len(ordered) - 1) // 2]), int(ordered[len(ordered) // 2])
    return {
        "median_time": (low + high) // 2,
        "mean_time": sum(ordered.tolist()) // len(ordered),
        "p90_time": _p90(ordered),
    }


def _p90(ordered: Ints) -> int:
    return int(ordered[-(-9 * len(ordered) // 10) - 1])


def conversion_of(funnel: Funnel, found: Attempts, log: Log) -> dict[str, Any]:
    """Return people, median, mean and p90 of the time from step 1 to the last step, of those who got there."""
    times = step_times(found, log, len(funnel.steps), since=1)
    return {"people": len(times), **summary(times)}


def histograms_of(funnel: Funnel, found: Attempts, log: Log) -> list[list[dict[str, Any]]]:
    """Return the histogram of step 1 to the last step, and behind it one for each step from the one before."""
    steps = range(2, len(funnel.steps) + 1)
    overall = step_times(found, log, len(funnel.steps), since=1)
    return [histogram(times) for times in (overall, *(step_times(found, log, step) for step in steps))]


def histogram(times: Ints) -> list[dict[str, Any]]:
    """Return {start, end, people} in bins of one readable width, end excluded; the last is open (end None)."""
    if not len(times):
        return []
    most = _p90(np.sort(times))
    width = next((length for length in LENGTHS if length * BINS > most), LENGTHS[-1])
    bins = min(int(times.max()) // width + 1, 2 * BINS)
    people = np.bincount(np.minimum(times // width, bins), minlength=bins + 1).tolist()
    rows = [{"start": at * width, "end": (at + 1) * width, "people": people[at]} for at in range(bins)]
    return [*rows, {"start": bins * width, "end": None, "people": people[bins]}] if people[bins] else rows


# --- split ----------------------------------------------------------------------------------------------------------


def breakdown_of(funnel: Funnel, found: Attempts, log: Log) -> tuple[list[dict[str, Any]], int]:
    """Return {value, steps} for the largest values at step 1, and how many values were left out."""
    if funnel.by is None:
        return [], 0
    split = split_by(log, found.chain[:, 0], funnel.by)
    people = _people_by(split.group, found, len(split.values), len(funnel.steps))
    shown = split.largest(people[:, 0])
    rows = [{"value": split.values[group], "steps": people[group].tolist()} for group in shown]
    return rows, len(split.values) - len(shown)


def _people_by(group: Ints, found: Attempts, groups: int, steps: int) -> Ints:
    """Return for each group how many people reached each step."""
    reached = np.zeros((groups, steps + 1), np.int64)
    np.add.at(reached, (group, found.reached), 1)
    return reached[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]


def over_time_of(
    funnel: Funnel, found: Attempts, log: Log, within: Range, now: int, calendar: Calendar
) -> list[dict[str, Any]]:
    """Return {start, steps, partial, ripe} for each bucket of step 1; everybody is in one, so that they add up.

    `ripe` says that everybody who began in it has had the whole window.
    """
    if funnel.freq is None:
        return []
    begun = log.time[found.chain[:, 0]]
    latest = int(begun.max(initial=now))  # clocks that run ahead are counted by the funnel too
    buckets = buckets_of(funnel.freq, within, log, latest, calendar)
    people = _people_by(buckets.of(begun), found, len(buckets), len(funnel.steps))
    ripe = _ripe(funnel, buckets.edges, within, now)
    rows = zip(
        buckets.edges[:-1].tolist(), people.tolist(), _partial(buckets.partial, buckets.edges, now), ripe, strict=True
    )
    return [{"start": start, "steps": steps, "partial": cut, "ripe": whole} for start, steps, cut, whole in rows]


def _partial(partial: list[bool], edges: Ints, now: int) -> list[bool]:
    return [cut or end > now + 1 for cut, end in zip(partial, edges[1:].tolist(), strict=True)]


def _ripe(funnel: Funnel, edges: Ints, within: Range, now: int) -> list[bool]:
    if funnel.window is None:
        return [True] * (len(edges) - 1)
    gaps = len(funnel.steps) - 1 if funnel.window_scope == "per step" else 1
    last = min(later_until(funnel, within, now), now + 1)
    ripe: Flags = edges[1:] - 1 + gaps * duration(funnel.window) < last
    return [bool(each) for each in ripe]
