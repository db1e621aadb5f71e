"""Tracktor for notebooks: see who uses your site, and write to them.

    import tracktor_nb as tr
    site = tr.connect("sqlite:///shop.db", site="shop")

Names are loaded when they are first used, so that the ingest server never loads pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analysis.evaluate import evaluate
    from .analysis.report import report
    from .semantics.acquisition import Acquisition
    from .semantics.backtest import Backtest, BacktestDifference
    from .semantics.campaign import Campaign
    from .semantics.cohort import Cohort
    from .semantics.condition import asset, did, did_not, has, in_company, in_segment
    from .semantics.formula import Formula
    from .semantics.funnel import Exclusion, Funnel, Step
    from .semantics.funnel_comparison import FunnelComparison
    from .semantics.funnel_rules import FunnelRules
    from .semantics.leaving import Leaving
    from .semantics.lifecycle import Lifecycle
    from .semantics.metric import Metric
    from .semantics.node import Exit, Go, Goal
    from .semantics.nodes import (
        AddTo,
        During,
        Filter,
        Limit,
        RemoveFrom,
        SendLetter,
        SendMessage,
        SetProperty,
        Split,
        TrackEvent,
        Wait,
        WaitFor,
        WaitUntil,
        Webhook,
    )
    from .semantics.overlap import Overlap
    from .semantics.pages import Pages
    from .semantics.path import Paths
    from .semantics.retention import Retention
    from .semantics.segment import Segment
    from .semantics.session import Sessions
    from .semantics.stickiness import Stickiness
    from .semantics.stops import Stops
    from .semantics.trigger import Trigger
    from .site import Site, connect

_HOMES = {
    "Acquisition": ".semantics.acquisition",
    "AddTo": ".semantics.nodes",
    "Backtest": ".semantics.backtest",
    "BacktestDifference": ".semantics.backtest",
    "Campaign": ".semantics.campaign",
    "Cohort": ".semantics.cohort",
    "During": ".semantics.nodes",
    "Exclusion": ".semantics.funnel",
    "Exit": ".semantics.node",
    "Filter": ".semantics.nodes",
    "Formula": ".semantics.formula",
    "Funnel": ".semantics.funnel",
    "FunnelComparison": ".semantics.funnel_comparison",
    "FunnelRules": ".semantics.funnel_rules",
    "Go": ".semantics.node",
    "Goal": ".semantics.node",
    "Leaving": ".semantics.leaving",
    "Lifecycle": ".semantics.lifecycle",
    "Limit": ".semantics.nodes",
    "Metric": ".semantics.metric",
    "Overlap": ".semantics.overlap",
    "Pages": ".semantics.pages",
    "Paths": ".semantics.path",
    "RemoveFrom": ".semantics.nodes",
    "Retention": ".semantics.retention",
    "Segment": ".semantics.segment",
    "SendLetter": ".semantics.nodes",
    "SendMessage": ".semantics.nodes",
    "Sessions": ".semantics.session",
    "SetProperty": ".semantics.nodes",
    "Site": ".site",
    "Split": ".semantics.nodes",
    "Step": ".semantics.funnel",
    "Stickiness": ".semantics.stickiness",
    "Stops": ".semantics.stops",
    "TrackEvent": ".semantics.nodes",
    "Trigger": ".semantics.trigger",
    "Wait": ".semantics.nodes",
    "WaitFor": ".semantics.nodes",
    "WaitUntil": ".semantics.nodes",
    "Webhook": ".semantics.nodes",
    "asset": ".semantics.condition",
    "connect": ".site",
    "did": ".semantics.condition",
    "did_not": ".semantics.condition",
    "evaluate": ".analysis.evaluate",
    "has": ".semantics.condition",
    "in_company": ".semantics.condition",
    "in_segment": ".semantics.condition",
    "report": ".analysis.report",
}

__all__ = [
    "Acquisition",
    "AddTo",
    "Backtest",
    "BacktestDifference",
    "Campaign",
    "Cohort",
    "During",
    "Exclusion",
    "Exit",
    "Filter",
    "Formula",
    "Funnel",
    "FunnelComparison",
    "FunnelRules",
    "Go",
    "Goal",
    "Leaving",
    "Lifecycle",
    "Limit",
    "Metric",
    "Overlap",
    "Pages",
    "Paths",
    "RemoveFrom",
    "Retention",
    "Segment",
    "SendLetter",
    "SendMessage",
    "Sessions",
    "SetProperty",
    "Site",
    "Split",
    "Step",
    "Stickiness",
    "Stops",
    "TrackEvent",
    "Trigger",
    "Wait",
    "WaitFor",
    "WaitUntil",
    "Webhook",
    "asset",
    "connect",
    "did",
    "did_not",
    "evaluate",
    "has",
    "in_company",
    "in_segment",
    "report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return __all__
