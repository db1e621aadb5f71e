"""Campaigns over the past."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.backtest import NAME, Backtest, BacktestDifference
from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.period import Period
from tracktor_nb.sending import Moment
from tracktor_nb.store import definitions

from .base import Wired

if TYPE_CHECKING:
    from tracktor_nb.analysis.results import BacktestDifferenceResult, BacktestResult, Result


class Backtests(Wired):
    """Rehearses campaigns on what was recorded."""

    def backtest(
        self, campaign: Campaign | str, period: Period = "90d", start_present: bool = False, as_of: Moment = None
    ) -> BacktestResult:
        """Return what a campaign, or a saved one, would have done had it been run when the period began.

        Who would have entered, gone where, been sent what and when, and been skipped why; letters count as sent and
        unopened. `start_present` starts those who were in its segments then.
        """
        name, revision, meant = self._campaign(campaign)
        found = self._rehearsed(Backtest(meant, name or NAME, start_present), period, as_of)
        return replace(found, name=name, revision=revision)  # type: ignore[return-value]

    def backtest_difference(
        self,
        old: Campaign | str,
        new: Campaign | str,
        period: Period = "90d",
        start_present: bool = False,
        as_of: Moment = None,
    ) -> BacktestDifferenceResult:
        """Return who would gain, lose, or get something at another time by a new version of a campaign."""
        (name, revision, before), (other, _, after) = self._campaign(old), self._campaign(new)
        asked = BacktestDifference(before, after, name or other or NAME, start_present)
        found = self._rehearsed(asked, period, as_of)
        return replace(found, name=name, revision=revision)  # type: ignore[return-value]

    def _rehearsed(self, asked: Backtest | BacktestDifference, period: Period, as_of: Moment) -> Result:
        return self.engine.evaluate(self.name, asked, period, None if as_of is None else self._instant(as_of))

    def _campaign(self, given: Campaign | str) -> tuple[str | None, int | None, Campaign]:
        """Return the name and revision of a campaign, if it is saved, and what it says."""
        if isinstance(given, Campaign):
            return None, None, given
        with self.database.read() as connection:
            stored = definitions.load(connection, self.record.id, given)
        meant = codec.from_dict(stored.body)
        if not isinstance(meant, Campaign):
            raise DefinitionError(f"{given!r} is saved as a {stored.kind}; a backtest needs a campaign.")
        return stored.name, stored.revision, meant
