"""What /track, /set, /alias and unalias mean, said as shortly as possible: every answer is found by starting over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Row(NamedTuple):
    time: int
    seq: int
    what: str
    id: str
    value: Any


@dataclass
class Being:
    """People as they stand while the log is read: the name they go by, their ids, and their values (None: removed)."""

    name: str
    ids: set[str]
    values: dict[str, Any] = field(default_factory=dict)


class Model:
    """The log, and the messages it has heard."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.heard: set[tuple[str, str]] = set()

    def hear(self, what: str, id: str, value: Any, time: int, message: str) -> None:
        """Take a call; `value` is the event's name, the new values, or (destination, reason)."""
        if (what, message) in self.heard or (what == "alias" and self._changes_nothing(id, *value)):
            return
        self.heard.add((what, message))
        self.rows.append(Row(time, len(self.rows), what, id, value))

    def undo(self, number: int) -> Row | None:
        """Take a merge back, and return it."""
        merges = [row for row in self.rows if row.what == "alias"]
        if not merges:
            return None
        gone = merges[number % len(merges)]
        self.rows[gone.seq] = gone._replace(what="undone")
        return gone

    def people(self) -> dict[str, tuple[frozenset[str], dict[str, Any], list[str]]]:
        """Return, by the name a person goes by: all ids, the properties, and the events in their order.

        Of whom nothing is known but ids is left out.
        """
        named = {id: being.name for being in self._read(by_arrival=True) for id in being.ids}
        known = {being.name: being for being in self._read(by_arrival=False)}
        held = {named[id]: being for being in known.values() for id in being.ids}
        return {
            name: (
                frozenset(id for id in named if named[id] == name),
                {key: value for key, value in being.values.items() if value is not None},
                [row.value for row in sorted(self.rows) if row.what == "track" and named[row.id] == name],
            )
            for name, being in held.items()
            if any(row.what in ("track", "set") and named[row.id] == name for row in self.rows)
        }

    def _changes_nothing(self, src: str, dest: str, reason: str) -> bool:
        if src == dest or any(row.what == "alias" and (row.id, row.value[0]) == (src, dest) for row in self.rows):
            return True
        whose = next((being.ids for being in self._read(by_arrival=True) if src in being.ids), {src})
        return reason == "identify" and not all(id.startswith("a-") for id in whose)

    def _read(self, by_arrival: bool) -> list[Being]:
        """Read the log from its start: who is called what follows arrival, what is known of them follows time."""
        of: dict[str, Being] = {}
        for row in self.rows if by_arrival else sorted(self.rows):
            being = of.setdefault(row.id, Being(row.id, {row.id}))
            if row.what == "set":
                being.values.update(row.value)
            elif row.what == "alias" and being is not (
                dest := of.setdefault(row.value[0], Being(row.value[0], {row.value[0]}))
            ):
                dest.values = being.values | dest.values
                dest.ids |= being.ids
                of |= dict.fromkeys(being.ids, dest)
        return list({id(being): being for being in of.values()}.values())
