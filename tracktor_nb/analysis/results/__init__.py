"""Answers, a class for each kind of definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .acquisition import AcquisitionResult
from .backtest import BacktestDifferenceResult, BacktestResult
from .base import Asked, Explanation, PeoplePage, Result, Row
from .campaign import CampaignReport
from .funnel import FunnelResult
from .funnel_comparison import FunnelComparisonResult
from .funnel_rules import FunnelRulesResult
from .leaving import LeavingResult
from .lifecycle import LifecycleResult
from .metric import FormulaResult, MetricResult
from .overlap import OverlapResult
from .pages import PagesResult
from .paths import PathsResult
from .retention import RetentionResult
from .segment import SegmentResult
from .sessions import SessionsResult
from .stickiness import StickinessResult
from .stops import StopsResult

__all__ = [
    "KINDS",
    "AcquisitionResult",
    "Asked",
    "BacktestDifferenceResult",
    "BacktestResult",
    "CampaignReport",
    "Explanation",
    "FormulaResult",
    "FunnelComparisonResult",
    "FunnelResult",
    "FunnelRulesResult",
    "LeavingResult",
    "LifecycleResult",
    "MetricResult",
    "OverlapResult",
    "PagesResult",
    "PathsResult",
    "PeoplePage",
    "Result",
    "RetentionResult",
    "Row",
    "SegmentResult",
    "SessionsResult",
    "StickinessResult",
    "StopsResult",
    "from_dict",
]

KINDS: dict[str, type[Result]] = {
    each.kind: each
    for each in (
        FunnelResult,
        FunnelRulesResult,
        FunnelComparisonResult,
        MetricResult,
        SessionsResult,
        PagesResult,
        StopsResult,
        AcquisitionResult,
        LeavingResult,
        FormulaResult,
        SegmentResult,
        OverlapResult,
        RetentionResult,
        PathsResult,
        LifecycleResult,
        StickinessResult,
        CampaignReport,
        BacktestResult,
        BacktestDifferenceResult,
    )
}


def from_dict(body: Mapping[str, Any], asked: Asked | None = None) -> Result:
    """Return the result that `to_dict` wrote; `asked` answers its further questions."""
    return KINDS[body["kind"]]._from_dict(body, asked)
