"""One person in one campaign, read from SQL."""

from __future__ import annotations

import sqlalchemy as sa

from tracktor_nb.errors import NotFoundError
from tracktor_nb.semantics.running import RunningCampaign
from tracktor_nb.semantics.trace import Trace

from .histories import histories, identities_of
from .identity import look_up_person
from .journeys import states
from .tables import identity


def trace_of(connection: sa.Connection, site_id: int, running: RunningCampaign, person: str | int) -> Trace:
    """Return what a campaign knows of a person (one of its distinct ids, or its person_id) and did with it.

    NotFoundError if nobody has the id.
    """
    found = (
        look_up_person(connection, site_id, person) if isinstance(person, str) else _own(connection, site_id, person)
    )
    if found is None:
        raise NotFoundError(f"Nobody in this site has the id {person!r}.")
    (state,) = states(connection, running.id, running.name, [[*identities_of(connection, [found])]])
    return Trace(running, histories(connection, [found])[found], state.journeys, state.effects)


def _own(connection: sa.Connection, site_id: int, number: int) -> int | None:
    its = identity.c.site_id == site_id, identity.c.id == number
    person: int | None = connection.execute(sa.select(identity.c.person_id).where(*its)).scalar()
    return person
