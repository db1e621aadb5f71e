"""Which column of a file is what: told by the caller, or guessed from its name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tracktor_nb.errors import FrameError, UnknownNameError
from tracktor_nb.semantics.person import DERIVED_PROPERTIES

# Names that mean the same, the likeliest first; compared without case, blanks, dashes and underscores.
_DISTINCT_ID = (
    "distinctid", "userid", "user", "id", "personid", "person", "customerid", "customer", "visitorid", "visitor",
    "memberid", "clientid", "uid", "anonymousid", "email", "name",
)  # fmt: skip
_EVENT = ("event", "eventname", "action", "eventtype", "activity", "name", "type")
_TIME = (
    "time", "timestamp", "ts", "datetime", "date", "eventtime", "eventdate", "occurredat", "happenedat", "createdat",
    "sentat", "receivedat", "day",
)  # fmt: skip
_KNOWN_SINCE = ("time", "timestamp", "ts", "createdat", "registeredat", "signedupat")
_PROPERTIES = ("properties", "eventproperties")
_TRAITS = ("properties", "traits")


@dataclass(frozen=True)
class Columns:
    """Which column of a file is what; all the others are properties, under their own name or the one in `names`."""

    distinct_id: str
    event: str | None
    time: str | None
    properties: str | None
    names: Mapping[str, str]

    @property
    def roles(self) -> frozenset[str]:
        """The columns that are no properties themselves."""
        return frozenset(filter(None, (self.distinct_id, self.event, self.time, self.properties)))


def event_columns(file: str, columns: Sequence[str], mapping: Mapping[str, str], event: str | None) -> Columns:
    """Return the columns of a file of events: those the mapping names, else those with a name near enough.

    `mapping` gives our name for theirs: {"time": "ts"}; any other name of ours renames a property. `event` is the name
    of every event, for a file without such a column. Raises FrameError if one is missing.
    """
    choice = _Choice(file, columns, mapping)
    return Columns(
        distinct_id=choice.needed("distinct_id", _DISTINCT_ID),
        time=choice.needed("time", _TIME),
        event=choice.needed("event", _EVENT) if event is None else None,
        properties=choice.wanted("properties", _PROPERTIES),
        names=choice.names,
    )


def people_columns(file: str, columns: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """Return the columns of a file of people. `time`, where there is one, is since when the properties hold."""
    choice = _Choice(file, columns, mapping)
    chosen = Columns(
        distinct_id=choice.needed("distinct_id", _DISTINCT_ID),
        time=choice.wanted("time", _KNOWN_SINCE),
        event=None,
        properties=choice.wanted("properties", _TRAITS),
        names=choice.names,
    )
    derived = set(DERIVED_PROPERTIES) & ({choice.names.get(each, each) for each in columns if each not in chosen.roles})
    if derived:
        name = min(derived)
        raise FrameError(
            f"{file} has a column {name!r}, a property that follows from a person's events."
            f" Give it another name: mapping={{'imported_{name}': '{name}'}} (--map imported_{name}={name})."
        )
    return chosen


class _Choice:
    """Columns given away one after another, none of them twice."""

    def __init__(self, file: str, columns: Sequence[str], mapping: Mapping[str, str]) -> None:
        for column in mapping.values():
            if column not in columns:
                raise UnknownNameError("column", column, columns, where=file)
        self.file, self.columns, self.mapping = file, columns, mapping
        self.taken = set(mapping.values())
        roles = ("distinct_id", "event", "time", "properties")
        self.names = {theirs: ours for ours, theirs in mapping.items() if ours not in roles}

    def wanted(self, role: str, near: Collection[str]) -> str | None:
        """Return the column for a role, or None."""
        if role in self.mapping:
            return self.mapping[role]
        free = {_plain(each): each for each in reversed(self.columns) if each not in self.taken}
        found = next((free[name] for name in near if name in free), None)
        self.taken |= {found} if found else set()
        return found

    def needed(self, role: str, near: Collection[str]) -> str:
        """Return the column for a role, or raise FrameError."""
        found = self.wanted(role, near)
        if found is None:
            have = ", ".join(self.columns) or "none"
            raise FrameError(
                f"{self.file} has no column for {role!r}. Its columns: {have}."
                f" Say which one it is: mapping={{{role!r}: '…'}} (--map {role}=…)."
            )
        return found


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
