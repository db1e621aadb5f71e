"""What campaigns of a site did: the trace of one person, and the numbers of all; what the facade delegates to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .errors import DefinitionError
from .store import campaigns, shelf
from .store.frames import Frames
from .store.tallies import identities_at, tally_of
from .store.traces import trace_of

if TYPE_CHECKING:
    from .analysis.results import CampaignReport, Explanation, PeoplePage, Result
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


def campaign_report(site: Wired, name: str, now: int) -> CampaignReport:
    """Return the counts of a campaign at each node, and how those held out compare; UnknownNameError if never run."""
    from .analysis.results import CampaignReport

    watermark = Frames(site.database, site.record.id).watermark()
    with site.database.read() as connection:
        running = campaigns.find(connection, site.record.id, name, shelf.lookup(connection, site.record.id))
        tally = tally_of(connection, running.id)
    low, high = tally.lift_interval or (None, None)
    return CampaignReport(
        definition=running.run.definition,
        name=name,
        revision=running.revisions[-1],
        period="all time",
        calendar=site.calendar,
        now=now,
        watermark=watermark.seq,
        start=running.run.launched_at,
        end=now,
        state=running.state,
        version=running.run.version,
        nodes=[asdict(each) for each in tally.nodes(running.run.definition.graph)],
        treated=asdict(tally.treated),
        held_out=asdict(tally.held_out),
        mixed=asdict(tally.mixed),
        lift=tally.lift,
        lift_low=low,
        lift_high=high,
        asked=_Asked(site, running.id, name, now),
    )


@dataclass(frozen=True)
class _Asked:
    """Who lists the people behind a report's numbers, and says why one of them is there."""

    site: Wired
    campaign_id: int
    name: str
    now: int

    def people_page(self, which: Mapping[str, Any], offset: int, limit: int | None, search: str) -> PeoplePage:
        """Return some of the people whom a number of a node counts."""
        import numpy as np

        from .analysis.answers.people import people_page

        with self.site.database.read() as connection:
            ids = identities_at(connection, self.campaign_id, which.get("node"), which.get("what", "came"))
        log = self.site._log()
        codes = log.identities.codes(np.array(sorted(ids), np.int64))
        return people_page(log, np.unique(log.person_of[codes[codes >= 0]]), self.now, offset, limit, search)

    def explain(self, person: Any) -> Explanation:
        """Return everything that the campaign decided about a person."""
        return why_not(self.site, self.name, person, self.now)

    def again(self, **options: Any) -> Result:
        """Refuse: what ran cannot run otherwise."""
        raise DefinitionError(f"{self.name!r} has run as it is; rehearse another version with site.backtest(…).")
