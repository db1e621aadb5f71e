"""Leaving: customers who came regularly and stay away now (SEMANTICS 5, Overview)."""

from __future__ import annotations

from dataclasses import dataclass

from .activity import LEAVING_DAYS, LEAVING_OF, SILENT_DAYS
from .definition import FLAG, Definition, check_choice


@dataclass(frozen=True, eq=False, repr=False)
class Leaving(Definition):
    """The people who did something on three of the 28 days before the last 14, and nothing since.

    >>> Leaving().rule()
    'people with events on 3 of the 28 days before the last 14, and none since · bots out'
    """

    include_bots: bool = False

    def __post_init__(self) -> None:
        check_choice("include_bots", self.include_bots, FLAG, "Leaving(…)")

    def to_source(self) -> str:
        return "Leaving(include_bots=True)" if self.include_bots else "Leaving()"

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        window = f"{LEAVING_DAYS} of the {LEAVING_OF} days before the last {SILENT_DAYS}"
        return f"people with events on {window}, and none since · bots {'in' if self.include_bots else 'out'}"
