"""What the engine needs of the world, so that it knows neither database nor clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from tracktor_nb.semantics.condition import Group
from tracktor_nb.semantics.period import SECOND
from tracktor_nb.semantics.person import Person
from tracktor_nb.semantics.run import Standing
from tracktor_nb.semantics.running import Done, Launched, PeoplePart, RunningCampaign
from tracktor_nb.semantics.standing import Standings


class Part(Protocol):
    """A part of the log: its rows by arrival number, and everybody whom they are about, as they are now.

    `standings` has those of all who became, or were, one of the people; `parted` are those who were one person with
    somebody before, until the merge was undone, or who were put on a list or taken off one. `horizon` is the instant
    (microseconds) at which the last of the rows became known; `rest` says that the log holds more already.
    """

    @property
    def fresh(self) -> frozenset[int]: ...

    @property
    def people(self) -> Mapping[int, Person]: ...

    @property
    def standings(self) -> Mapping[int, Standings]: ...

    @property
    def parted(self) -> Collection[int]: ...

    @property
    def horizon(self) -> int: ...

    @property
    def rest(self) -> bool: ...


GRACE = SECOND // 4
"""A row is in the log so long after it became known at the latest; time is followed only up to there."""

AnyPart = TypeVar("AnyPart", bound=Part)


class LiveStore(Protocol[AnyPart]):
    """The log of one site, followed by one process at a time, and the standings of its people."""

    def take(self) -> bool:
        """Hold the place of this site's follower, or go on holding it; False if somebody else does."""

    def segments(self) -> tuple[Mapping[int, Group], Sequence[int]]:
        """Return the segments to keep by number, and the numbers of those about which not everybody was asked yet."""

    def reached(self) -> int:
        """Return the instant up to which time has been followed."""

    def next_part(self) -> AnyPart | None:
        """Return what came since the last part that was kept, None if nothing did."""

    def due(self, until: int) -> AnyPart | None:
        """Return people for whom time alone may have changed something up to an instant, None if there are none."""

    def unasked(self) -> tuple[AnyPart, Collection[int]] | None:
        """Return the next people to be asked about new segments, and which; None once some have asked everybody.

        That these have is then written down.
        """

    def asked(self) -> None:
        """Note that these people were asked."""

    def keep(self, part: AnyPart, standings: Mapping[int, Standings], reached: int) -> bool:
        """Write the standings that the people of a part have now, and go on behind it; False if another one did."""


class CampaignStore(Protocol):
    """The log of one site, followed by one process at a time, and where its people stand in campaigns."""

    def take(self) -> bool:
        """Hold the place of this site's follower, or go on holding it; False if somebody else does."""

    def campaigns(self) -> Sequence[RunningCampaign]:
        """Return the campaigns that were run and not stopped, with the segments they ask for as they are saved now."""

    def reached(self) -> int:
        """Return the instant up to which time has been followed."""

    def next_part(self) -> PeoplePart | None:
        """Return what came since the last part that was kept, None if nothing did."""

    def due(self, campaigns: Collection[int], until: int) -> PeoplePart | None:
        """Return people for whom something is due by an instant in one of the campaigns, None if there are none."""

    def launching(self, upto: int) -> tuple[PeoplePart, int] | None:
        """Return the next people to be looked at for Run, behind an identity, and the last of them; None behind all."""

    def launched(self, campaign_id: int) -> None:
        """Note that everybody was looked at for Run."""

    def outside(self, name: str, identities: Collection[int], at: int) -> Standing:
        """Return what else was known of somebody at an instant: letters of other campaigns, unsubscribes."""

    def keep(self, part: PeoplePart, done: Sequence[Done], reached: int, launched: Launched | None = None) -> bool:
        """Write what campaigns did for the people of a part, and go on behind it; False if another one did.

        `launched` is the campaign that was Run for these people, and the last of them.
        """
