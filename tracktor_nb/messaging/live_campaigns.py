"""Workflow campaigns that run themselves: the worker follows the log, and time, and takes journeys on (SEMANTICS 7).

The engine is that of the backtest: each part of the log resumes a replay where the last one left it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from tracktor_nb.semantics.campaign import Campaign
from tracktor_nb.semantics.period import Calendar
from tracktor_nb.semantics.resumed import Fresh, Resumed, State
from tracktor_nb.semantics.run import Effect
from tracktor_nb.semantics.running import Done, PeoplePart, RunningCampaign, Walker

from .ports import GRACE, CampaignStore


class LiveCampaigns:
    """Runs the campaigns of one site step by step."""

    def __init__(self, store: CampaignStore, calendar: Calendar, clock: Callable[[], int]) -> None:
        self._store, self._calendar, self._clock = store, calendar, clock

    def step(self) -> bool:
        """Take in the next people of a Run, or part of the log, or of time; False if nothing was to do."""
        if not self._store.take():
            return False
        campaigns = self._store.campaigns()
        for each in campaigns:
            if each.launching is not None:
                self._launch(each, each.launching)
                return True
        part = self._store.next_part()
        if part is not None and not self._follow(part, campaigns, part.horizon):
            return True
        until = (part.horizon if part is not None and part.rest else self._clock()) - GRACE
        waiting = self._store.due([each.id for each in campaigns if each.state == "running"], until)
        if waiting is not None:
            self._follow(waiting, campaigns, until)
        return part is not None or waiting is not None

    def _follow(self, part: PeoplePart, campaigns: Sequence[RunningCampaign], until: int) -> bool:
        until = max(part.fresh.reached, until)
        done = [self._walk(each, walker, part.fresh, until) for walker in part.people for each in campaigns]
        return self._store.keep(part, [each for each in done if each is not None], until)

    def _walk(self, campaign: RunningCampaign, walker: Walker, fresh: Fresh, until: int) -> Done | None:
        before = state = walker.states[campaign.id]
        effects: list[Effect] = []
        for run in campaign.runs:
            is_entered = run is campaign.run
            if is_entered or any(each.version == run.version and each.is_inside for each in state.journeys.values()):
                outside = partial(self._store.outside, campaign.name)
                resumed = Resumed(run, walker.history, fresh, state, self._calendar, outside, is_entered)
                effects += resumed.advance(until + 1)
                state = resumed.state()
        return Done(campaign, before, state, effects) if effects or state != before else None

    def _launch(self, campaign: RunningCampaign, upto: int) -> None:
        """Look at the next people for Run: who is in which segment, who is past a limit, who starts."""
        found = self._store.launching(upto) if concerns_everybody(campaign.run.definition) else None
        if found is None:
            self._store.launched(campaign.id)
            return
        part, last = found
        until = max(campaign.run.launched_at, self._store.reached())
        newcomers = [each for each in part.people if upto < min(each.identities)]
        done = [self._started(campaign, each, until) for each in newcomers]
        self._store.keep(part, done, until, (campaign.id, last))

    def _started(self, campaign: RunningCampaign, walker: Walker, until: int) -> Done:
        before: State = replace(walker.states[campaign.id], launched=False)
        outside = partial(self._store.outside, campaign.name)
        resumed = Resumed(campaign.run, walker.history, Fresh(), before, self._calendar, outside)
        effects = resumed.advance(until + 1)
        return Done(campaign, before, resumed.state(), effects)


def concerns_everybody(campaign: Campaign) -> bool:
    """True if Run has to look at everybody there is: at their segments, their dates, or what they did before."""
    triggers = campaign.graph.triggers.values()
    return campaign.count_earlier or any(trigger.cause not in ("event", "changed") for trigger in triggers)
