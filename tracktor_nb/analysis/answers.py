"""From a definition and a log to an answer that can also name its people and its reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.codec import kind_of
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.period import LAST_INSTANT, Calendar, Period, Range, resolve
from tracktor_nb.semantics.segment import Segment

from . import explanations
from .arrays import Ints
from .frames import Log
from .funnels import attempts, breakdown_of, steps_of
from .metrics import countable, figures_of, occurrences
from .results import Explanation, FunnelResult, MetricResult, PeoplePage, Result, SegmentResult
from .segments import existing, members

EXAMPLES = 10

Listed = Callable[[int, bool], Ints]
"""The codes of the people at a step, or of those who stopped there."""


@dataclass(frozen=True)
class Question:
    """A definition asked of one log at one instant."""

    definition: Definition
    log: Log
    period: Period
    now: int
    calendar: Calendar

    @property
    def within(self) -> Range:
        """The instants that the period means."""
        return resolve(self.period, self.now, self.calendar)


@dataclass(frozen=True)
class Answered:
    """Lists people and gives reasons, out of the log that the answer came from."""

    question: Question
    listed: Listed

    def people_page(self, step: int, stopped: bool, offset: int, limit: int | None, search: str) -> PeoplePage:
        """Return some of the people at a step, most recently seen first."""
        question = self.question
        return people_page(question.log, self.listed(step, stopped), question.now, offset, limit, search)

    def explain(self, person: Any) -> Explanation:
        """Return why the person is where it is, by the one-person truth."""
        question = self.question
        code = question.log.find(person)
        summary, rows = explanations.explain(
            question.definition, question.log.person(code), question.within, question.now, question.calendar
        )
        return Explanation(shown_id(question.log, code), str(question.log.identities.distinct_ids[code]), summary, rows)


def answer(
    definition: Definition, log: Log, period: Period, now: int, calendar: Calendar, as_of: int | None = None
) -> Result:
    """Return the answer of the log at `now`; with `as_of`, what the log knew then, asked no later than then."""
    if as_of is not None:
        log, now = log.as_of(as_of), min(now, as_of)
    question = Question(definition, log, period, now, calendar)
    kind = kind_of(definition)
    listed, figures = {"funnel": _funnel, "metric": _metric, "segment": _segment}[kind](question)
    start, end = _bounds(question)
    cls: Any = {"funnel": FunnelResult, "metric": MetricResult, "segment": SegmentResult}[kind]
    result: Result = cls(
        definition=definition,
        period=period,
        calendar=calendar,
        now=now,
        watermark=log.watermark,
        start=start,
        end=end,
        as_of=as_of,
        asked=Answered(question, listed),
        **figures,
    )
    return result


def _funnel(question: Question) -> tuple[Listed, dict[str, Any]]:
    funnel, log = question.definition, question.log
    assert isinstance(funnel, Funnel)
    found = attempts(funnel, log, question.within, question.now, question.calendar)
    breakdown, more = breakdown_of(funnel, found, log)

    def listed(step: int, stopped: bool) -> Ints:
        _check_step(step, len(funnel.steps))
        return found.person[
            (found.reached >= step) & (not stopped or (found.reached == step) & (step < len(funnel.steps)))
        ]

    return listed, {"steps": steps_of(funnel, found, log), "breakdown": breakdown, "more_values": more}


def _metric(question: Question) -> tuple[Listed, dict[str, Any]]:
    metric, log = question.definition, question.log
    assert isinstance(metric, Metric)
    found = occurrences(metric, log, countable(question.within, question.now), question.calendar)

    def listed(step: int, stopped: bool) -> Ints:
        _check_step(step, 1)
        return np.unique(log.person_code[found])

    return listed, figures_of(metric, log, question.within, question.now, question.calendar)


def _segment(question: Question) -> tuple[Listed, dict[str, Any]]:
    segment, log = question.definition, question.log
    assert isinstance(segment, Segment)
    codes = members(segment, log, question.now, question.calendar)

    def listed(step: int, stopped: bool) -> Ints:
        _check_step(step, 1)
        return codes

    known = int(existing(log, question.now, segment.include_bots).sum())
    examples = people_page(log, codes, question.now, 0, EXAMPLES, "").rows
    return listed, {"count": len(codes), "known": known, "examples": examples}


def _check_step(step: int, steps: int) -> None:
    if not 1 <= step <= steps:
        raise DefinitionError(f"step={step!r} is not there: the steps are numbered from 1 to {steps}.")


def _bounds(question: Question) -> tuple[int | None, int | None]:
    """The range as it is printed: "all time" is the log from its first to its last event."""
    within = question.within
    if within.end != LAST_INSTANT:
        return within.start, within.end
    extent = question.log.extent
    return (extent[0], extent[1] + 1) if extent else (None, None)


def shown_id(log: Log, code: int) -> Any:
    """Return the person_id as users see it, as a JSON value."""
    value = log.identities.ids[code]
    return value.item() if isinstance(value, np.generic) else value


def people_page(
    log: Log, codes: Ints, now: int, offset: int = 0, limit: int | None = 50, search: str = ""
) -> PeoplePage:
    """Return some of the people as rows, most recently seen first; `search` looks into ids and e-mails."""
    emails = log.of_people.values("email", codes, now)
    seen = log.of_people.last_activity(codes, now)
    times = np.append(log.time, -1)[seen]
    rows = np.lexsort((codes, -times))
    if search:
        sought = search.casefold()
        found = emails.map(lambda values: any(sought in str(value).casefold() for value in values))
        ids = log.identities.distinct_ids[codes]
        rows = rows[[bool(found[row]) or sought in str(ids[row]).casefold() for row in rows]]
    page = rows[offset : None if limit is None else offset + limit].tolist()
    return PeoplePage(
        [
            {
                "person_id": shown_id(log, int(codes[row])),
                "distinct_id": str(log.identities.distinct_ids[codes[row]]),
                "email": next(iter(emails.values[emails.codes[row]]), None),
                "last_action": log.names[log.name[seen[row]]] if seen[row] >= 0 else None,
                "last_seen": int(times[row]) if seen[row] >= 0 else None,
            }
            for row in page
        ],
        len(rows),
    )
