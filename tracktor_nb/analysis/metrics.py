"""Numbers over a range and per bucket, for everybody: the columnar twin of `semantics.metric`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracktor_nb.semantics.comparison import Compared
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import FIRST_INSTANT

from .breakdowns import Split, grouped_together
from .buckets import Buckets, buckets_of
from .frames import Log
from .metric_parts import NO_BUCKETS, Part, Spans, divided, one_group
from .metric_passages import passages, repeatable
from .metric_scope import Measured, Scope
from .metric_values import values

Number = float | None
Figures = dict[str, Any]


def measured(scope: Scope) -> Measured:
    """Return what the metric counts."""
    metric = scope.metric
    if metric.measure == "conversion_rate" and metric.repeatable:
        return repeatable(scope)
    if metric.measure in ("conversion_rate", "time_between"):
        return passages(scope)
    return values(scope) if metric.value is not None else _counts(scope)


def _counts(scope: Scope) -> Measured:
    found = scope.events(scope.metric.first)
    who = (lambda: scope.log.person_code[found],)
    if scope.metric.measure == "people_who_did":
        return Measured(scope.rows(found, once=True), steps=who)
    under = scope.rows(found, once=True) if scope.metric.measure == "times_per_person" else None
    return Measured(scope.rows(found), under, who)


def spans_of(scope: Scope) -> Spans:
    """Return the buckets of the range, and the instants at which they are over: the range ends, or it is now."""
    buckets = buckets_of(
        scope.metric.freq, scope.asked, scope.log, scope.now, scope.calendar, _extent(scope.metric, scope.log)
    )
    ends = np.minimum(buckets.edges[1:] - 1, scope.at).tolist() if len(buckets) else []
    return Spans(buckets, [*ends, scope.at])


def _extent(metric: Metric, log: Log) -> tuple[int, int] | None:
    """Properties of people may be set before the first event and behind the last."""
    if not metric.of_people:
        return None
    _, turns = log.of_people.turns(str(metric.value))
    times = np.concatenate([np.array(log.extent or (), np.int64), turns[turns > FIRST_INSTANT]])
    return (int(times.min()), int(times.max())) if len(times) else None


def series(found: Measured, spans: Spans) -> list[Number]:
    """Return the value of each bucket, and behind them that of the range."""
    return divided(*(None if part is None else _whole(part, spans) for part in (found.over, found.under)))  # type: ignore[arg-type]


def _whole(part: Part, spans: Spans) -> Any:
    return part.tally(one_group(part), 1, spans)[0]


def spread(values: list[Number], partial: list[bool]) -> dict[str, Number]:
    """Return maximum, minimum and average of the whole buckets that have a value."""
    whole = [value for value, cut in zip(values, partial, strict=True) if value is not None and not cut]
    if not whole:
        return dict.fromkeys(("maximum", "minimum", "average"))
    return {"maximum": max(whole), "minimum": min(whole), "average": sum(whole) / len(whole)}


def figures_of(scope: Scope, found: Measured) -> Figures:
    """Return total, buckets, maximum, minimum, average and breakdown of the metric over the range."""
    spans = spans_of(scope)
    over = _whole(found.over, spans)
    under = None if found.under is None else _whole(found.under, spans)
    *values, total = divided(over, under)
    rows, more = _breakdown_of(scope.metric, found, spans)
    return {
        "total": total,
        "amount": over[-1].item(),
        "base": None if under is None else under[-1].item(),
        "buckets": bucket_rows(spans.buckets, values),
        **spread(values, spans.buckets.partial),
        "breakdown": rows,
        "more_values": more,
        "left_out": found.strange,
        **_waiting(found),
    }


def bucket_rows(buckets: Buckets, values: list[Number]) -> list[dict[str, Any]]:
    """Return {start, value, partial} of each bucket."""
    starts = buckets.edges[: len(buckets)].tolist()
    return [
        {"start": start, "value": value, "partial": partial}
        for start, value, partial in zip(starts, values, buckets.partial, strict=True)
    ]


def _waiting(found: Measured) -> Figures:
    """Beside a mean time: the median, and the share of those who began and have not finished."""
    if found.times is None:
        return {}
    unfinished = 1 - len(found.times) / found.started if found.started else None
    times = np.sort(found.times)
    median = (int(times[(len(times) - 1) // 2]) + int(times[len(times) // 2])) // 2 if len(times) else None
    return {"median": median, "unfinished": unfinished}


def total_of(scope: Scope) -> Number:
    """Return the metric's value over the range alone."""
    return series(measured(scope), Spans(NO_BUCKETS, [scope.at]))[-1]


def before(scope: Scope, compared: Compared) -> Scope:
    """Return the same question about the previous period."""
    return Scope(scope.metric, scope.log, compared.within, compared.now, scope.calendar)


def _breakdown_of(metric: Metric, found: Measured, spans: Spans) -> tuple[list[dict[str, Any]], int]:
    """Return {value, total, buckets} for the largest values, and how many values were left out."""
    if metric.by is None:
        return [], 0
    parts = [part for part in (found.over, found.under) if part is not None and part.by is not None]
    groups, names = grouped_together([part.by for part in parts if part.by is not None])
    split = list(zip(parts, groups, strict=True))
    there = np.flatnonzero(np.any([part.present(group, len(names), spans) for part, group in split], axis=0))
    sizes = parts[-1].tally(groups[-1], len(names), spans.whole)[:, -1]
    order = Split(np.zeros(0, np.int64), [names[group] for group in there]).largest(sizes[there])
    shown = there[order]
    place = np.full(len(names), len(shown))  # all others are counted together, and not shown
    place[shown] = np.arange(len(shown))
    tallies = [part.tally(place[group], len(shown) + 1, spans) for part, group in split]
    under = None if found.under is None else tallies[-1] if len(tallies) > 1 else _whole(found.under, spans)
    rows = []
    for row, group in enumerate(shown.tolist()):
        *buckets, total = divided(tallies[0][row], under if under is None or under.ndim == 1 else under[row])
        rows.append({"value": names[group], "total": total, "buckets": buckets})
    return rows, len(there) - len(rows)
