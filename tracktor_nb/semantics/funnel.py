"""Funnels: steps, and the rules by which people's events count as attempts at them (SEMANTICS 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tracktor_nb.errors import DefinitionError

from .among import among_rule, check_among
from .condition import Condition, check_arguments
from .definition import FLAG, Definition, check_choice, check_name, source
from .event import Event, Value
from .period import FREQUENCIES, Freq, Range, duration, duration_in_words
from .person import Person
from .values import group_key, values_at

Order = Literal["loose", "strict", "any"]
Entry = Literal["any", "first"]
WindowScope = Literal["funnel", "per step"]
Until = Literal["range end", "now"]


@dataclass(frozen=True, eq=False, repr=False)
class Step(Definition):
    """One step: an event, and what its arguments must meet.

    >>> from tracktor_nb import has
    >>> Step("View", where=has("price", ">", 100)).label
    'View (price > 100)'
    """

    event: str
    where: Condition | None = None

    def __post_init__(self) -> None:
        place = f"Step({self.event!r})"
        check_name(self.event, "an event", place)
        check_arguments(self.where, place)

    @property
    def label(self) -> str:
        """The step as a diagram names it."""
        return self.event if self.where is None else f"{self.event} ({self.where.rule()})"


@dataclass(frozen=True, eq=False, repr=False)
class Exclusion(Definition):
    """An event that may not happen between two steps of an attempt: from step `after` to step `before` (the last one).

    It forbids the chain it happens in, not the start: the person may still get there another way. The events of the
    chain itself never count as excluded.

    >>> Exclusion("Refund", after=1, before=3).rule()
    'no Refund between steps 1 and 3'
    """

    event: str
    where: Condition | None = None
    after: int = 1
    before: int | None = None

    def __post_init__(self) -> None:
        place = f"Exclusion({self.event!r})"
        check_name(self.event, "an event", place)
        check_arguments(self.where, place)
        for option, step in (("after", self.after), ("before", self.before)):
            if step is not None and (type(step) is not int or step < 1):
                raise DefinitionError(f"{option}={step!r} in {place} must be the number of a step, from 1 on.")
        if self.before is not None and self.before <= self.after:
            raise DefinitionError(f"{place} lies before step {self.before} and after step {self.after}: swap the two.")

    def rule(self) -> str:
        """Return the exclusion in plain English."""
        where = "" if self.where is None else f" ({self.where.rule()})"
        last = "the last" if self.before is None else str(self.before)
        return f"no {self.event}{where} between steps {self.after} and {last}"

    def covers(self, gap: int, steps: int) -> bool:
        """True if it forbids its event between step `gap` and the next one, of so many steps."""
        return self.after <= gap < (self.before or steps)


@dataclass(frozen=True, eq=False, repr=False)
class Funnel(Definition):
    """Steps, and the rules by which a person's events count as an attempt at them (SEMANTICS 4).

    `order="loose"` lets other events stand between the steps, `"strict"` none of that person (bots aside), `"any"`
    takes the steps in whatever order they come: "step 2" is then the second of them that was done. `window` bounds the
    time from step 1 (in any order from the first event used; with `window_scope="per step"` from the step before),
    inclusive. `entry="any"` lets any step-1 event start, `"first"` only the first in the range; in any order an event
    of any step is one. Step 1 lies in the range; later steps before its end, or with `until="now"` before now.
    `hold` keeps a property equal over the steps, "not set" being a value too. `exclude` names events that may not
    happen in between. `by` splits by a property's value at step 1, `freq` by the hour, day, week or month of step 1.
    `among` asks about those people only who meet it when the range ends.

    >>> Funnel(["View", "Cart", Step("Purchase")], window="7d", by="utm_source")
    Funnel(['View', 'Cart', 'Purchase'], window='7d', by='utm_source')
    """

    steps: tuple[Step, ...]
    window: str | None = None
    order: Order = "loose"
    entry: Entry = "any"
    window_scope: WindowScope = "funnel"
    until: Until = "range end"
    hold: str | None = None
    exclude: tuple[Exclusion, ...] = ()
    by: str | None = None
    freq: Freq | None = None
    among: Condition | None = None
    include_bots: bool = False

    if TYPE_CHECKING:  # steps and exclusions may be given as texts and in lists; they are kept as tuples

        def __init__(
            self,
            steps: Iterable[Step | str],
            window: str | None = None,
            order: Order = "loose",
            entry: Entry = "any",
            window_scope: WindowScope = "funnel",
            until: Until = "range end",
            hold: str | None = None,
            exclude: Iterable[Exclusion | str] = (),
            by: str | None = None,
            freq: Freq | None = None,
            among: Condition | None = None,
            include_bots: bool = False,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _checked_steps(self.steps))
        object.__setattr__(self, "exclude", _checked_exclusions(self.exclude, len(self.steps)))
        for option, choices in _CHOICES.items():
            check_choice(option, getattr(self, option), choices, "Funnel(…)")
        for option, name in (("by", self.by), ("hold", self.hold)):
            if name is not None:
                check_name(name, "a property", f"{option}= in Funnel(…)")
        if self.window is not None:
            duration(self.window)
        check_among(self.among, "Funnel(…)")
        _check_together(self)

    @property
    def labels(self) -> tuple[str, ...]:
        """What each number counts: the steps, or in any order how many of them."""
        many = len(self.steps)
        if self.order != "any" or many == 1:
            return tuple(step.label for step in self.steps)
        return (*(f"any {done} of {many} steps" for done in range(1, many)), f"all {many} steps")

    def to_source(self) -> str:
        steps = [step.event if step.where is None else step for step in self.steps]
        exclude = f", exclude={source(self.exclude)}" if self.exclude else ""
        return f"Funnel({steps!r}{self._options('steps', 'exclude')}{exclude})"

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        parts = [
            _ORDERS[self.order],
            *(exclusion.rule() for exclusion in self.exclude),
            *([f"{self.hold} equal at all steps"] if self.hold else []),
            f"{self.entry} entry",
            self._window_rule(),
            f"later steps until {'the range ends' if self.until == 'range end' else 'now'}",
            *([among_rule(self.among)] if self.among is not None else []),
            "unique people",
            f"bots {'in' if self.include_bots else 'out'}",
            *([f"by {self.by} at step 1"] if self.by else []),
            *([f"by {self.freq} of step 1"] if self.freq else []),
        ]
        return " · ".join(parts)

    def _window_rule(self) -> str:
        if self.window is None:
            return "no time limit between steps"
        origin = "the step before" if self.window_scope == "per step" else "step 1"
        return f"within {duration_in_words(self.window)} of {'the first' if self.order == 'any' else origin}"


_CHOICES: dict[str, tuple[object, ...]] = {
    "order": ("loose", "strict", "any"),
    "entry": ("any", "first"),
    "window_scope": ("funnel", "per step"),
    "until": ("range end", "now"),
    "freq": (None, *FREQUENCIES),
    "include_bots": FLAG,
}
_ORDERS = {
    "loose": "steps in order, other events between allowed",
    "strict": "steps in order, no other event between",
    "any": "steps in any order",
}


def later_until(funnel: Funnel, within: Range, now: int) -> int:
    """Return the instant before which later steps must come."""
    return within.end if funnel.until == "range end" else now + 1


def _checked_steps(steps: Any) -> tuple[Step, ...]:
    if not isinstance(steps, Iterable) or isinstance(steps, (str, bytes, Mapping)):
        raise DefinitionError(f"Funnel({steps!r}) needs a list of steps: Funnel(['Visit', 'Purchase']).")
    checked = tuple(step if isinstance(step, Step) else Step(step) for step in steps)
    if not checked:
        raise DefinitionError("Funnel([]) needs at least one step: Funnel(['Visit', 'Purchase']).")
    return checked


def _checked_exclusions(exclude: Any, steps: int) -> tuple[Exclusion, ...]:
    if not isinstance(exclude, Iterable) or isinstance(exclude, (str, bytes, Mapping)):
        raise DefinitionError(f"exclude={exclude!r} in Funnel(…) needs a list: exclude=[Exclusion('Refund')].")
    checked = tuple(each if isinstance(each, Exclusion) else Exclusion(each) for each in exclude)
    for each in checked:
        if max(each.after + 1, each.before or 0) > steps:
            raise DefinitionError(f"{each!r} lies between steps that are not there: this funnel has {steps}.")
    return checked


def _check_together(funnel: Funnel) -> None:
    """Raise DefinitionError for options that mean nothing together."""
    if funnel.window_scope == "per step" and funnel.window is None:
        raise DefinitionError("window_scope='per step' needs a window, such as window='7d'.")
    if funnel.window_scope == "per step" and funnel.order == "any":
        raise DefinitionError("Steps in any order have no step before; with order='any' use window_scope='funnel'.")
    if funnel.exclude and funnel.order == "any":
        raise DefinitionError("Steps in any order have no between; exclude= goes with order='loose'.")
    if funnel.exclude and funnel.order == "strict":
        raise DefinitionError("order='strict' excludes every other event already; exclude= goes with order='loose'.")
    if funnel.by is not None and funnel.freq is not None:
        raise DefinitionError("A funnel is split by one thing at a time: by a property (by=) or over time (freq=).")


def breakdown_value(event: Event, person: Person, by: str) -> Value:
    """Return the property's value at the event: the event's own, else the person's as of then, else None."""
    found = values_at(event.properties, by) or values_at(person.properties(event.time), by)
    return group_key(found[0]) if found else None
