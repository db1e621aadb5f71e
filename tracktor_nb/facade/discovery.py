"""What is in the log: frames, names, SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracktor_nb.semantics.condition import Condition
from tracktor_nb.semantics.period import Period, resolve
from tracktor_nb.sending import Moment
from tracktor_nb.store.carts import latest_carts
from tracktor_nb.store.sql import read_sql

from .base import Wired, now

if TYPE_CHECKING:
    import pandas as pd


class Discovery(Wired):
    """Shows what is in the log."""

    def people(self, where: Condition | None = None, as_of: Moment = None) -> pd.DataFrame:
        """Return the people, indexed by person_id, one column a property; `as_of`: as they were known then."""
        from tracktor_nb.analysis.tables import people_frame

        at, meant = self._instant(as_of), None if where is None else self._resolved(where)
        return people_frame(self._log(as_of), at, self.calendar, meant)

    def events(
        self, name: str | None = None, where: Condition | None = None, period: Period = "30d", as_of: Moment = None
    ) -> pd.DataFrame:
        """Return the events of the period, in order of time: person_id, distinct_id, event, time, their properties."""
        from tracktor_nb.analysis.tables import events_frame

        within = resolve(period, self._instant(as_of), self.calendar)
        return events_frame(self._log(as_of), within, self.calendar, name, where)

    def carts(self) -> pd.DataFrame:
        """Return the latest cart of everybody who had one, by person_id.

        `state` is open, abandoned, canceled or purchased, `total` the cart's; beside it how often the person bought
        and for how much in all.
        """
        from tracktor_nb.analysis.tables import carts_frame

        with self.database.read() as connection:
            found = latest_carts(connection, self.record.id, now())
        return carts_frame([each.told() for each in found])

    def changes(self) -> pd.DataFrame:
        """Return every change of a person's property: person_id, distinct_id, time, property, value."""
        from tracktor_nb.analysis.tables import changes_frame

        return changes_frame(self._log())

    def event_names(self) -> pd.DataFrame:
        """Return the events by name, the most frequent first: times, people, first and last time."""
        from tracktor_nb.analysis.tables import names_frame

        return names_frame(self._log())

    def properties(self) -> pd.DataFrame:
        """Return the people's properties by name: how many people have one, its type, frequent values."""
        from tracktor_nb.analysis.tables import properties_frame

        return properties_frame(self._log(), now())

    def sql(self, query: str) -> pd.DataFrame:
        """Return the answer to a SELECT over `events`, `changes` and `identities`; it can read, and nothing else."""
        from tracktor_nb.analysis.tables import rows_frame

        return rows_frame(*read_sql(self.database, self.record.id, query))
