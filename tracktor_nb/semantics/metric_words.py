"""Metrics in English: titles, rules, units, and what the lists of people are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .among import among_rule

if TYPE_CHECKING:
    from .condition import Condition
    from .funnel import Step
    from .metric import Metric


def subject(metric: Metric) -> str:
    """Return what the metric is about."""
    if metric.value is None:
        return f"{metric.event} → {metric.then.event}" if metric.then else str(metric.event)
    of = f" of {metric.event}" if metric.event else ""
    if metric.per == "person who did":
        return f"{metric.value}{of} per person who did {metric.doers.event}"
    return metric.value + of + (f" per {metric.per}" if metric.per else "")


def unit(metric: Metric) -> str:
    """Return what the metric is counted in."""
    if metric.measure == "conversion_rate":
        return f"{_named(metric.then)} per {metric.event}" if metric.repeatable else "share"
    return {
        "people_who_did": "people",
        "times_happened": "times",
        "times_per_person": "times per person",
        "time_between": "time",
        "total_value": "",
        "average_value": f"per {metric.per}",
    }[metric.measure]


def lists(metric: Metric) -> tuple[str, ...]:
    """Return what the people of each step of a list have in common."""
    first, second = f"did “{metric.event}”", f"did “{_named(metric.then)}”"
    if metric.measure == "conversion_rate" and not metric.repeatable:
        return f"{first} and not “{_named(metric.then)}” before", f"went on to “{_named(metric.then)}”"
    if metric.measure in ("conversion_rate", "time_between"):
        return first, second if metric.repeatable else f"went on to “{_named(metric.then)}”"
    if metric.value is None:
        return (first,)
    counted = f"have a number in “{metric.value}”"
    if metric.per == "person":
        return "are counted", counted
    return (f"did “{metric.doers.event}”", counted) if metric.per == "person who did" else (counted,)


def rule(metric: Metric) -> str:
    """Return the rule that is printed beside the number."""
    parts = [
        _what(metric),
        _among(metric),
        f"per {metric.freq}",
        f"bots {'in' if metric.include_bots else 'out'}",
        f"by {metric.by} {_split(metric)}" if metric.by else "",
    ]
    return " · ".join(part for part in parts if part)


def _what(metric: Metric) -> str:
    if metric.measure == "conversion_rate":
        return _repeatable(metric) if metric.repeatable else _once(metric)
    if metric.measure == "time_between":
        again = "the next" if metric.then == metric.first else "the first"
        return (
            f"time from each person's first {_event(metric.first)} in the range to {again} {_event(metric.then)} after "
            f"it, until {_limit(metric)} · mean over people who did both · by {metric.freq} of the first"
        )
    if metric.value is not None:
        return _value(metric)
    what = {
        "people_who_did": f"unique people who did {metric.event!r}",
        "times_happened": f"times {metric.event!r} happened",
        "times_per_person": f"times {metric.event!r} happened / people who did it",
    }[metric.measure]
    return what + _where(metric.where)


def _once(metric: Metric) -> str:
    first, second = _event(metric.first), _event(metric.then)
    if metric.then == metric.first:
        second = f"second {second}"
    return (
        f"unique people whose first ever {second} comes after their first {first} in the range, until {_limit(metric)}"
        f" / people who did {first} and not {second} before · by {metric.freq} of the first"
    )


def _repeatable(metric: Metric) -> str:
    return f"times {_event(metric.then)} happened / times {_event(metric.first)} happened, may exceed 1"


def _value(metric: Metric) -> str:
    if metric.event is not None:
        total = f"sum of {metric.value!r} of {_event(metric.first)}"
    elif metric.per == "set":
        return f"sum of the values of {metric.value!r} set in the range / number of sets"
    else:
        total = f"sum of people's {metric.value!r} at the end of each {metric.freq}"
    if metric.per == "person who did":
        return f"{total} / people who did {_event(metric.doers)}"
    return total + {None: "", "person": " / all people", "set": " / number of values"}[metric.per]


def _split(metric: Metric) -> str:
    if metric.of_people:
        return "when set" if metric.per == "set" else f"at the end of each {metric.freq}"
    once = metric.measure == "time_between" or (metric.measure == "conversion_rate" and not metric.repeatable)
    return "at the first event" if once else "at the event"


def _limit(metric: Metric) -> str:
    return "the range ends" if metric.until == "range end" else "now"


def _event(step: Step | None) -> str:
    return "" if step is None else f"{step.event!r}{_where(step.where)}"


def _where(where: Condition | None) -> str:
    return "" if where is None else f" where {where.rule()}"


def _named(step: Step | None) -> str:
    return "" if step is None else step.event


def _among(metric: Metric) -> str:
    """Properties as they stand are those of the people asked about at the same instant."""
    whole = among_rule(metric.among)
    standing = metric.of_people and metric.per != "set"
    return whole.removesuffix("range") + metric.freq if whole and standing else whole
