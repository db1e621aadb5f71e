"""Campaigns that run, people who walk them, and what was done for somebody: what the worker hands back and forth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .period import LAST_INSTANT
from .replay import History
from .resumed import Fresh, State
from .run import Effect, Run

Launched = tuple[int, int]
"""A campaign's number, and the identity up to which people were looked at for its Run."""


@dataclass(frozen=True)
class RunningCampaign:
    """A campaign that was run: its versions, the newest last, and for each the revision of the saved definition.

    `launching` is the identity up to which people were looked at for Run; None once everybody was.
    """

    id: int
    name: str
    runs: tuple[Run, ...]
    revisions: tuple[int, ...]
    launching: int | None

    @property
    def run(self) -> Run:
        """The version that people enter."""
        return self.runs[-1]

    @property
    def state(self) -> str:
        """ "running", "paused" or "stopped"."""
        if self.run.stopped_at is not None:
            return "stopped"
        return "paused" if any(pause.end == LAST_INSTANT for pause in self.run.paused) else "running"


@dataclass(frozen=True)
class Walker:
    """Somebody with everybody they ever were one with: identities, history, and the standing in each campaign."""

    identities: frozenset[int]
    history: History
    states: Mapping[int, State]


@dataclass(frozen=True)
class Done:
    """What a campaign did for somebody, who stood `before` and stands `after`."""

    campaign: RunningCampaign
    before: State
    after: State
    effects: Sequence[Effect]


@dataclass(frozen=True)
class PeoplePart:
    """A part of the log or of time: what is fresh, and everybody whom it is about.

    `horizon` is the instant (microseconds) at which the last of the rows became known; `rest` says that the log holds
    more already; `position` is where the next part begins.
    """

    fresh: Fresh
    people: Sequence[Walker]
    horizon: int
    rest: bool
    position: int
