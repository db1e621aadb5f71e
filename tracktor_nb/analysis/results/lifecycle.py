"""The answer to a lifecycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.lifecycle import card
from tracktor_nb.analysis.figures.lifecycle import figure
from tracktor_nb.analysis.wording import bucket_in_words, number
from tracktor_nb.semantics.lifecycle import STATES, Lifecycle

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class LifecycleResult(Result):
    """How many people are new, returning, resurrected and dormant in each period.

    `buckets` holds {start (us), new, returning, resurrected, dormant, partial}, `average` each state's mean over whole
    periods. People are asked for by state and period (an instant in it).
    """

    definition: Lifecycle
    buckets: list[Row]
    average: dict[str, float | None]

    kind = "lifecycle"
    numbers = ("state", "period")

    @property
    def title(self) -> str:
        return self.definition.label

    @property
    def table(self) -> pd.DataFrame:
        """One row a period: the people in each state, those active (all but the dormant), and whether it is partial."""
        import pandas as pd

        starts = pd.to_datetime([bucket["start"] for bucket in self.buckets], unit="us", utc=True)
        index = pd.DatetimeIndex(starts.tz_convert(self.calendar.zone), name=self.definition.freq)
        columns = {name: [bucket[name] for bucket in self.buckets] for name in (*STATES, "partial")}
        frame = pd.DataFrame(columns, index)
        frame.insert(len(STATES), "active", frame["new"] + frame["returning"] + frame["resurrected"])
        return frame

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        """The last period that is over, or the last one."""
        if not self.buckets:
            return "nobody"
        last = next((bucket for bucket in reversed(self.buckets) if not bucket["partial"]), self.buckets[-1])
        when = bucket_in_words(last["start"], self.definition.freq, self.calendar)
        return f"{when}: {', '.join(f'{number(last[state])} {state}' for state in STATES)}"

    def _repr_html_(self) -> str:
        return card(self)
