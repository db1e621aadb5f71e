"""One site as the campaign engine follows it: the log part by part, people with their histories, and what to write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence

import sqlalchemy as sa

from tracktor_nb.semantics.event import Event
from tracktor_nb.semantics.person import known_at
from tracktor_nb.semantics.resumed import Fresh
from tracktor_nb.semantics.run import Standing, row_of
from tracktor_nb.semantics.running import Done, Launched, PeoplePart, RunningCampaign, Walker

from . import shelf
from .campaigns import FOLLOWER, launched_upto, running_campaigns, state_mark
from .components import Component, components, rows_of
from .database import Database
from .events import NewChange, NewEvent, record_rows
from .follower import Follower
from .following import news
from .journeys import due_identities, states, write_state
from .lists import change_lists
from .rows_of_people import chunks
from .tables import campaign, definition, effect, identity, undoing
from .writer import Transaction

MOST_PEOPLE = 300


class CampaignPeople(Follower):
    """Reads and writes what running campaigns need."""

    follows_as = FOLLOWER

    def __init__(self, database: Database, site_id: int, holder: str, clock: Callable[[], int]) -> None:
        super().__init__(database, site_id, holder, clock)
        self._mark: object = None
        self._campaigns: list[RunningCampaign] = []

    # --- campaigns --------------------------------------------------------------------------------------------------

    def campaigns(self) -> Sequence[RunningCampaign]:
        """Return the campaigns that were run and not stopped, with the segments they ask for as they are saved now."""
        with self._database.read() as connection:
            mark = self._mark_of(connection)
            if mark != self._mark:
                self._campaigns = running_campaigns(connection, self._site_id, shelf.lookup(connection, self._site_id))
                self._mark = mark
                self._read_to = 0
        return self._campaigns

    def _mark_of(self, connection: sa.Connection) -> object:
        newest = sa.select(sa.func.max(definition.c.id)).where(definition.c.site_id == self._site_id)
        return connection.execute(newest).scalar(), state_mark(connection, self._site_id)

    def _wanted(self) -> tuple[frozenset[str] | None, bool]:
        """The names of events that may start or move somebody (None: any may), and whether property changes may."""
        runs = [run for each in self._campaigns for run in each.runs]
        names = [run.wanted for run in runs]
        causes = {trigger.cause for run in runs for trigger in run.definition.graph.triggers.values()}
        if None in names:
            return None, True
        return frozenset().union(*(each for each in names if each is not None)), "changed" in causes

    # --- parts ------------------------------------------------------------------------------------------------------

    def next_part(self) -> PeoplePart | None:
        """Return what came since the last part that was kept, None if nothing did."""
        place = self._held
        with self._database.read() as connection:
            told = news(connection, place._replace(position=self._upto), *self._wanted())
            if told is None:
                return None
            if self._mark_of(connection) != self._mark:  # a campaign began meanwhile, for which this may be news
                return PeoplePart(Fresh(), (), place.reached, True, self._upto)
            if not told.seqs or not self._campaigns:
                self._read_to = told.position
                return PeoplePart(Fresh(), (), place.reached, True, told.position) if told.rest else None
            people = self._walkers(connection, told.identities, told.position)
            undone = self._undone(connection, told.seqs) if told.parted else frozenset[int]()
        known = [known_at(row) for each in people for row in rows_of(each.history) if row.seq in told.seqs]
        known += [edge.undone_at or 0 for each in people for edge in each.history.edges if edge.seq in undone]
        fresh = Fresh(told.seqs, undone, place.reached, told.listed)
        return PeoplePart(fresh, people, max([place.reached, *known]), told.rest, told.position)

    def due(self, campaigns: Collection[int], until: int) -> PeoplePart | None:
        """Return people for whom something is due by an instant in one of the campaigns, None if there are none."""
        with self._database.read() as connection:
            waiting = {id for each in campaigns for id in due_identities(connection, each, until, MOST_PEOPLE)}
            return self._part(connection, waiting, self._upto) if waiting else None

    def launching(self, upto: int) -> tuple[PeoplePart, int] | None:
        """Return the next people to be looked at for Run, behind an identity, and the last of them; None behind all."""
        its = identity.c.site_id == self._site_id, identity.c.id > upto
        with self._database.read() as connection:
            next_ones = sa.select(identity.c.id).where(*its).order_by(identity.c.id).limit(MOST_PEOPLE)
            ids = list(connection.execute(next_ones).scalars())
            # With rows that are not followed yet: what was known at Run is looked at now, and only now.
            return (self._part(connection, ids, None), ids[-1]) if ids else None

    def launched(self, campaign_id: int) -> None:
        """Note that everybody was looked at for Run."""
        self._database.writer.run(lambda tx: launched_upto(tx, campaign_id, None))

    def outside(self, name: str, identities: Collection[int], at: int) -> Standing:
        """Return what else was known of somebody at an instant: letters of other campaigns."""
        others = sa.select(effect.c.at).join(campaign, campaign.c.id == effect.c.campaign_id)
        sent_at: list[int] = []
        with self._database.read() as connection:
            for chunk in chunks(sorted(identities)):
                its = effect.c.identity_id.in_(chunk), effect.c.kind == "letter", effect.c.at <= at
                sent_at += connection.execute(others.where(*its, campaign.c.name != name)).scalars()
        return Standing(sent_at=tuple(sorted(sent_at)))

    def keep(self, part: PeoplePart, done: Sequence[Done], reached: int, launched: Launched | None = None) -> bool:
        """Write what campaigns did for the people of a part, and go on behind it; False if another one did.

        `launched` is the campaign that was Run for these people, and the last of them.
        """
        now = self._clock()

        def write(tx: Transaction) -> None:
            for each in done:
                write_state(tx, each.campaign.id, each.before, each.after, each.effects)
                change_lists(tx, self._site_id, each.effects, now)
            record_rows(tx, self._site_id, _rows(tx, done))
            if launched is not None:
                launched_upto(tx, *launched)

        return self._move(part.position, reached, write)

    def _part(self, connection: sa.Connection, identities: Collection[int], upto: int | None) -> PeoplePart:
        place = self._held
        people = self._walkers(connection, identities, upto)
        return PeoplePart(Fresh(reached=place.reached), people, place.reached, False, self._upto)

    def _walkers(self, connection: sa.Connection, identities: Collection[int], upto: int | None) -> list[Walker]:
        found: list[Component] = components(connection, identities, upto)
        people = [each.identities for each in found]
        standing = {each.id: states(connection, each.id, each.name, people) for each in self._campaigns}
        return [
            Walker(each.identities, each.history, {id: its[at] for id, its in standing.items()})
            for at, each in enumerate(found)
        ]

    def _undone(self, connection: sa.Connection, seqs: Collection[int]) -> frozenset[int]:
        rows = sa.select(undoing.c.edge_seq).where(undoing.c.seq.in_(list(seqs)))
        return frozenset(connection.execute(rows).scalars())


def _rows(tx: Transaction, done: Sequence[Done]) -> list[NewEvent | NewChange]:
    """The rows of the log that actions make; a key of their own keeps each from being written twice."""
    made = [(effect, row) for each in done for effect in each.effects if (row := row_of(effect, each.campaign.run, 0))]
    ids = {effect.identity for effect, _ in made}
    names: dict[int, str] = {}
    for chunk in chunks(sorted(ids)):
        rows = sa.select(identity.c.id, identity.c.distinct_id).where(identity.c.id.in_(chunk))
        names |= {row.id: row.distinct_id for row in tx.connection.execute(rows)}
    found: list[NewEvent | NewChange] = []
    for made_by, row in made:
        whose = names.get(made_by.identity)
        if whose is None:
            continue
        key = hashlib.sha256(made_by.key.encode()).digest()[:16]
        more = {"message_key": key, "known_at": row.known_at, "origin": row.origin}
        if isinstance(row, Event):
            found.append(NewEvent(whose, row.name, row.time, row.time, row.properties, **more))  # type: ignore[arg-type]
        else:
            found.append(NewChange(whose, row.values, row.time, row.time, **more))  # type: ignore[arg-type]
    return found
