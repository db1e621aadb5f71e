"""Numbers over a range and per bucket, for everybody: the columnar twin of `semantics.metric`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.semantics.metric import Metric, value_of
from tracktor_nb.semantics.period import Calendar, Range

from .arrays import Ints
from .breakdowns import split_by
from .buckets import buckets_of, countable
from .conditions import matching
from .frames import Log

Number = float | None


def occurrences(metric: Metric, log: Log, within: Range, calendar: Calendar) -> Ints:
    """Return the positions of the events that the metric counts, ascending."""
    positions = matching(log, metric.event, metric.where, metric.include_bots, calendar)
    times = log.time[positions]
    return positions[(times >= within.start) & (times < within.end)]


def people_and_times(person: Ints, bucket: Ints, size: int) -> tuple[Ints, Ints]:
    """Return the distinct people and the rows of each bucket; rows are sorted by (person, bucket)."""
    new = (np.diff(person, prepend=-1) != 0) | (np.diff(bucket, prepend=-1) != 0)
    return np.bincount(bucket[new], minlength=size), np.bincount(bucket, minlength=size)


def totals(metric: Metric, person: Ints) -> Number:
    """Return the metric's value over all rows, which are sorted by person."""
    return value_of(metric.measure, int((np.diff(person, prepend=-1) != 0).sum()), len(person))


def series(metric: Metric, person: Ints, bucket: Ints, size: int) -> list[Number]:
    """Return the metric's value in each bucket; rows are sorted by (person, bucket)."""
    people, times = people_and_times(person, bucket, size)
    return [value_of(metric.measure, *each) for each in zip(people.tolist(), times.tolist(), strict=True)]


def spread(values: list[Number], partial: list[bool]) -> dict[str, Number]:
    """Return maximum, minimum and average of the whole buckets that have a value."""
    whole = [value for value, cut in zip(values, partial, strict=True) if value is not None and not cut]
    if not whole:
        return dict.fromkeys(("maximum", "minimum", "average"))
    return {"maximum": max(whole), "minimum": min(whole), "average": sum(whole) / len(whole)}


def figures_of(metric: Metric, log: Log, asked: Range, now: int, calendar: Calendar) -> dict[str, Any]:
    """Return total, buckets, maximum, minimum, average and breakdown of the metric over the range."""
    buckets = buckets_of(metric.freq, asked, log, now, calendar)
    found = occurrences(metric, log, countable(asked, now), calendar)
    person, bucket = log.person_code[found], buckets.of(log.time[found])
    values = series(metric, person, bucket, len(buckets))
    rows, more = _breakdown_of(metric, log, found, bucket, len(buckets))
    starts = buckets.edges[: len(buckets)].tolist()
    return {
        "total": totals(metric, person),
        "buckets": [
            {"start": start, "value": value, "partial": partial}
            for start, value, partial in zip(starts, values, buckets.partial, strict=True)
        ],
        **spread(values, buckets.partial),
        "breakdown": rows,
        "more_values": more,
    }


def _breakdown_of(metric: Metric, log: Log, found: Ints, bucket: Ints, size: int) -> tuple[list[dict[str, Any]], int]:
    """Return {value, total, buckets} for the most frequent values, and how many values were left out."""
    if metric.by is None:
        return [], 0
    split = split_by(log, found, metric.by)
    shown = split.largest(np.bincount(split.group, minlength=len(split.values)))
    order = np.argsort(split.group, kind="stable")
    ends = np.searchsorted(split.group[order], np.arange(len(split.values) + 1))
    rows = []
    for group in shown:
        part = order[ends[group] : ends[group + 1]]
        person = log.person_code[found[part]]
        values = series(metric, person, bucket[part], size)
        rows.append({"value": split.values[group], "total": totals(metric, person), "buckets": values})
    return rows, len(split.values) - len(shown)
