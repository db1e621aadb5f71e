"""Pages: which are visited by most people, and which make visitors stay (SEMANTICS 5, Overview)."""

from __future__ import annotations

from dataclasses import dataclass

from .definition import FLAG, Definition, check_choice
from .period import Range
from .person import Person
from .session import Session, session_rule, sessions

ENOUGH_ENTRIES = 30
"""From so many sessions on that enter at a page, the share of them that goes on says something about the page."""


@dataclass(frozen=True, eq=False, repr=False)
class Pages(Definition):
    """The pages of a site: how many people viewed each, how many sessions began and ended there, how many went on.

    >>> Pages().rule()
    'sessions: events that name their page, at most 30 min apart, at most 24 h · bots out · counted where they begin · \
popular: unique people · attractive: share of the sessions entering there that view a second page, from 30 on'
    """

    include_bots: bool = False

    def __post_init__(self) -> None:
        check_choice("include_bots", self.include_bots, FLAG, "Pages(…)")

    def to_source(self) -> str:
        return "Pages(include_bots=True)" if self.include_bots else "Pages()"

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        return (
            f"{session_rule(self.include_bots)} · counted where they begin · popular: unique people · attractive: "
            f"share of the sessions entering there that view a second page, from {ENOUGH_ENTRIES} on"
        )


def sessions_in(person: Person, within: Range, now: int, include_bots: bool = False) -> list[Session]:
    """Return the person's sessions that begin in the range, as far as they went by `now`, in order."""
    return [session for session in sessions(person, now, include_bots) if session.start in within]


def attraction(entries: int, went_on: int) -> float | None:
    """Return the share of the sessions entering at a page that went on; None for too few to say."""
    return went_on / entries if entries >= ENOUGH_ENTRIES else None
