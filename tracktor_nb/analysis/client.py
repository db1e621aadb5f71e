"""Asks the analysis process of this machine. Loads neither pandas nor numpy, so that dashboards stay thin."""

from __future__ import annotations

import http.client
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tracktor_nb import errors
from tracktor_nb.errors import ServiceError, TracktorError, UnknownNameError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.condition import Group
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.period import Period

from . import address
from .results import Explanation, PeoplePage, Result, from_dict

PATIENCE = 30.0  # seconds that a restart may take
PAUSE = 0.1
LONGEST_ANSWER = 600.0  # seconds

log = logging.getLogger(__name__)


def find_client(folder: Path, database: str) -> Client | None:
    """Return a client of the process that answers about the database, None if this machine runs none."""
    found = address.read(folder)
    return Client(folder) if found is not None and found.database == database and found.is_kept else None


class Client:
    """Answers like an `Engine`, by asking the process whose address stands in the folder.

    While that process restarts, questions wait, up to `patience` seconds; then they raise ServiceError.
    """

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        self._folder, self._patience = folder, patience

    def evaluate(
        self, site: str, definition: Definition, period: Period = "all time", as_of: int | None = None
    ) -> Result:
        """Return the answer with everything the site has recorded so far."""
        question = {"site": site, "definition": codec.to_dict(definition), "period": period, "as_of": as_of}
        return from_dict(self.ask("evaluate", question), _Asked(self, question))

    def identities(self, site: str, segment: Group, as_of: int | None = None) -> list[int]:
        """Return the ids of all identities of a segment's members now, or as known at an instant."""
        question = {"site": site, "definition": codec.to_dict(segment), "as_of": as_of}
        found: list[int] = self.ask("identities", question)
        return found

    def events(self, site: str) -> list[dict[str, Any]]:
        """Return {name, count} of each event, the most frequent first."""
        found: list[dict[str, Any]] = self.ask("events", {"site": site})
        return found

    def properties(self, site: str, event: str | None = None) -> list[dict[str, Any]]:
        """Return {name, type, values} of an event's arguments, or of the properties of people."""
        found: list[dict[str, Any]] = self.ask("properties", {"site": site, "event": event})
        return found

    def ask(self, question: str, body: Mapping[str, Any]) -> Any:
        """Return the answer as plain JSON values; errors of the other side are raised again here."""
        status, answered = self._patiently(question, json.dumps(body))
        if status != 200:
            raise _raised(answered["error"])
        return answered["answer"]

    def _patiently(self, question: str, body: str) -> tuple[int, Any]:
        """Ask again while nobody listens, or somebody with another token: questions change nothing."""
        deadline = time.monotonic() + self._patience
        waiting = False
        while True:
            status, answered = self._once(question, body)
            if status not in (0, 401):
                return status, answered
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"The analysis process did not answer for {self._patience:.0f} s. Start it with `tracktor-nb up`, "
                    f"or remove {self._folder / address.FILE} to compute in this process."
                )
            if not waiting:
                log.warning("The analysis process is starting; waiting for it up to %.0f s.", self._patience)
                waiting = True
            time.sleep(PAUSE)

    def _once(self, question: str, body: str) -> tuple[int, Any]:
        found = address.read(self._folder)
        if found is None:
            return 0, None
        connection = http.client.HTTPConnection("127.0.0.1", found.port, timeout=LONGEST_ANSWER)
        try:
            connection.request("POST", f"/{question}", body, {"Authorization": f"Bearer {found.token}"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (ConnectionError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()


@dataclass(frozen=True)
class _Asked:
    """Asks the further questions about one answer."""

    client: Client
    question: Mapping[str, Any]

    def people_page(self, which: Mapping[str, Any], offset: int, limit: int | None, search: str) -> PeoplePage:
        page = {**which, "offset": offset, "limit": limit, "search": search}
        return PeoplePage(**self.client.ask("people", {**self.question, "page": page}))

    def explain(self, person: Any) -> Explanation:
        return Explanation(**self.client.ask("explain", {**self.question, "person": person}))

    def again(self, **options: Any) -> Result:
        question = self.question
        definition: Any = codec.from_dict(question["definition"])
        return self.client.evaluate(
            question["site"], replace(definition, **options), question["period"], question["as_of"]
        )


def _raised(error: Mapping[str, str]) -> TracktorError:
    """Return the error of the other side as our own."""
    cls: type[TracktorError] = getattr(errors, error["type"], ServiceError)
    raised = cls.__new__(cls, error["message"])
    if isinstance(raised, UnknownNameError):
        raised.message = error["message"]
    return raised
