"""The builder of metrics."""

from __future__ import annotations

from typing import Any

import traitlets as t

from tracktor_nb.semantics.metric import MEASURES, Metric

from .base import Builder
from .form import Form, to_form

EVERY = {"hour": "Hourly", "day": "Daily", "week": "Weekly", "month": "Monthly"}


class MetricBuilder(Builder):
    """Edits a metric: what is counted, of which event, and how often."""

    kind = "metric"
    definition = t.Instance(Metric, allow_none=True)
    result: Any

    def blank(self) -> Form:
        """Return the form of a metric without an event."""
        return {**to_form(Metric.people_who_did("-")), "event": ""}

    def answer_of(self, result: Any) -> dict[str, Any]:
        """Return the numbers, the groups of the breakdown, and the diagram."""
        metric: Metric = result.definition
        return {
            "kind": self.kind,
            "label": MEASURES[metric.measure],
            "every": EVERY[metric.freq],
            "unit": metric.unit,
            "beside": _beside(result),
            "adds_up": metric.adds_up,
            **{name: getattr(result, name) for name in ("total", "maximum", "minimum", "average", "buckets")},
            "breakdown": [{"value": row["value"], "total": row["total"]} for row in result.breakdown],
            "more_values": result.more_values,
            "figure": result.figure(),
        }

    def people_title(self, step: int, stopped: bool) -> str:
        """Return what they have in common."""
        return f"People who {self.result.definition.lists[step - 1]}"

    def steps_of(self, definition: Metric) -> int:
        """Return the number of lists, such as those who began and those who went on."""
        return len(definition.lists)


def _beside(result: Any) -> list[dict[str, Any]]:
    """What a mean time never stands without, and the period before."""
    unit = result.definition.unit
    found = []
    if unit == "time":
        found += [("Median", result.median, unit), ("People who did both", result.base, "people")]
        found += [("Not finished", result.unfinished, "share")]
    if result.previous is not None:
        found += [("Previous period", result.previous["total"], unit)]
    return [{"label": label, "value": value, "unit": its} for label, value, its in found]
