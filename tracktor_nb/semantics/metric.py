"""Metrics: one number over a range and per hour, day, week or month (SEMANTICS 5). Here is what may be asked.

What each measure counts of one person stands in `metric_counts`, `metric_passage` and `metric_values`; how a metric
is said in English stands in `metric_words`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, Self, TypedDict, Unpack

from tracktor_nb.errors import DefinitionError

from . import metric_words
from .among import check_among
from .condition import Condition, check_arguments
from .definition import FLAG, Definition, check_choice, check_name
from .formula import Calculable
from .funnel import Step, Until
from .period import FREQUENCIES, Freq

Measure = Literal[
    "people_who_did",
    "times_happened",
    "times_per_person",
    "conversion_rate",
    "time_between",
    "total_value",
    "average_value",
]
Per = Literal["person", "person who did", "set"]

MEASURES: dict[Measure, str] = {
    "people_who_did": "Number of People Who Did Event",
    "times_happened": "Number of Times Event Happened",
    "times_per_person": "Average Number of Times Event Happened Per Person",
    "conversion_rate": "Conversion Rate",
    "time_between": "Average Time Between Events",
    "total_value": "Total Value for Property",
    "average_value": "Average Value for Property",
}
"""The seed's names of what can be measured."""

_TAKES: dict[Measure, frozenset[str]] = {
    "people_who_did": frozenset({"event", "where"}),
    "times_happened": frozenset({"event", "where"}),
    "times_per_person": frozenset({"event", "where"}),
    "conversion_rate": frozenset({"event", "where", "then", "repeatable", "until"}),
    "time_between": frozenset({"event", "where", "then", "until"}),
    "total_value": frozenset({"value", "event", "where"}),
    "average_value": frozenset({"value", "event", "where", "per", "did"}),
}
_OF_SOME = frozenset().union(*_TAKES.values())
_PAIRS = ("conversion_rate", "time_between")
_VALUES = ("total_value", "average_value")


class Shared(TypedDict, total=False):
    """What may be said of every metric."""

    among: Condition | None
    by: str | None
    freq: Freq
    include_bots: bool


class Options(Shared, total=False):
    """What may be said of a metric of one event."""

    where: Condition | None


