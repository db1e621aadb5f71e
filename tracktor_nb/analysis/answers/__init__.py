"""From a definition and a log to an answer that can also name its people and its reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, cast

from tracktor_nb.analysis.explanations.backtest import explain_backtest, explain_difference
from tracktor_nb.analysis.explanations.funnel import explain_funnel
from tracktor_nb.analysis.explanations.funnel_rules import explain_comparison, explain_rules
from tracktor_nb.analysis.explanations.lifecycle import explain_lifecycle
from tracktor_nb.analysis.explanations.metric import explain_formula, explain_metric
from tracktor_nb.analysis.explanations.overlap import explain_overlap
from tracktor_nb.analysis.explanations.overview import (
    explain_acquisition,
    explain_leaving,
    explain_sessions,
    explain_stops,
)
from tracktor_nb.analysis.explanations.paths import explain_paths
from tracktor_nb.analysis.explanations.retention import explain_retention
from tracktor_nb.analysis.explanations.rows import Told
from tracktor_nb.analysis.explanations.segment import explain_segment
from tracktor_nb.analysis.explanations.stickiness import explain_stickiness
from tracktor_nb.analysis.frames import Log
from tracktor_nb.analysis.results import (
    AcquisitionResult,
    BacktestDifferenceResult,
    BacktestResult,
    Explanation,
    FormulaResult,
    FunnelComparisonResult,
    FunnelResult,
    FunnelRulesResult,
    LeavingResult,
    LifecycleResult,
    MetricResult,
    OverlapResult,
    PagesResult,
    PathsResult,
    PeoplePage,
    Result,
    RetentionResult,
    SegmentResult,
    SessionsResult,
    StickinessResult,
    StopsResult,
)
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.codec import kind_of
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import Calendar, Period
from tracktor_nb.semantics.person import Person

from .backtest import answer_backtest, answer_difference, whole_of
from .formula import answer_formula
from .funnel import answer_funnel
from .funnel_rules import answer_comparison, answer_rules
from .lifecycle import answer_lifecycle
from .metric import answer_metric
from .overlap import answer_overlap
from .overview import answer_acquisition, answer_leaving, answer_pages, answer_sessions, answer_stops
from .paths import answer_paths
from .people import people_page, shown_id
from .question import Listed, Question
from .retention import answer_retention
from .segment import answer_segment
from .stickiness import answer_stickiness


def person_of(question: Question, code: int) -> Person:
    """Return everything known of one person."""
    return question.log.person(code)


class Kind(NamedTuple):
    """How one kind of definition is answered: who is behind its numbers and the numbers, its result, its reasons.

    `known` is what the reasons are read from.
    """

    answer: Callable[[Question], tuple[Listed, dict[str, Any]]]
    result: type[Result]
    explain: Callable[..., Told]
    known: Callable[[Question, int], Any] = person_of


KINDS = {
    "funnel": Kind(answer_funnel, FunnelResult, explain_funnel),
    "funnel rules": Kind(answer_rules, FunnelRulesResult, explain_rules),
    "funnel comparison": Kind(answer_comparison, FunnelComparisonResult, explain_comparison),
    "metric": Kind(answer_metric, MetricResult, explain_metric),
    "formula": Kind(answer_formula, FormulaResult, explain_formula),
    "retention": Kind(answer_retention, RetentionResult, explain_retention),
    "paths": Kind(answer_paths, PathsResult, explain_paths),
    "lifecycle": Kind(answer_lifecycle, LifecycleResult, explain_lifecycle),
    "stickiness": Kind(answer_stickiness, StickinessResult, explain_stickiness),
    "segment": Kind(answer_segment, SegmentResult, explain_segment),
    "cohort": Kind(answer_segment, SegmentResult, explain_segment),
    "sessions": Kind(answer_sessions, SessionsResult, explain_sessions),
    "pages": Kind(answer_pages, PagesResult, explain_sessions),
    "stops": Kind(answer_stops, StopsResult, explain_stops),
    "acquisition": Kind(answer_acquisition, AcquisitionResult, explain_acquisition),
    "leaving": Kind(answer_leaving, LeavingResult, explain_leaving),
    "overlap": Kind(answer_overlap, OverlapResult, explain_overlap),
    "backtest": Kind(answer_backtest, BacktestResult, explain_backtest, whole_of),
    "backtest difference": Kind(answer_difference, BacktestDifferenceResult, explain_difference, whole_of),
}


@dataclass(frozen=True)
class Answered:
    """Lists people and gives reasons, out of the log that the answer came from."""

    question: Question
    listed: Listed
    as_of: int | None = None

    def people_page(self, which: Mapping[str, Any], offset: int, limit: int | None, search: str) -> PeoplePage:
        """Return some of the people behind a number, most recently seen first."""
        question = self.question
        return people_page(question.log, self.listed(**which), question.now, offset, limit, search)

    def explain(self, person: Any) -> Explanation:
        """Return why the person is where it is, by the one-person truth."""
        question, log = self.question, self.question.log
        code = log.find(person)
        kind = KINDS[kind_of(question.definition)]
        known = kind.known(question, code)
        told = kind.explain(question.definition, known, question.within, question.now, question.calendar)
        return Explanation(shown_id(log, code), str(log.identities.distinct_ids[code]), *told)

    def again(self, **options: Any) -> Result:
        """Return the answer to the same question with other options of its definition."""
        question, definition = self.question, cast(Any, self.question.definition)
        return answer(
            replace(definition, **options), question.log, question.period, question.now, question.calendar, self.as_of
        )


def answer(
    definition: Definition, log: Log, period: Period, now: int, calendar: Calendar, as_of: int | None = None
) -> Result:
    """Return the answer of the log at `now`; with `as_of`, what the log knew then, asked no later than then.

    DefinitionError for what asks nothing: a campaign.
    """
    if kind_of(definition) not in KINDS:
        raise DefinitionError(
            f"A {kind_of(definition)} is no question. What it would have done tells site.backtest(…), "
            "what it does once it was launched site.deliveries(…)."
        )
    if as_of is not None:
        log, now = log.as_of(as_of), min(now, as_of)
    question = Question(definition, log, period, now, calendar)
    kind = KINDS[kind_of(definition)]
    listed, figures = kind.answer(question)
    start, end = question.bounds
    return kind.result(
        definition=definition,
        period=period,
        calendar=calendar,
        now=now,
        watermark=log.watermark,
        start=start,
        end=end,
        as_of=as_of,
        asked=Answered(question, listed, as_of),
        **figures,
    )
