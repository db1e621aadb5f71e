"""Which rows of the log can change who is in a segment: those that it asks about, and the first about a person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .condition import Asset, Condition, Did, Group, Has, InCompany, InSegment
from .event import Event, PropertyChange, Row
from .person import DERIVED_PROPERTIES
from .truth import group_of


@dataclass(frozen=True)
class Interest:
    """Names of events and of top-level properties; `any_row` where it is asked when somebody was seen."""

    events: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()
    any_row: bool = False

    def covers(self, row: Row) -> bool:
        """True if the row may change the answer for somebody who was known before; merges always may."""
        if isinstance(row, Event):
            return self.any_row or row.name in self.events
        return self.any_row or not isinstance(row, PropertyChange) or not self.properties.isdisjoint(row.values)

    def __or__(self, other: Interest) -> Interest:
        return Interest(self.events | other.events, self.properties | other.properties, self.any_row or other.any_row)


@lru_cache(maxsize=4096)
def interest_of(group: Group) -> Interest:
    """Return what a resolved segment or cohort looks at."""
    found = Interest()
    for condition in group.conditions:
        found |= interest_in(condition)
    return found


def interest_in(condition: Condition) -> Interest:
    """Return what a resolved condition looks at; a key spelled like a whole path counts as well."""
    if isinstance(condition, Has):
        first = condition.property.split(".")[0].removesuffix("[]")
        return Interest(properties=frozenset([first, condition.property]), any_row=first in DERIVED_PROPERTIES)
    if isinstance(condition, Did):
        return Interest(events=frozenset([condition.event]), any_row=condition.known_for is not None)
    if isinstance(condition, InSegment):
        return interest_of(group_of(condition))
    found = Interest()
    meant = (condition.meaning,) if isinstance(condition, (Asset, InCompany)) else condition.parts
    for part in meant:
        found |= interest_in(part)
    return found
