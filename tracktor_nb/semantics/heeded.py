"""What a campaign looks at: the rows of the log that can change what it does, and those without which nobody starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from .campaign import Campaign
from .cohort import Cohort
from .condition import Condition, InSegment
from .event import RETRACTION, PropertyChange
from .interest import Interest, interest_in
from .nodes import Filter, SendLetter, WaitFor
from .period import Calendar, Range
from .person import DERIVED_PROPERTIES, Person
from .references import parts_of
from .segment import Segment, membership
from .trigger import Trigger


@dataclass(frozen=True)
class Heeded:
    """What a resolved campaign looks at over a range.

    `rows` are those that may change what becomes of somebody; besides them, `existence` asks for the first row of each
    identity. Only who has a row of `starting`, an event in the range named in `triggering`, or is on one of the
    `lists`, can start a journey; without `starting` anybody can.
    """

    rows: Interest
    existence: bool
    starting: Interest | None
    triggering: frozenset[str]
    lists: frozenset[int]


def heeded(campaign: Campaign, within: Range, calendar: Calendar) -> Heeded:
    """Return what the campaign looks at if it is run at the start of the range."""
    triggers = campaign.graph.triggers.values()
    named = frozenset(str(trigger.name) for trigger in triggers if trigger.cause == "event")
    starting = [_starting(trigger, campaign, within, calendar) for trigger in triggers]
    if campaign.count_earlier:
        starting.append(Interest(named))
    return Heeded(
        reduce(or_, _looked_at(campaign), Interest(named | {RETRACTION})),
        any(trigger.cause not in ("event", "changed") for trigger in triggers)
        or any(isinstance(part, InSegment) for part in parts_of(campaign)),
        None if None in starting else reduce(or_, (each for each in starting if each is not None), Interest()),
        named,
        frozenset(part.number for part in parts_of(campaign) if isinstance(part, Cohort)),
    )


def _looked_at(campaign: Campaign) -> Iterator[Interest]:
    """What triggers, nodes and bounds ask about, besides the events that start a journey."""
    for trigger in campaign.graph.triggers.values():
        if trigger.cause in ("changed", "date"):
            yield _about(str(trigger.name))
        if trigger.condition is not None and trigger.cause != "event":
            yield interest_in(trigger.condition)
    for node in campaign.graph.nodes.values():
        if isinstance(node, Filter):
            yield interest_in(node.condition)
        elif isinstance(node, WaitFor):
            yield Interest(frozenset([node.event]))
        elif isinstance(node, SendLetter):
            yield Interest(frozenset(["Letter sent", "Letter unsubscribed"]), frozenset(["email"]))
    if campaign.start is not None:
        yield interest_in(campaign.start)
    if campaign.goal is not None:
        yield Interest(frozenset([campaign.goal.event]))


def _starting(trigger: Trigger, campaign: Campaign, within: Range, calendar: Calendar) -> Interest | None:
    """Return the rows one of which somebody needs to start here, None if there are none of that kind.

    An event's name is said in `triggering`.
    """
    if trigger.cause == "event":
        return Interest()
    if trigger.cause in ("changed", "date"):
        about = _about(str(trigger.name))
        return None if about.any_row else about
    if trigger.cause == "schedule" or trigger.condition is None:
        return None
    about = interest_in(trigger.condition)
    return None if about.any_row or _takes_anybody(trigger.condition, campaign, within, calendar) else about


def _takes_anybody(condition: Condition, campaign: Campaign, within: Range, calendar: Calendar) -> bool:
    """True if somebody of whom nothing is known but that there is such a person is a member, or may become one."""
    anybody = Person(0, changes=(PropertyChange(within.start, 0, {}),))
    segment = Segment(condition, campaign.include_bots)
    return membership(segment, anybody, within.start, calendar) != (False, None)


def _about(property: str) -> Interest:
    first = property.split(".")[0].removesuffix("[]")
    return Interest(properties=frozenset([first, property]), any_row=first in DERIVED_PROPERTIES)
