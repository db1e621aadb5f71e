"""What campaigns of a site did: the trace of one person, and the numbers of all; what the facade delegates to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .store import campaigns, shelf
from .store.traces import trace_of

if TYPE_CHECKING:
    from .analysis.results import Explanation
    from .facade.base import Wired


def why_not(site: Wired, name: str, person: str | int, now: int) -> Explanation:
    """Return everything that a campaign decided about a person (a distinct id, or its person_id), and why.

    A row for each decision: `when`, at which `node`, what was `decided`, `why`. Triggers that the person never reached
    say what is missing. UnknownNameError for a campaign that was not run, NotFoundError for an unknown person.
    """
    from .analysis.explanations.campaign import explain_campaign
    from .analysis.results import Explanation

    with site.database.read() as connection:
        running = campaigns.find(connection, site.record.id, name, shelf.lookup(connection, site.record.id))
        trace = trace_of(connection, site.record.id, running, person)
    summary, rows = explain_campaign(trace, now, site.calendar)
    return Explanation(trace.person.id, str(person), summary, rows)
