"""Any mix of calls, late, early, repeated or taken back, leaves what the reference model says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracktor_nb.settings import Settings
from tracktor_nb.site import Site
from tracktor_nb.store.database import Database
from tracktor_nb.store.sites import add_site

from .conftest import Door
from .reference_model import Model

IDS = ("a-1", "a-2", "a-3", "ann", "bob", "cat")
NAMES = ("View", "Cart")
FIRST = 1_789_000_000  # seconds; before the clock of the server under test
_numbers = count()


class Send(NamedTuple):
    """One call: what /track, /set and /alias have as parameters, and its message."""

    what: str
    id: str
    value: Any
    time: int
    message: str

    def body(self) -> dict[str, Any]:
        """Return the call as it travels, without the token of the site."""
        told: dict[str, Any] = {"type": self.what, "ts": FIRST + self.time, "message_id": self.message}
        if self.what == "alias":
            return told | {"srcid": self.id, "destid": self.value[0], "reason": self.value[1]}
        return told | {"id": self.id} | ({"action": self.value} if self.what == "track" else {"data": self.value})

    def is_refused(self) -> bool:
        """True for what the door refuses: a known person cannot become an anonymous one."""
        if self.what != "alias" or not self.value[0].startswith("a-"):
            return False
        return self.value[1] == "identify" or not self.id.startswith("a-")


class Undo(NamedTuple):
    """Take a merge back, whichever has that number by then."""

    number: int


class Again(NamedTuple):
    """Send once more what was sent before, whichever has that number by then."""

    number: int


ids = st.sampled_from(IDS)
times = st.integers(0, 6)
values = st.dictionaries(st.sampled_from(("plan", "city")), st.sampled_from(("x", "y", "z", None)), min_size=1)
messages = st.builds(lambda number: f"message {number}", st.integers(0, 10**9))
sends = (
    st.builds(Send, st.just("track"), ids, st.sampled_from(NAMES), times, messages)
    | st.builds(Send, st.just("set"), ids, values, times, messages)
    | st.builds(Send, st.just("alias"), ids, st.tuples(ids, st.sampled_from(("alias", "identify"))), times, messages)
)
batches = st.lists(sends, min_size=1, max_size=3)
histories = st.lists(batches | st.builds(Undo, times) | st.builds(Again, st.integers(0, 20)), max_size=12)


class House:
    """The same history told to the model and to the door."""

    def __init__(self, database: Database, port: int) -> None:
        site = database.writer.run(lambda tx: add_site(tx, f"model {next(_numbers)}"))
        self.door, self.site = Door(database, port, site), Site(database, site, Settings())
        self.model, self.sent = Model(), list[Sequence[Send]]()

    def take(self, act: Sequence[Send] | Undo | Again) -> None:
        if isinstance(act, Undo):
            self._undo(act.number)
        elif not isinstance(act, Again):
            self.sent.append(act)
            self._send(act)
        elif self.sent:
            self._send(self.sent[act.number % len(self.sent)])

    def _send(self, batch: Sequence[Send]) -> None:
        for send in batch:
            if not send.is_refused():
                self.model.hear(*send)
        if len(batch) == 1:
            answer = self.door.post(f"/{batch[0].what}", **batch[0].body())
            assert answer.status == (400 if batch[0].is_refused() else 200)
        else:
            answer = self.door.post("/batch", batch=[send.body() for send in batch])
            refused = [index for index, send in enumerate(batch) if send.is_refused()]
            assert [each["index"] for each in answer.json["rejected"]] == refused

    def _undo(self, number: int) -> None:
        gone = self.model.undo(number)
        if gone is not None:
            edge = next(
                seq
                for src, dest, seq in self.door.rows(
                    "SELECT s.distinct_id, d.distinct_id, e.seq FROM identity_edge e JOIN identity s ON s.id = e.src"
                    " JOIN identity d ON d.id = e.dest WHERE e.site_id = {site} AND e.undone_at IS NULL"
                )
                if (src, dest) == (gone.id, gone.value[0])
            )
            self.site.unalias(edge)

    def people(self) -> dict[str, tuple[frozenset[str], dict[str, Any], list[str]]]:
        """Return what the model's `people` returns, as a data scientist sees it."""
        people, events = self.site.people(), self.site.events(period="all time")
        whose = self.door.people()
        found = {}
        for person, row in people.iterrows():
            named = frozenset(id for id, its in whose.items() if its == person)
            known = {name: row[name] for name in ("plan", "city") if isinstance(row.get(name), str)}
            found[row["distinct_id"]] = (named, known, events[events["person_id"] == person]["event"].tolist())
        return found


@given(history=histories)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_people_properties_and_histories_are_those_of_the_model(
    served: tuple[Database, int], history: list[Sequence[Send] | Undo | Again]
) -> None:
    house = House(*served)
    for act in history:
        house.take(act)
    assert house.people() == house.model.people()
