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
    from .semantics.cohort import Cohort
    from .semantics.condition import asset, did, did_not, has, in_company, in_segment
    from .semantics.formula import Formula
    from .semantics.funnel import Funnel, Step
    from .semantics.lifecycle import Lifecycle
    from .semantics.metric import Metric
    from .semantics.path import Paths
    from .semantics.retention import Retention
    from .semantics.segment import Segment
    from .semantics.stickiness import Stickiness
    from .site import Site, connect

_HOMES = {
    "Cohort": ".semantics.cohort",
    "Formula": ".semantics.formula",
    "Funnel": ".semantics.funnel",
    "Lifecycle": ".semantics.lifecycle",
    "Metric": ".semantics.metric",
    "Paths": ".semantics.path",
    "Retention": ".semantics.retention",
    "Segment": ".semantics.segment",
    "Site": ".site",
    "Step": ".semantics.funnel",
    "Stickiness": ".semantics.stickiness",
    "asset": ".semantics.condition",
    "connect": ".site",
    "did": ".semantics.condition",
    "did_not": ".semantics.condition",
    "evaluate": ".analysis.evaluate",
    "has": ".semantics.condition",
    "in_company": ".semantics.condition",
    "in_segment": ".semantics.condition",
}

__all__ = [
    "Cohort",
    "Formula",
    "Funnel",
    "Lifecycle",
    "Metric",
    "Paths",
    "Retention",
    "Segment",
    "Site",
    "Step",
    "Stickiness",
    "asset",
    "connect",
    "did",
    "did_not",
    "evaluate",
    "has",
    "in_company",
    "in_segment",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return __all__
