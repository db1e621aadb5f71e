"""Campaigns: Run, publish, pause, stop, and what they did."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tracktor_nb import campaign_answers, campaigning

from .base import Wired, now

if TYPE_CHECKING:
    import pandas as pd

    from tracktor_nb.analysis.results import CampaignReport, Explanation
    from tracktor_nb.semantics.campaign import Campaign
    from tracktor_nb.semantics.lint import Finding


class Campaigns(Wired):
    """Runs saved campaigns; the worker (`tracktor-nb up` or `work`) takes people through them."""

    def lint(self, campaign: str | Campaign) -> list[Finding]:
        """Return what is probably wrong with a campaign, errors first; an error never works as drawn."""
        return campaigning.findings(self, campaign)

    def launch(self, name: str, start_present: bool = False) -> list[Finding]:
        """Run a saved campaign and return what lint warns of; CampaignError if lint finds an error, or it was run.

        `start_present` starts those who are in the segment of an `entered` trigger already.
        """
        return campaigning.launch(self, name, start_present, now())

    def preview_launch(self, name: str) -> campaigning.LaunchPreview:
        """Return whom Run would start at once, and what lint says, before anything happens."""
        return campaigning.preview_launch(self, name, now())

    def preview_publish(self, name: str) -> campaigning.PublishPreview:
        """Return who waits where in a running campaign, and who would leave if all moved to the saved revision."""
        return campaigning.preview_publish(self, name)

    def publish(self, name: str, move: bool = False) -> int:
        """Let people enter the latest saved revision of a running campaign, and return how many left.

        Waiting people finish their version; with `move` they go on in the new one at the node of the same id, and
        leave where there is none.
        """
        return campaigning.publish(self, name, move, now())

    def pause(self, name: str) -> None:
        """Let nothing start or move in a campaign until `resume`; what happens meanwhile triggers nothing."""
        self._write(partial(campaigning.pause, site_id=self.record.id, name=name, now=now()))

    def resume(self, name: str) -> None:
        """Let a paused campaign go on; timers that came due meanwhile fire at once."""
        self._write(partial(campaigning.resume, site_id=self.record.id, name=name, now=now()))

    def stop(self, name: str) -> int:
        """End a campaign for good and return how many people it took out."""
        return campaigning.stop(self, name, now())

    def campaign(self, name: str) -> CampaignReport:
        """Return a campaign in numbers: arrivals, ways out and waiting people of each node, and those held out."""
        return campaign_answers.campaign_report(self, name, now())

    def why_not(self, name: str, person: str | int) -> Explanation:
        """Return everything that a campaign decided about a person, and why: sent, skipped, refused, missed."""
        return campaign_answers.why_not(self, name, person, now())

    def campaigns(self) -> pd.DataFrame:
        """Return the campaigns that were ever run, by name: state, version, when, people inside, letters, goals."""
        return campaigning.campaigns_frame(self)

    def deliveries(self, name: str | None = None) -> pd.DataFrame:
        """Return what campaigns sent or meant to send, newest first: who, what, when, and why not if it was skipped."""
        return campaigning.deliveries_frame(self, name)

    def live_segments(self) -> pd.DataFrame:
        """Return the segments that the worker keeps up to date, by name: members, since when, when next to change."""
        return campaigning.segments_frame(self)
