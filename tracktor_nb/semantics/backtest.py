"""Backtests: what a campaign would have done over a period, had it been run at its start (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tracktor_nb.errors import DefinitionError

from .campaign import Campaign
from .definition import FLAG, Definition, check_choice, check_name
from .layout import laid_out
from .period import Calendar, Range
from .replay import History, Outside, Replay, nothing_else
from .run import Run, Standing

NAME = "rehearsal"
"""What a campaign is called in a backtest that nobody gave a name; splits and the hold-out depend on it."""
ASSUMED = "letters count as sent and unopened"


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(Definition):
    """What a campaign would have done over a period; `start_present` starts present members of its segments.

    `name` is what the campaign is or will be called: splits and the hold-out depend on it, and what a campaign of that
    name did in truth is left out of the history.

    >>> from tracktor_nb import Campaign, SendLetter, Trigger
    >>> Backtest(Campaign([Trigger.event("Register"), SendLetter("Hello")])).rule()
    "for all people · when a person does 'Register' · one at a time · bots out · letters count as sent and unopened"
    """

    campaign: Campaign
    name: str = NAME
    start_present: bool = False

    def __post_init__(self) -> None:
        _check(self, "campaign")

    def to_source(self) -> str:
        return laid_out(f"Backtest({self.campaign!r}{_options(self)})")

    def rule(self) -> str:
        """Return the rule that is printed beside the numbers."""
        return f"{self.campaign.rule()}{_rule(self)}"


@dataclass(frozen=True, eq=False, repr=False)
class BacktestDifference(Definition):
    """What a new version of a campaign would have sent over a period, against an old one: who gains, loses, moves.

    >>> from tracktor_nb import Campaign, SendLetter, Trigger, Wait
    >>> old = Campaign([Trigger.event("Register"), SendLetter("Hello")])
    >>> new = Campaign([Trigger.event("Register"), Wait("1d"), SendLetter("Hello")])
    >>> BacktestDifference(old, new).sides[0].campaign
    Campaign([Trigger.event('Register'), SendLetter('Hello')])
    """

    old: Campaign
    new: Campaign
    name: str = NAME
    start_present: bool = False

    def __post_init__(self) -> None:
        _check(self, "old", "new")

    @property
    def sides(self) -> tuple[Backtest, Backtest]:
        """The backtests of the old version and of the new one."""
        old, new = (Backtest(each, self.name, self.start_present) for each in (self.old, self.new))
        return old, new

    def to_source(self) -> str:
        return laid_out(f"BacktestDifference({self.old!r}, {self.new!r}{_options(self)})")

    def rule(self) -> str:
        """Return the rule that is printed beside the numbers."""
        return f"old: {self.old.rule()} · new: {self.new.rule()}{_rule(self)}"


def rehearsed(backtest: Backtest, history: History, within: Range, calendar: Calendar) -> Replay:
    """Return the replay of one history, run at the start of the range and taken to its end.

    The campaign's segments are resolved. Letters of other campaigns and unsubscribes count as the history has them.
    """
    run = Run(backtest.name, 1, backtest.campaign, within.start, rehearsal=True, start_present=backtest.start_present)
    replay = Replay(run, history, calendar, outside_of(history, backtest.name))
    replay.advance(within.end)
    return replay


def outside_of(history: History, campaign: str) -> Outside:
    """Return what a history says of its people besides this campaign: letters of others, and unsubscribes."""
    letters = [
        (event.time, event.identity)
        for event in history.events
        if event.name == "Letter sent" and event.properties.get("campaign") != campaign
    ]
    left = [
        (event.time, event.identity, str(event.properties.get("topic", "")))
        for event in history.events
        if event.name == "Letter unsubscribed"
    ]
    if not letters and not left:
        return nothing_else

    def outside(identities: Collection[int], at: int) -> Standing:
        sent_at = sorted(time for time, identity in letters if identity in identities and time <= at)
        topics = frozenset(topic for time, identity, topic in left if identity in identities and time <= at)
        return Standing(sent_at=tuple(sent_at), unsubscribed=topics)

    return outside


def _check(definition: Backtest | BacktestDifference, *campaigns: str) -> None:
    place = f"{type(definition).__name__}(…)"
    for name in campaigns:
        if not isinstance(getattr(definition, name), Campaign):
            raise DefinitionError(f"{name}={getattr(definition, name)!r} in {place} must be a campaign.")
    check_name(definition.name, "a campaign", f"name= in {place}")
    check_choice("start_present", definition.start_present, FLAG, place)


def _options(definition: Backtest | BacktestDifference) -> str:
    named = "" if definition.name == NAME else f", name={definition.name!r}"
    return named + ", start_present=True" * definition.start_present


def _rule(definition: Backtest | BacktestDifference) -> str:
    return f"{' · present members start' * definition.start_present} · {ASSUMED}"
