"""Why one person stopped at a step of a funnel."""

from __future__ import annotations

from tracktor_nb.analysis.wording import number, span
from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.attempt import attempt
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.period import Calendar, Range, duration_in_words
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.truth import matching_events

from .rows import Told, event_row


def explain_funnel(funnel: Funnel, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the events of the person's attempt, and why it went no further."""
    chain = attempt(funnel, person, within, now, calendar).chain
    rows = [event_row(event, calendar) for event in chain]
    for at, row in enumerate(rows):
        row["event"] = f"{at + 1}. {funnel.steps[at].label}"
        row["after"] = span(chain[at].time - chain[at - 1].time) if at else ""
    if len(chain) == len(funnel.steps):
        return f"reached all {number(len(chain))} steps", rows
    return _why_stopped(funnel, person, chain, within, now, calendar), rows


def _why_stopped(
    funnel: Funnel, person: Person, chain: tuple[Event, ...], within: Range, now: int, calendar: Calendar
) -> str:
    step = funnel.steps[len(chain)]
    done = f"reached step {len(chain)} of {len(funnel.steps)}; " if chain else "did not begin; "
    ever = matching_events(step.event, step.where, person, calendar, funnel.include_bots)
    if not ever:
        bots = matching_events(step.event, step.where, person, calendar, True)
        return f"{done}{step.label!r} never happened{' except as a bot' if bots else ''}"
    if not chain:
        return f"{done}{step.label!r} happened outside the period only"
    limit = within.end if funnel.until == "range end" else now + 1
    behind = [event for event in ever if (event.time, event.seq) > (chain[-1].time, chain[-1].seq)]
    if not behind:
        again = " again" if step in funnel.steps[: len(chain)] else ""
        return f"{done}{step.label!r} did not happen{again} after that"
    if behind[0].time >= limit:
        return f"{done}{step.label!r} came after the end of the period"
    window = duration_in_words(funnel.window) if funnel.window else ""
    origin = "the step before" if funnel.window_scope == "per step" else "step 1"
    waited = behind[0].time - (chain[-1] if funnel.window_scope == "per step" else chain[0]).time
    return f"{done}{step.label!r} came {span(waited)} after {origin}, later than {window}"
