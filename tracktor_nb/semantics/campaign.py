"""Workflow campaigns: who starts, what then happens, and within which bounds (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from tracktor_nb.errors import DefinitionError

from .clock_time import check_clock_time
from .condition import Condition
from .definition import FLAG, Definition, check_choice, check_name, source
from .funnel import Step
from .graph import Graph
from .layout import laid_out
from .node import Branch, Exit, Go, Goal, Node
from .nodes import (
    AddTo,
    During,
    Filter,
    Limit,
    RemoveFrom,
    SendLetter,
    SendMessage,
    SetProperty,
    Split,
    TrackEvent,
    Wait,
    WaitFor,
    WaitUntil,
    Webhook,
)
from .period import duration, duration_in_words, is_duration
from .trigger import Trigger
from .workflow import Workflow, checked_workflow, to_graph, to_workflow

NODES: tuple[type[Node], ...] = (
    *(Trigger, Limit, Filter, Split, During, Wait, WaitUntil, WaitFor),
    *(SendLetter, SendMessage, SetProperty, TrackEvent, AddTo, RemoveFrom, Webhook),
    *(Goal, Exit, Go),
)
"""Everything that a workflow is made of."""

AGAIN = "again after "
MOST_HELD_OUT = 90


@dataclass(frozen=True, eq=False, repr=False)
class Campaign(Definition):
    """People whom a trigger starts walk the workflow, each on an own journey.

    `start` keeps the campaign to people who meet a condition when a trigger fires; None is "for all people". `entry`
    says who may start: "one at a time" (nobody who is inside), "once" in a lifetime, "every event", or
    "again after 30d" since the last start. A person who does the `goal` within `goal_within` of the start has reached
    it and leaves. Letters wait while it is between the two `quiet_hours` of the site's clock; `cap=(3, "7d")` skips a
    letter to somebody who got three in the last seven days, of whatever campaign. `hold_out` percent of people walk
    along and get nothing, to be compared. `count_earlier` counts what a trigger would have seen before Run at entry
    limits. Letters about a `topic` go to nobody who unsubscribed from it. `detached` are pieces of a workflow that
    nothing leads to yet.

    >>> Campaign([Trigger.event("Sign up"), Wait("1d"), SendLetter("Hello")], entry="once")
    Campaign([Trigger.event('Sign up'), Wait('1d'), SendLetter('Hello')], entry='once')
    """

    workflow: Branch
    start: Condition | None = None
    entry: str = "one at a time"
    goal: Step | None = None
    goal_within: str = "30d"
    quiet_hours: tuple[str, str] | None = None
    cap: tuple[int, str] | None = None
    hold_out: int = 0
    count_earlier: bool = False
    topic: str | None = None
    include_bots: bool = False
    detached: tuple[Branch, ...] = ()

    if TYPE_CHECKING:  # lists are kept as tuples, the goal may be the name of an event

        def __init__(
            self,
            workflow: Sequence[Node],
            start: Condition | None = None,
            entry: str = "one at a time",
            goal: Step | str | None = None,
            goal_within: str = "30d",
            quiet_hours: Sequence[str] | None = None,
            cap: tuple[int, str] | None = None,
            hold_out: int = 0,
            count_earlier: bool = False,
            topic: str | None = None,
            include_bots: bool = False,
            detached: Sequence[Sequence[Node]] = (),
        ) -> None: ...

    def __post_init__(self) -> None:
        main = checked_workflow(self.workflow, "workflow of Campaign(…)")
        pieces = tuple(checked_workflow(piece, "detached= of Campaign(…)") for piece in self.detached)
        written = to_workflow(to_graph(Workflow(main, pieces)))
        object.__setattr__(self, "workflow", written.main)
        object.__setattr__(self, "detached", written.detached)
        if isinstance(self.goal, str):
            object.__setattr__(self, "goal", Step(self.goal))
        self._check_people()
        self._check_bounds()

    def _check_people(self) -> None:
        if self.start is not None and not isinstance(self.start, Condition):
            raise DefinitionError(
                f"start={self.start!r} in Campaign(…) must be a condition; leave it out for all people."
            )
        again = isinstance(self.entry, str) and self.entry.startswith(AGAIN) and is_duration(self.entry[len(AGAIN) :])
        if not again and self.entry not in ("one at a time", "once", "every event"):
            raise DefinitionError(
                f"entry={self.entry!r} in Campaign(…) must be"
                " 'one at a time', 'once', 'every event' or 'again after 30d'."
            )
        if type(self.hold_out) is not int or not 0 <= self.hold_out <= MOST_HELD_OUT:
            raise DefinitionError(
                f"hold_out={self.hold_out!r} in Campaign(…) must be a whole number of percent, at most {MOST_HELD_OUT}."
            )
        check_choice("count_earlier", self.count_earlier, FLAG, "Campaign(…)")
        check_choice("include_bots", self.include_bots, FLAG, "Campaign(…)")

    def _check_bounds(self) -> None:
        if self.goal is not None and not isinstance(self.goal, Step):
            raise DefinitionError(f"goal={self.goal!r} in Campaign(…) must be an event, or Step('Purchase', where=…).")
        duration(self.goal_within)
        if self.topic is not None:
            check_name(self.topic, "a topic", "topic= in Campaign(…)")
        if self.quiet_hours is not None:
            object.__setattr__(self, "quiet_hours", _pair(self.quiet_hours, "quiet_hours", ("22:00", "08:00")))
            for clock in self.quiet_hours:
                check_clock_time("quiet_hours", clock, "Campaign(…)")
            if self.quiet_hours[0] == self.quiet_hours[1]:
                raise DefinitionError(f"quiet_hours={self.quiet_hours!r} in Campaign(…) leave no time for letters.")
        if self.cap is not None:
            object.__setattr__(self, "cap", _pair(self.cap, "cap", (3, "7d")))
            if type(self.cap[0]) is not int or not 1 <= self.cap[0] < 2**31:
                raise DefinitionError(f"cap={self.cap!r} in Campaign(…) needs a number of letters, 1 or more.")
            duration(self.cap[1])

    @cached_property
    def graph(self) -> Graph:
        """The workflow as the editor draws it."""
        return to_graph(Workflow(self.workflow, self.detached))

    def with_graph(self, graph: Graph) -> Self:
        """Return the campaign with another workflow."""
        written = to_workflow(graph)
        return replace(self, workflow=written.main, detached=written.detached)

    @property
    def pause_between(self) -> int | None:
        """How many microseconds after a start a person may start again; None if that is not the rule."""
        return duration(self.entry[len(AGAIN) :]) if self.entry.startswith(AGAIN) else None

    def to_source(self) -> str:
        options = [
            f"{each.name}={_shown(getattr(self, each.name))}"
            for each in fields(self)
            if each.name != "workflow" and repr(getattr(self, each.name)) != repr(each.default)
        ]
        return laid_out(f"Campaign({', '.join([source(self.workflow), *options])})")

    def rule(self) -> str:
        """Return the rule that is printed beside the campaign."""
        triggers = " or ".join(trigger.rule() for trigger in self.graph.triggers.values())
        parts = [
            "for all people" if self.start is None else f"for people where {self.start.rule()}",
            f"when {triggers}" if triggers else "without a trigger",
            f"again {duration_in_words(self.entry[len(AGAIN) :])} after a start" if self.pause_between else self.entry,
        ]
        if self.goal is not None:
            parts.append(f"until {self.goal.label!r}, counted for {duration_in_words(self.goal_within)}")
        if self.quiet_hours is not None:
            parts.append(f"no letters from {self.quiet_hours[0]} to {self.quiet_hours[1]}")
        if self.cap is not None:
            parts.append(f"at most {self.cap[0]} letters in {duration_in_words(self.cap[1])}")
        parts += [f"{self.hold_out} % held out"] * (self.hold_out > 0)
        parts += ["earlier events counted"] * self.count_earlier
        parts += [] if self.topic is None else [f"topic {self.topic!r}"]
        return " · ".join([*parts, f"bots {'in' if self.include_bots else 'out'}"])


def _pair(given: Any, option: str, example: tuple[object, object]) -> tuple[Any, Any]:
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise DefinitionError(f"{option}={given!r} in Campaign(…) must be a pair such as {example!r}.")
    return given[0], given[1]


def _shown(value: object) -> str:
    """Pairs stay pairs, lists of pieces are lists."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return source(value)
    if isinstance(value, Step) and value.where is None:
        return repr(value.event)
    return repr(value)
