"""What somebody did: one event, with conditions on its arguments or not, or anything at all (SEMANTICS 2)."""

from __future__ import annotations

from .activity import counts_as_activity
from .event import Event
from .funnel import Step
from .period import Calendar
from .person import Person
from .truth import matching_events

ANYTHING = "any activity"


def doing(given: Step | str | None) -> Step | None:
    """Return what a definition asks for; None stands for any activity."""
    return Step(given) if given is not None and not isinstance(given, Step) else given


def label_of(asked: Step | None) -> str:
    """Return what is asked for as a rule and a diagram name it."""
    return ANYTHING if asked is None else asked.label


def in_words(asked: Step | None) -> str:
    """Return what is asked for as a verb: did 'Visit'."""
    if asked is None:
        return "did anything (what the system does is none)"
    return f"did {asked.event!r}" + ("" if asked.where is None else f" where {asked.where.rule()}")


def call_source(name: str, asked: Step | None, options: str) -> str:
    """Return the source of a definition that takes what is asked for first; a plain event is written as its name."""
    first = "" if asked is None else step_source(asked)
    return f"{name}({f'{first}{options}'.removeprefix(', ')})"


def step_source(asked: Step) -> str:
    """Return the step as a person would type it."""
    return repr(asked.event if asked.where is None else asked)


def doings(asked: Step | None, person: Person, calendar: Calendar, include_bots: bool) -> list[Event]:
    """Return the person's events that are meant, in order."""
    if asked is None:
        return [event for event in person.events if counts_as_activity(event, include_bots)]
    return matching_events(asked.event, asked.where, person, calendar, include_bots)
