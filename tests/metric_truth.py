"""Metrics computed person by person from `semantics`, slowly and plainly: what the columns must say too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import fsum
from typing import Any, NamedTuple

from tracktor_nb.semantics.among import asked_at, is_among
from tracktor_nb.semantics.event import Event, PropertyChange, Value
from tracktor_nb.semantics.funnel import Step, breakdown_value
from tracktor_nb.semantics.metric import Metric
from tracktor_nb.semantics.metric_counts import divided, occurrences
from tracktor_nb.semantics.metric_passage import Passage, passage
from tracktor_nb.semantics.metric_values import is_summand, numbers, said, standing, standing_group
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.segment import exists


class Row(NamedTuple):
    """What one person adds at one time."""

    person: int
    time: int
    amount: float
    group: Any


@dataclass
class Side:
    """Rows in time, or what stands at an instant; with `once` people are counted, with `split` groups differ."""

    rows: list[Row]
    at: Callable[[int], list[Row]] | None = None
    once: bool = False
    split: bool = True

    def of(self, span: Range | None, read: int) -> list[Row]:
        if self.at is not None:
            return self.at(read)
        return [row for row in self.rows if span is None or row.time in span]

    def amount(self, span: Range | None, read: int, group: Any = ...) -> float:
        found = [row for row in self.of(span, read) if group is ... or not self.split or row.group == group]
        return len({row.person for row in found}) if self.once else fsum(row.amount for row in found)


@dataclass
class Answers:
    """A metric asked of some people."""

    metric: Metric
    people: dict[int, Person]
    asked: Range
    now: int
    calendar: Calendar

    def __post_init__(self) -> None:
        self.countable = Range(self.asked.start, min(self.asked.end, self.now + 1))
        self.read = asked_at(self.asked, self.now)
        metric = self.metric
        self.chosen = {
            id: person
            for id, person in self.people.items()
            if is_among(metric.among, person, self.asked, self.now, self.calendar, metric.include_bots)
        }
        self.passages = self._passages() if metric.then and not metric.repeatable else {}
        self.over, self.under = self._sides()

    def value(self, span: Range | None, read: int, group: Any = ...) -> float | None:
        over = self.over.amount(span, read, group)
        return over if self.under is None else divided(over, self.under.amount(span, read, group))

    def groups(self, reads: Iterable[int]) -> set[Any]:
        """Every group of which there is anything."""
        sides = [side for side in (self.over, self.under) if side is not None and side.split]
        return {row.group for side in sides for read in reads for row in side.of(None, read)}

    def scale(self) -> float:
        """How large the numbers are that were added up."""
        rows = [row for side in (self.over, self.under) if side for row in side.of(None, self.read)]
        return fsum(abs(row.amount) for row in rows)

    # --- the sides --------------------------------------------------------------------------------------------------

    def _sides(self) -> tuple[Side, Side | None]:
        metric = self.metric
        if self.passages or (metric.then and not metric.repeatable):
            return self._of_passages()
        if metric.then:
            return Side(self._events(metric.then)), Side(self._events(metric.first))
        if metric.value:
            return self._of_values()
        found = self._events(metric.first)
        if metric.measure == "people_who_did":
            return Side(found, once=True), None
        return Side(found), Side(found, once=True) if metric.measure == "times_per_person" else None

    def _events(self, step: Step) -> list[Row]:
        return [
            self._row(id, event, 1)
            for id, person in self.chosen.items()
            for event in occurrences(self.metric, person, self.countable, self.calendar, step)
        ]

    def _row(self, id: int, event: Event, amount: float) -> Row:
        by = self.metric.by
        return Row(id, event.time, amount, typed(breakdown_value(event, self.people[id], by)) if by else None)

    def _passages(self) -> dict[int, Passage]:
        found = {
            id: passage(self.metric, person, self.asked, self.now, self.calendar) for id, person in self.chosen.items()
        }
        return {id: way for id, way in found.items() if way is not None}

    def _of_passages(self) -> tuple[Side, Side]:
        done = {id: way for id, way in self.passages.items() if way.end is not None}
        if self.metric.measure == "time_between":
            times = [self._row(id, way.start, way.time or 0) for id, way in done.items()]
            return Side(times), Side([row._replace(amount=1) for row in times])
        started = [self._row(id, way.start, 1) for id, way in self.passages.items()]
        return Side([self._row(id, way.start, 1) for id, way in done.items()]), Side(started)

    def _of_values(self) -> tuple[Side, Side | None]:
        metric = self.metric
        if metric.of_people and metric.per != "set":
            over = Side([], lambda at: [row for row in self._standing(at) if row.amount is not None])
        else:
            over = Side([row for row, _ in self._said()])
        if metric.per == "set":
            return over, Side([row._replace(amount=count) for row, count in self._said()])
        if metric.per == "person who did":
            return over, Side(self._events(metric.doers), once=True)
        if metric.per is None:
            return over, None
        return over, Side([], self._everybody, once=True, split=metric.of_people)

    def _said(self) -> Iterable[tuple[Row, int]]:
        for id, person in self.chosen.items():
            for row, values in said(self.metric, person, self.countable, self.calendar):
                found = numbers(values)
                if isinstance(row, Event):
                    yield self._row(id, row, fsum(found)), len(found)
                elif values:
                    yield Row(id, row.time, fsum(found), self._group(person, row.time)), len(found)

    def _asked_then(self, at: int) -> dict[int, Person]:
        metric = self.metric
        if not metric.of_people:
            return self.chosen
        moment = Range(0, at + 1)
        return {
            id: person
            for id, person in self.people.items()
            if is_among(metric.among, person, moment, at, self.calendar, metric.include_bots)
        }

    def _standing(self, at: int) -> Iterable[Any]:
        for id, person in self._asked_then(at).items():
            found = numbers(standing(self.metric, person, at))
            if found and exists(person, at, self.metric.include_bots):
                yield Row(id, at, fsum(found), self._group(person, at))

    def _everybody(self, at: int) -> list[Row]:
        people = self._asked_then(at).items()
        known = [(id, person) for id, person in people if exists(person, at, self.metric.include_bots)]
        return [Row(id, at, 1, self._group(person, at)) for id, person in known]

    def _group(self, person: Person, at: int) -> Any:
        return typed(standing_group(person, at, self.metric.by)) if self.metric.by else None

    # --- lists and what is left out ---------------------------------------------------------------------------------

    def lists(self) -> list[set[int]]:
        """The people of each step."""
        metric = self.metric
        if self.metric.then and not metric.repeatable:
            done = {id for id, way in self.passages.items() if way.end is not None}
            return [set(self.passages), done]
        if metric.then:
            return [{row.person for row in self._events(step)} for step in (metric.first, metric.then)]
        if not metric.value:
            return [{row.person for row in self._events(metric.first)}]
        holders = {id for id, values in self._values() if numbers(values)}
        if metric.per in ("person", "person who did") and self.under is not None:
            return [{row.person for row in self.under.of(None, self.read)}, holders]
        return [holders]

    def strange(self) -> int:
        """How many values are no numbers."""
        return (
            sum(not is_summand(value) for _, values in self._values() for value in values) if self.metric.value else 0
        )

    def _values(self) -> list[tuple[int, tuple[Value, ...]]]:
        metric = self.metric
        if metric.of_people and metric.per != "set":
            people = self._asked_then(self.read).items()
            known = [(id, person) for id, person in people if exists(person, self.read, metric.include_bots)]
            return [(id, standing(metric, person, self.read)) for id, person in known]
        return [
            (id, each.values)
            for id, person in self.chosen.items()
            for each in said(metric, person, self.countable, self.calendar)
        ]


def typed(value: Any) -> Any:
    """True and 1 are two values of a breakdown, 1 and 1.0 are one."""
    return (isinstance(value, bool), value)


def set_times(metric: Metric, people: Iterable[Person]) -> list[int]:
    """When a property of people may change: "all time" reaches there."""
    if not metric.of_people:
        return []
    path = str(metric.value)
    keys = {path, path.split(".")[0].removesuffix("[]")}
    times = []
    for person in people:
        times += [change.time for change in person.changes if _mentions(change, keys)]
        if "created_at" in keys and person.created_at is not None:
            times.append(person.created_at)
        if "last_seen" in keys:
            times += [event.time for event in person.events if event.is_activity]
    return times


def _mentions(change: PropertyChange, keys: set[str]) -> bool:
    return not keys.isdisjoint(change.values)
