"""Answers, a class for each kind of definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Asked, Explanation, PeoplePage, Result, Row
from .funnel import FunnelResult
from .metric import FormulaResult, MetricResult
from .segment import SegmentResult

__all__ = [
    "KINDS",
    "Asked",
    "Explanation",
    "FormulaResult",
    "FunnelResult",
    "MetricResult",
    "PeoplePage",
    "Result",
    "Row",
    "SegmentResult",
    "from_dict",
]

KINDS: dict[str, type[Result]] = {each.kind: each for each in (FunnelResult, MetricResult, FormulaResult, SegmentResult)}


def from_dict(body: Mapping[str, Any], asked: Asked | None = None) -> Result:
    """Return the result that `to_dict` wrote; `asked` answers its further questions."""
    return KINDS[body["kind"]]._from_dict(body, asked)
