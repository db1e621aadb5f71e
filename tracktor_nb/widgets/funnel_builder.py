"""The builder of funnels."""

from __future__ import annotations

from typing import Any

import traitlets as t

from tracktor_nb.semantics.funnel import Funnel

from .base import Builder
from .form import Form, to_form

SHOWN = ("label", "people", "step_rate", "rate", "median_time")


class FunnelBuilder(Builder):
    """Edits a funnel: "Users who have performed the event", step by step."""

    kind = "funnel"
    definition = t.Instance(Funnel, allow_none=True)
    result: Any

    def blank(self) -> Form:
        """Return the form of a funnel without steps."""
        return {**to_form(Funnel(["-"])), "steps": []}

    def answer_of(self, result: Any) -> dict[str, Any]:
        """Return the steps, the groups of the breakdown, and the diagram."""
        return {
            "kind": self.kind,
            "steps": [{name: step[name] for name in SHOWN} for step in result.steps],
            "breakdown": result.breakdown,
            "more_values": result.more_values,
            "figure": result.figure(),
        }

    def people_title(self, step: int, stopped: bool) -> str:
        """Return whether they reached the step or stopped after it."""
        label = self.result.steps[step - 1]["label"]
        return f"People who stopped after “{label}”" if stopped else f"People who reached “{label}”"

    def steps_of(self, definition: Funnel) -> int:
        """Return the number of steps."""
        return len(definition.steps)
