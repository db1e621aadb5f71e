"""Answers, a class for each kind of definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Asked, Explanation, PeoplePage, Result, Row
from .funnel import FunnelResult
from .lifecycle import LifecycleResult
from .metric import FormulaResult, MetricResult
from .paths import PathsResult
from .retention import RetentionResult
from .segment import SegmentResult
from .stickiness import StickinessResult

__all__ = [
    "KINDS",
    "Asked",
    "Explanation",
    "FormulaResult",
    "FunnelResult",
    "LifecycleResult",
    "MetricResult",
    "PathsResult",
    "PeoplePage",
    "Result",
    "RetentionResult",
    "Row",
    "SegmentResult",
    "StickinessResult",
    "from_dict",
]

KINDS: dict[str, type[Result]] = {
    each.kind: each
    for each in (
        FunnelResult,
        MetricResult,
        FormulaResult,
        SegmentResult,
        RetentionResult,
        PathsResult,
        LifecycleResult,
        StickinessResult,
    )
}


def from_dict(body: Mapping[str, Any], asked: Asked | None = None) -> Result:
    """Return the result that `to_dict` wrote; `asked` answers its further questions."""
    return KINDS[body["kind"]]._from_dict(body, asked)
