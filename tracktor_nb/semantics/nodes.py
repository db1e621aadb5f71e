"""Filters, waits and actions: what a journey walks through (SEMANTICS 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tracktor_nb.errors import DefinitionError

from .clock_time import check_clock_time, checked_weekdays
from .condition import Condition, check_arguments
from .definition import FLAG, check_choice, check_name
from .event import SYSTEM_EVENTS
from .node import Branch, Node
from .period import duration, duration_in_words
from .values import frozen

# --- filters --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class Limit(Node):
    """Entry limit: a person's arrivals 1 to n - 1 go on by `yes` ("below the limit"), n and later ones by `no`.

    Arrivals are counted per campaign, node id and person, over all versions and journeys.

    >>> Limit(20, no=[SendLetter("Offer")]).rule()
    'fewer than 20 entries of the person?'
    """

    kind = "limit"
    branching = ("yes", "no")

    limit: int
    yes: Branch = ()
    no: Branch = ()

    def _check(self) -> None:
        if type(self.limit) is not int or not 1 <= self.limit < 2**31:
            raise DefinitionError(f"Limit({self.limit!r}) needs a whole number of entries, 1 or more.")

    def rule(self) -> str:
        return f"fewer than {self.limit} entries of the person?"


@dataclass(frozen=True, eq=False, repr=False)
class Filter(Node):
    """People who meet the condition go on by `yes`, the others by `no`.

    >>> from tracktor_nb import has
    >>> Filter(has("plan", "is", "free"), yes=[SendLetter("Offer")]).rule()
    "plan is 'free'?"
    """

    kind = "filter"
    branching = ("yes", "no")

    condition: Condition
    yes: Branch = ()
    no: Branch = ()

    def _check(self) -> None:
        if not isinstance(self.condition, Condition):
            raise DefinitionError(f"Filter({self.condition!r}) needs a condition such as has('plan', 'is', 'free').")

    def rule(self) -> str:
        return f"{self.condition.rule()}?"


@dataclass(frozen=True, eq=False, repr=False)
class Split(Node):
    """So many of a hundred people go on by `yes`, the others by `no`; one person always takes the same way.

    >>> Split(50, yes=[SendLetter("A")], no=[SendLetter("B")]).rule()
    '50 % of people?'
    """

    kind = "split"
    branching = ("yes", "no")

    percent: int
    yes: Branch = ()
    no: Branch = ()

    def _check(self) -> None:
        if type(self.percent) is not int or not 1 <= self.percent <= 99:
            raise DefinitionError(f"Split({self.percent!r}) needs a whole number of percent from 1 to 99.")

    def rule(self) -> str:
        return f"{self.percent} % of people?"


@dataclass(frozen=True, eq=False, repr=False)
class During(Node):
    """Time window: `yes` from `start` until before `end` of the site's clock (on some weekdays), else `no`.

    >>> During("09:00", "17:00", on=["mon", "fri"]).rule()
    'from 09:00 to 17:00 on mon, fri?'
    """

    kind = "during"
    branching = ("yes", "no")

    start: str
    end: str
    on: tuple[str, ...] = ()
    yes: Branch = ()
    no: Branch = ()

    def _check(self) -> None:
        check_clock_time("start", self.start, "During(…)")
        check_clock_time("end", self.end, "During(…)")
        object.__setattr__(self, "on", checked_weekdays(self.on, "During(…)"))

    def rule(self) -> str:
        return f"from {self.start} to {self.end}{_on(self.on)}?"


# --- waits ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False)
class Wait(Node):
    """Wait for a duration: "2d" are 48 hours.

    >>> Wait("2d").rule()
    'wait 2 days'
    """

    kind = "wait"
    waits = True

    length: str

    def _check(self) -> None:
        duration(self.length)

    def rule(self) -> str:
        return f"wait {duration_in_words(self.length)}"


@dataclass(frozen=True, eq=False, repr=False)
class WaitUntil(Node):
    """Wait until a time of day of the site's clock, on some weekdays; who comes right then does not wait.

    >>> WaitUntil("09:00", on=["mon"]).rule()
    'wait until 09:00 on mon'
    """

    kind = "wait_until"
    waits = True

    clock: str
    on: tuple[str, ...] = ()

    def _check(self) -> None:
        check_clock_time("clock", self.clock, "WaitUntil(…)")
        object.__setattr__(self, "on", checked_weekdays(self.on, "WaitUntil(…)"))

    def rule(self) -> str:
        return f"wait until {self.clock}{_on(self.on)}"


@dataclass(frozen=True, eq=False, repr=False)
class WaitFor(Node):
    """Wait for an event: `happened` goes on with it, `timed_out` once the timeout is over without it.

    >>> WaitFor("Purchase", timeout="3d", timed_out=[SendLetter("Offer")]).rule()
    "wait for 'Purchase', 3 days at most"
    """

    kind = "wait_for"
    branching = ("happened", "timed_out")
    waits = True

    event: str
    timeout: str
    where: Condition | None = None
    happened: Branch = ()
    timed_out: Branch = ()

    def _check(self) -> None:
        check_name(self.event, "an event", self.place)
        check_arguments(self.where, self.place)
        duration(self.timeout)

    def rule(self) -> str:
        where = "" if self.where is None else f" where {self.where.rule()}"
        return f"wait for {self.event!r}{where}, {duration_in_words(self.timeout)} at most"


# --- actions --------------------------------------------------------------------------------------------------------


class Action(Node):
    """Does something outside of the journey, which then goes on."""


@dataclass(frozen=True, eq=False, repr=False)
class SendLetter(Action):
    """Send the letter of this name, once to each person of the campaign unless `every_time`.

    >>> SendLetter("Offer").rule()
    "send letter 'Offer'"
    """

    kind = "send_letter"

    letter: str
    every_time: bool = False

    def _check(self) -> None:
        check_name(self.letter, "a letter", self.place)
        check_choice("every_time", self.every_time, FLAG, self.place)

    def rule(self) -> str:
        return f"send letter {self.letter!r}{' every time' * self.every_time}"


@dataclass(frozen=True, eq=False, repr=False)
class SendMessage(Action):
    """Send an in-app message, each time.

    >>> SendMessage("Need help?").rule()
    "send message 'Need help?'"
    """

    kind = "send_message"

    text: str

    def _check(self) -> None:
        check_name(self.text, "something to say", self.place)

    def rule(self) -> str:
        return f"send message {self.text!r}"


@dataclass(frozen=True, eq=False, repr=False)
class SetProperty(Action):
    """Set a person property; None removes it.

    >>> SetProperty("tier", "gold").rule()
    "set tier to 'gold'"
    """

    kind = "set_property"

    name: str
    value: Any

    def _check(self) -> None:
        check_name(self.name, "a property", self.place)
        object.__setattr__(self, "value", frozen(self.value, self.place))

    def rule(self) -> str:
        return f"remove {self.name}" if self.value is None else f"set {self.name} to {self.value!r}"


@dataclass(frozen=True, eq=False, repr=False)
class TrackEvent(Action):
    """Record an event of the person; it does not start or move journeys of this campaign.

    >>> TrackEvent("Offered", {"step": 1}).rule()
    "record 'Offered'"
    """

    kind = "track_event"

    name: str
    data: Any = None

    def _check(self) -> None:
        check_name(self.name, "an event", self.place)
        if self.name in SYSTEM_EVENTS:
            raise DefinitionError(f"{self.place}: {self.name!r} is an event that only the system makes; take another.")
        if self.data is not None and not isinstance(self.data, Mapping):
            raise DefinitionError(f"data={self.data!r} in {self.place} must be an object such as {{'step': 2}}.")
        object.__setattr__(self, "data", frozen(self.data, self.place) or None)

    def rule(self) -> str:
        return f"record {self.name!r}"


@dataclass(frozen=True, eq=False, repr=False)
class AddTo(Action):
    """Put the person on a list.

    >>> AddTo("Callers").rule()
    "add to list 'Callers'"
    """

    kind = "add_to"

    list: str

    def _check(self) -> None:
        check_name(self.list, "a list", self.place)

    def rule(self) -> str:
        return f"add to list {self.list!r}"


@dataclass(frozen=True, eq=False, repr=False)
class RemoveFrom(Action):
    """Take the person off a list.

    >>> RemoveFrom("Callers").rule()
    "remove from list 'Callers'"
    """

    kind = "remove_from"

    list: str

    def _check(self) -> None:
        check_name(self.list, "a list", self.place)

    def rule(self) -> str:
        return f"remove from list {self.list!r}"


@dataclass(frozen=True, eq=False, repr=False)
class Webhook(Action):
    """Call an address of yours, at least once, with an Idempotency-Key.

    >>> Webhook("https://example.com/hook").rule()
    'call https://example.com/hook'
    """

    kind = "webhook"

    url: str

    def _check(self) -> None:
        parts = urlsplit(self.url) if isinstance(self.url, str) else None
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise DefinitionError(f"Webhook({self.url!r}) needs an address such as 'https://example.com/hook'.")

    def rule(self) -> str:
        return f"call {self.url}"


def _on(weekdays: tuple[str, ...]) -> str:
    return f" on {', '.join(weekdays)}" if weekdays else ""