@dataclass(frozen=True, eq=False, repr=False)
class Metric(Calculable, Definition):
    """A number about events or a property; make one with `Metric.people_who_did(...)` and its sisters.

    All take `among` (a condition on the people), `by` (splits by a property's value), `freq` (the length of a bucket:
    hour, day, week or month) and `include_bots`. Metrics can be added, subtracted, multiplied and divided.

    >>> Metric.people_who_did("Site visit", freq="week").rule()
    "unique people who did 'Site visit' · per week · bots out"
    """

    measure: Measure
    event: str | None = None
    where: Condition | None = None
    then: Step | None = None
    value: str | None = None
    per: Per | None = None
    did: Step | None = None
    repeatable: bool = False
    until: Until = "range end"
    among: Condition | None = None
    by: str | None = None
    freq: Freq = "day"
    include_bots: bool = False

    def __post_init__(self) -> None:
        check_choice("measure", self.measure, MEASURES, "Metric(…)")
        place = f"Metric.{self.measure}({self.value if self.measure in _VALUES else self.event!r})"
        self._check_means_something(place)
        check_arguments(self.where, place)
        check_among(self.among, place)
        if self.by is not None:
            check_name(self.by, "a property", f"by= in {place}")
        check_choice("repeatable", self.repeatable, FLAG, place)
        check_choice("until", self.until, ("range end", "now"), place)
        check_choice("freq", self.freq, FREQUENCIES, place)
        check_choice("include_bots", self.include_bots, FLAG, place)
        if self.repeatable and self.until != "range end":
            raise DefinitionError(f"until={self.until!r} in {place}: a repeatable rate counts what the range holds.")

    def _check_means_something(self, place: str) -> None:
        for each in fields(self):
            if each.name in _OF_SOME - _TAKES[self.measure] and getattr(self, each.name) != each.default:
                raise DefinitionError(f"{each.name}= means nothing in {place}; leave it out.")
        if self.measure not in _VALUES or self.event is not None:
            check_name(self.event, "an event", place)
        elif self.where is not None:
            raise DefinitionError(f"where= in {place} asks for the arguments of an event: name it with event=.")
        if self.measure in _PAIRS:
            object.__setattr__(self, "then", as_step(self.then))
        if self.measure in _VALUES:
            check_name(self.value, "a property", place)
        if self.measure == "average_value":
            self._check_per(place)

    def _check_per(self, place: str) -> None:
        check_choice("per", self.per, ("person", "person who did", "set"), place)
        if self.per != "person who did":
            if self.did is not None:
                raise DefinitionError(f"did= in {place} goes with per='person who did'.")
            return
        if self.did is None and self.event is None:
            raise DefinitionError(f"per='person who did' in {place} needs to know what they did: did='Purchase'.")
        did = None if self.did is None else as_step(self.did)
        same = did is not None and self.event is not None and did == Step(self.event, self.where)
        object.__setattr__(self, "did", None if same else did)

    # --- the seven --------------------------------------------------------------------------------------------------

    @classmethod
    def people_who_did(cls, event: str, **options: Unpack[Options]) -> Self:
        """Return the metric that counts each person once, however often they did it."""
        return cls("people_who_did", event, **options)

    @classmethod
    def times_happened(cls, event: str, **options: Unpack[Options]) -> Self:
        """Return the metric that counts every time the event happened."""
        return cls("times_happened", event, **options)

    @classmethod
    def times_per_person(cls, event: str, **options: Unpack[Options]) -> Self:
        """Return the metric that divides the times by the people who did it at least once."""
        return cls("times_per_person", event, **options)

    @classmethod
    def conversion_rate(
        cls,
        first: Step | str,
        second: Step | str,
        repeatable: bool = False,
        until: Until = "range end",
        **options: Unpack[Shared],
    ) -> Self:
        """Return the metric of how many go on from one event to another.

        Of the people who did the first event in the range, and not yet the second one before it, the share whose first
        ever second event comes after it (where both are the same event: their second ever), before the range ends or,
        with `until="now"`, before now. With `repeatable`: times of the second / times of the first, which may exceed 1.
        """
        step = as_step(first)
        return cls(
            "conversion_rate", step.event, step.where, as_step(second), repeatable=repeatable, until=until, **options
        )

    @classmethod
    def time_between(
        cls, first: Step | str, second: Step | str, until: Until = "range end", **options: Unpack[Shared]
    ) -> Self:
        """Return the metric of the average time from one event to another, in microseconds.

        From each person's first event in the range to the next second one, before the range ends or now; the mean over
        the people who did both, with the median, their number and the share not finished.
        """
        step = as_step(first)
        return cls("time_between", step.event, step.where, as_step(second), until=until, **options)

    @classmethod
    def total_value(cls, property: str, event: str | None = None, **options: Unpack[Options]) -> Self:
        """Return the metric that adds up a number.

        With `event` its argument, over the events that meet `where`; else the property of the people (all, or those
        `among`), as it is at the end of each bucket. Values that are no numbers are left out and counted.
        """
        return cls("total_value", event, value=property, **options)

    @classmethod
    def average_value(
        cls,
        property: str,
        per: Per = "person",
        event: str | None = None,
        did: Step | str | None = None,
        **options: Unpack[Options],
    ) -> Self:
        """Return the metric that divides the total value of a property.

        By all people, by those who did an event in the range (`did=`, or else `event`), or with `per="set"` by how many
        times the property was set in the range; the total is then that of the values set.
        """
        return cls(
            "average_value", event, value=property, per=per, did=None if did is None else as_step(did), **options
        )

    # --- what it is -------------------------------------------------------------------------------------------------

    @property
    def first(self) -> Step:
        """The event that is counted, with what its arguments must meet."""
        assert self.event is not None, "a property of people is no event"
        return Step(self.event, self.where)

    @property
    def doers(self) -> Step:
        """The event of the people that `per="person who did"` divides by."""
        return self.did or self.first

    @property
    def of_people(self) -> bool:
        """True if it measures a property of people, not events."""
        return self.measure in _VALUES and self.event is None

    @property
    def is_count(self) -> bool:
        """True where an empty bucket is 0; a ratio has no value there."""
        return self.measure in ("people_who_did", "times_happened", "total_value")

    @property
    def adds_up(self) -> bool:
        """True if the values of a breakdown add up to the whole."""
        return self.measure in ("times_happened", "total_value")

    @property
    def label(self) -> str:
        """The metric as a diagram names it, in the seed's words."""
        return f"{MEASURES[self.measure]}: {metric_words.subject(self)}"

    @property
    def unit(self) -> str:
        """What it is counted in: "people", "times", "time" (microseconds), "share" (of 1), …; "" for plain numbers."""
        return metric_words.unit(self)

    @property
    def lists(self) -> tuple[str, ...]:
        """What the people of each step of `people(step)` have in common."""
        return metric_words.lists(self)

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        return metric_words.rule(self)

    def to_source(self) -> str:
        if self.measure in _PAIRS:
            named, skipped = [_spelled(self.first), _spelled(self.then)], ["event", "where", "then"]
        elif self.measure in _VALUES:
            named, skipped = [repr(self.value)], ["value", "did", *(["per"] if self.per == "person" else [])]
        else:
            named, skipped = [repr(self.event)], ["event"]
        did = "" if self.did is None else f", did={_spelled(self.did)}"
        return f"Metric.{self.measure}({', '.join(named)}{self._options('measure', *skipped)}{did})"


def as_step(given: Any) -> Step:
    """Return the step that a text or a Step means."""
    return given if isinstance(given, Step) else Step(given)


def _spelled(step: Step | None) -> str:
    return repr(step.event if step is not None and step.where is None else step)
