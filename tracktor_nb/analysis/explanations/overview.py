"""What one person adds to the parts of the overview, and to the numbers of sessions."""

from __future__ import annotations

from typing import Any

from tracktor_nb.analysis.wording import number, span
from tracktor_nb.semantics.acquisition import Acquisition, arrival
from tracktor_nb.semantics.activity import ACTIVE_OF, active_days, is_active, is_leaving, last_days, leaving_ranges
from tracktor_nb.semantics.among import asked_at
from tracktor_nb.semantics.attempt import attempt
from tracktor_nb.semantics.leaving import Leaving
from tracktor_nb.semantics.pages import Pages, sessions_in
from tracktor_nb.semantics.period import Calendar, Range
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.session import Sessions
from tracktor_nb.semantics.stops import Stops, last_page

from .rows import Told, event_row


def explain_sessions(definition: Sessions | Pages, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the person's sessions that begin in the range."""
    found = sessions_in(person, within, now, definition.include_bots)
    rows = [
        {
            "time": _moment(each.start, calendar),
            "length": span(each.length) if each.length else "",
            "pages": " → ".join(each.pages),
        }
        for each in found
    ]
    return f"began {_times(len(found), 'session')} in the period", rows


def explain_stops(stops: Stops, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return how far the person got in each funnel, or its last page."""
    if not stops.funnels:
        page = last_page(stops, person, within, asked_at(within, now), calendar)
        return ("comes still, or has no last page in the period" if page is None else f"was last seen on {page}"), []
    rows = []
    for name, funnel in stops.funnels.items():
        reached = attempt(funnel, person, within, now, calendar).reached
        last = funnel.steps[reached - 1].label if reached else ""
        rows.append({"funnel": name, "reached": f"step {reached} of {len(funnel.steps)}", "last": last})
    stopped = sum(
        0 < attempt(each, person, within, now, calendar).reached < len(each.steps) for each in stops.funnels.values()
    )
    return f"stopped in {_times(stopped, 'funnel')}", rows


def explain_acquisition(acquisition: Acquisition, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the event that counts, and whether the person is active."""
    at = asked_at(within, now)
    came = arrival(acquisition, person, within, at)
    if came is None:
        return "did not come in the period, or came by a campaign before it", []
    active = is_active(person, at, calendar, acquisition.include_bots)
    days = active_days(person, last_days(at, ACTIVE_OF, calendar), calendar, acquisition.include_bots)
    by = "no campaign" if came.campaign is None else repr(came.campaign)
    state = "active" if active else "not active"
    return f"came by {by}; {state}: {_times(len(days), 'day')} with events of {ACTIVE_OF}", [
        event_row(came.event, calendar)
    ]


def explain_leaving(leaving: Leaving, person: Person, within: Range, now: int, calendar: Calendar) -> Told:
    """Return the days that decide."""
    at = asked_at(within, now)
    before, since = leaving_ranges(at, calendar)
    summary = "is leaving" if is_leaving(person, at, calendar, leaving.include_bots) else "is not leaving"
    spans = (("28 days before", before), ("last 14 days", since))
    rows: list[dict[str, Any]] = []
    for name, part in spans:
        days = active_days(person, part, calendar, leaving.include_bots)
        rows.append({"part": name, "days": len(days), "which": ", ".join(map(str, days))})
    return summary, rows


def _times(count: int, what: str) -> str:
    return f"{number(count)} {what}{'' if count == 1 else 's'}"


def _moment(instant: int, calendar: Calendar) -> str:
    return f"{calendar.local(instant):%Y-%m-%d %H:%M:%S}"
