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
    from .semantics.acquisition import Acquisition
    from .semantics.cohort import Cohort
    from .semantics.condition import asset, did, did_not, has, in_company, in_segment
    from .semantics.formula import Formula
    from .semantics.funnel import Funnel, Step
    from .semantics.leaving import Leaving
    from .semantics.lifecycle import Lifecycle
    from .semantics.metric import Metric
    from .semantics.pages import Pages
    from .semantics.path import Paths
    from .semantics.retention import Retention
    from .semantics.segment import Segment
    from .semantics.session import Sessions
    from .semantics.stickiness import Stickiness
    from .semantics.stops import Stops
    from .site import Site, connect

_HOMES = {
    "Acquisition": ".semantics.acquisition",
    "Cohort": ".semantics.cohort",
    "Formula": ".semantics.formula",
    "Funnel": ".semantics.funnel",
    "Leaving": ".semantics.leaving",
    "Lifecycle": ".semantics.lifecycle",
    "Metric": ".semantics.metric",
    "Pages": ".semantics.pages",
    "Paths": ".semantics.path",
    "Retention": ".semantics.retention",
    "Segment": ".semantics.segment",
    "Sessions": ".semantics.session",
    "Site": ".site",
    "Step": ".semantics.funnel",
    "Stickiness": ".semantics.stickiness",
    "Stops": ".semantics.stops",
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
    "Acquisition",
    "Cohort",
    "Formula",
    "Funnel",
    "Leaving",
    "Lifecycle",
    "Metric",
    "Pages",
    "Paths",
    "Retention",
    "Segment",
    "Sessions",
    "Site",
    "Step",
    "Stickiness",
    "Stops",
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
