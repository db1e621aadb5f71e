"""Answers about any DataFrames, without a site or a store."""

from __future__ import annotations

import time as clock
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tracktor_nb.errors import FrameError
from tracktor_nb.semantics.cohort import Cohort
from tracktor_nb.semantics.condition import Condition, Group
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import Calendar, Period
from tracktor_nb.semantics.references import lookup_in, resolved
from tracktor_nb.semantics.segment import Segment
from tracktor_nb.semantics.values import instant_of

from .answers import answer
from .foreign import log_of
from .results import Result


def evaluate(
    definition: Definition,
    events: Any,
    people: Any = None,
    period: Period = "all time",
    tz: str = "UTC",
    now: Any = None,
    as_of: Any = None,
    segments: Mapping[str, Group | Condition | Iterable[Any]] | None = None,
) -> Result:
    """Return the answer to a definition from DataFrames (pandas, or anything with the Arrow interface).

    `events` has `person_id`, `event`, `time`, and a column for each argument; rows that tie in time count in their
    order. `people` is indexed by `person_id`, or has it as a column, and has a column for each property. `known_at` in
    `events` says when a row became known, for `as_of`. Times without zone are read in `tz`. `segments` says what each
    name in an `in_segment` means: a segment, a condition, or a list of person_ids. Raises FrameError.
    """
    calendar = Calendar(tz)
    groups, lists = _groups(segments or {})
    meant = resolved(definition, lookup_in(groups))
    log = log_of(events, people, calendar, meant, lists)
    asked_at = clock.time_ns() // 1000 if now is None else _instant(now, calendar, "now")
    known = None if as_of is None else _instant(as_of, calendar, "as_of")
    found = answer(meant, log, period, asked_at, calendar, known)
    return replace(found, definition=definition)


def _groups(segments: Mapping[str, Group | Condition | Iterable[Any]]) -> tuple[dict[str, Group], list[list[Any]]]:
    """Return what each name stands for, and the lists of person_ids by the number of their cohort."""
    groups: dict[str, Group] = {}
    lists: list[list[Any]] = []
    for name, given in segments.items():
        if isinstance(given, (Group, Condition)):
            groups[name] = given if isinstance(given, Group) else Segment(given)
        else:
            groups[name] = Cohort(len(lists), "a list of person_ids")
            lists.append(list(given))
    return groups, lists


def _instant(value: Any, calendar: Calendar, name: str) -> int:
    """Return microseconds UTC of a datetime, an ISO text or a Unix number."""
    given = value.isoformat() if hasattr(value, "isoformat") else value
    instant = instant_of(given, calendar)
    if instant is None:
        raise FrameError(f"{name}={value!r} is not an instant. Give a datetime, an ISO text or Unix seconds.")
    return instant
