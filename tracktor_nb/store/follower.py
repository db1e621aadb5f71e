"""A process that follows the log of one site: it holds the place, reads on from there, and moves it as it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from tracktor_nb.semantics.period import SECOND

from .database import Database
from .following import Place, leave_place, move_place, take_place
from .writer import Transaction

HELD_FOR = 5 * SECOND
"""A place whose holder is silent for so long is free."""


class Follower:
    """Follows one site under a name; `holder` names the process, `clock()` gives microseconds."""

    follows_as: ClassVar[str]

    def __init__(self, database: Database, site_id: int, holder: str, clock: Callable[[], int]) -> None:
        self._database, self._site_id, self._holder, self._clock = database, site_id, holder, clock
        self._place: Place | None = None
        self._held_until = 0
        self._read_to = 0  # no row of this site that matters stands between the place and here

    def take(self) -> bool:
        """Hold the place of this site's follower, or go on holding it; False if somebody else does."""
        now = self._clock()
        if self._place is None or now > self._held_until - HELD_FOR // 2:
            until = now + HELD_FOR
            self._place = self._database.writer.run(
                lambda tx: take_place(tx, self._site_id, self.follows_as, self._holder, now, until)
            )
            self._held_until = until
        return self._place is not None

    def leave(self) -> None:
        """Let the next one follow at once."""
        place, self._place = self._place, None
        if place is not None:
            self._database.writer.run(lambda tx: leave_place(tx, place, self._holder))

    def reached(self) -> int:
        """Return the instant up to which time has been followed."""
        return self._held.reached

    @property
    def _held(self) -> Place:
        assert self._place is not None, "take() comes first"
        return self._place

    @property
    def _upto(self) -> int:
        """The position up to which rows have been read."""
        return max(self._held.position, self._read_to)

    def _move(self, position: int, reached: int, write: Callable[[Transaction], None]) -> bool:
        """Write, and move the place with it; False, and nothing was written, if another process has moved it."""
        place = self._held
        onward = place._replace(position=position, reached=max(reached, place.reached))

        def step(tx: Transaction) -> bool:
            if not move_place(tx, place, onward):
                return False
            write(tx)
            return True

        moved = self._database.writer.run(step)
        self._place = onward if moved else None
        self._read_to = 0
        return moved
