"""The events that a site makes without code: looked at, changed and tried out in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tracktor_nb.errors import UnknownNameError
from tracktor_nb.semantics.auto_event import CLICK, PAGE, AutoEvent, auto_events_of, matches
from tracktor_nb.store.database import Database
from tracktor_nb.store.site_settings import change_settings
from tracktor_nb.store.sites import SiteRecord, site_by_id
from tracktor_nb.store.writer import Transaction

SETTING = "auto_events"
Events = tuple[AutoEvent, ...]


class AutoEvents:
    """The auto events of a site. Browsers that have the script have a change within five minutes."""

    def __init__(self, database: Database, site_id: int) -> None:
        self._database, self._site_id = database, site_id

    def __repr__(self) -> str:
        return "\n".join(f"{each.name!r}: {each.kind} {each.match}" for each in self.list()) or "no auto events"

    def list(self) -> Events:
        """Return them all."""
        with self._database.read() as connection:
            return _events(site_by_id(connection, self._site_id))

    def add(self, name: str, *, page: str | None = None, click: str | None = None) -> AutoEvent:
        """Make an event when a page is seen whose address matches a pattern, or an element is clicked that a CSS
        selector selects; returns it. A name may be given to several.

        DefinitionError for what cannot mean anything; `test` tries a pattern out.
        """
        if (page is None) == (click is None):
            raise TypeError("Say what makes the event: page='/pricing' or click='#buy'.")
        added = AutoEvent(name, PAGE, page) if page is not None else AutoEvent(name, CLICK, click or "")
        self._change(lambda events: auto_events_of([*events, added]))
        return added

    def remove(self, name: str, match: str | None = None) -> None:
        """Make the event no longer: in no way, or not by this pattern or selector."""

        def left(events: Events) -> Sequence[AutoEvent]:
            kept = [each for each in events if each.name != name or match not in (None, each.match)]
            if len(kept) == len(events):
                raise UnknownNameError("auto event", name, {each.name for each in events})
            return kept

        self._change(left)

    def test(self, expression: str, urls: Iterable[str]) -> dict[str, bool]:
        """Return for each address whether the pattern of a page matches it."""
        return {url: matches(expression, url) for url in urls}

    def _change(self, edit: Callable[[Events], Sequence[AutoEvent]]) -> None:
        def step(tx: Transaction) -> None:
            events = edit(_events(site_by_id(tx.connection, self._site_id)))
            change_settings(tx, self._site_id, {SETTING: events or None})

        self._database.writer.run(step)


def _events(record: SiteRecord) -> Events:
    return auto_events_of(record.settings.get(SETTING, ()))
