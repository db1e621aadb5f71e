"""The answer to a backtest, and to the difference of two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracktor_nb.analysis.cards.backtest import card, card_of_difference
from tracktor_nb.analysis.figures.backtest import figure, figure_of_difference
from tracktor_nb.analysis.wording import number
from tracktor_nb.semantics.backtest import Backtest, BacktestDifference

from .base import Result, Row

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, repr=False)
class BacktestResult(Result):
    """What a campaign would have done over the period. Letters count as sent and unopened.

    `totals` has the people and journeys that entered, letters, messages, letters and actions skipped, goals, starts
    refused, journeys waiting at the end, people held out. `nodes` holds {node, rule, arrived, people, outputs, waiting,
    done, skipped}, `days` {start (us), entered, letters, messages, skipped, goals, partial}, `actions` {kind, name,
    reason, times, people}, `reasons` the same by node for what did not happen, `hits` {times, people}: how many people
    got so many letters and messages. `sent` lists the first thousand of them.

    `people()` returns who entered; `people("node")` who came there, `people(kind="skip", reason="no email")` to whom
    that happened, `people(more_than=2)` who got more than two letters and messages. `explain(person)` gives the trace.
    """

    definition: Backtest
    totals: dict[str, int]
    nodes: list[Row]
    days: list[Row]
    actions: list[Row]
    reasons: list[Row]
    hits: list[Row]
    sent: list[Row]

    kind = "backtest"
    numbers = ("node", "kind", "name", "reason", "more_than")

    @property
    def title(self) -> str:
        return "Backtest"

    @property
    def table(self) -> pd.DataFrame:
        """The counters of each node: who arrived, how many left by each output, wait, were sent something."""
        import pandas as pd

        columns = ["node", "rule", "arrived", "people", "outputs", "waiting", "done", "skipped"]
        return pd.DataFrame(self.nodes, columns=columns).set_index("node")

    @property
    def over_time(self) -> pd.DataFrame:
        """What happened each day, in the site's zone."""
        import pandas as pd

        columns = ["entered", "letters", "messages", "skipped", "goals", "partial"]
        index = _times(self, (day["start"] for day in self.days)).rename("day")
        return pd.DataFrame({name: [day[name] for day in self.days] for name in columns}, index)

    @property
    def did_not(self) -> pd.DataFrame:
        """What did not happen or ended, where and why: times and people."""
        import pandas as pd

        return pd.DataFrame(self.reasons, columns=["node", "kind", "name", "reason", "times", "people"])

    @property
    def deliveries(self) -> pd.DataFrame:
        """The first thousand letters and messages: when, to whom, what, at which node."""
        import pandas as pd

        frame = pd.DataFrame(self.sent, columns=["time", "person_id", "distinct_id", "kind", "name", "node"])
        return frame.assign(time=_times(self, frame["time"]))

    @property
    def hit_often(self) -> pd.DataFrame:
        """How many people got so many letters and messages, and how many got more."""
        import pandas as pd

        frame = pd.DataFrame(self.hits, columns=["times", "people"]).set_index("times")
        return frame.assign(more=frame["people"][::-1].cumsum()[::-1] - frame["people"])

    def figure(self) -> dict[str, Any]:
        return figure(self)

    def _short(self) -> str:
        totals = self.totals
        told = ", ".join(f"{name} {number(totals[name])}" for name in ("people", "letters", "messages", "skipped"))
        return f"{told}; letters count as sent and unopened"

    def _repr_html_(self) -> str:
        return card(self)


@dataclass(frozen=True, kw_only=True, repr=False)
class BacktestDifferenceResult(Result):
    """Who gains, loses or gets something at another time by a new version. Letters count as sent and unopened.

    `rows` holds {kind, name, old, new, gained, lost, moved} for each letter and message: how many each version sends,
    and how many people that changes; `people_count` people by change over all of them. `changes` lists the first
    thousand. `people("gained")`, `people("moved", "Offer")` return who it is.
    """

    definition: BacktestDifference
    rows: list[Row]
    people_count: dict[str, int]
    changes: list[Row]

    kind = "backtest difference"
    numbers = ("change", "name")

    @property
    def title(self) -> str:
        return "Old version against new"

    @property
    def table(self) -> pd.DataFrame:
        """One row a letter or message: how many each version sends, and the people who gain, lose, or move."""
        import pandas as pd

        columns = ["kind", "name", "old", "new", "gained", "lost", "moved"]
        return pd.DataFrame(self.rows, columns=columns).set_index(["kind", "name"])

    @property
    def each(self) -> pd.DataFrame:
        """The first thousand changes: to whom, what, and when each version sends it."""
        import pandas as pd

        frame = pd.DataFrame(self.changes, columns=["person_id", "distinct_id", "change", "kind", "name", "old", "new"])
        return frame.assign(old=_times(self, frame["old"]), new=_times(self, frame["new"]))

    def figure(self) -> dict[str, Any]:
        return figure_of_difference(self)

    def _short(self) -> str:
        return ", ".join(f"{number(people)} {change}" for change, people in self.people_count.items())

    def _repr_html_(self) -> str:
        return card_of_difference(self)


def _times(result: Result, instants: Iterable[int | None]) -> pd.DatetimeIndex:
    import pandas as pd

    return pd.DatetimeIndex(pd.to_datetime(pd.array(list(instants), "Int64"), unit="us", utc=True)).tz_convert(
        result.calendar.zone
    )
