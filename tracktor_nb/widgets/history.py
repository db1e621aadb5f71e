"""Undo and redo of one definition."""

from __future__ import annotations

from tracktor_nb.semantics.definition import Definition


class History:
    """The definitions one after the other, and where among them we stand."""

    def __init__(self) -> None:
        self._past: list[Definition] = []
        self._future: list[Definition] = []

    def add(self, definition: Definition) -> None:
        """Go on to a new definition; what was undone is forgotten."""
        self._past.append(definition)
        self._future.clear()

    @property
    def can_undo(self) -> bool:
        """True if there is an earlier definition."""
        return len(self._past) > 1

    @property
    def can_redo(self) -> bool:
        """True if something was undone."""
        return bool(self._future)

    def undo(self) -> Definition:
        """Go back one definition, and return it."""
        self._future.append(self._past.pop())
        return self._past[-1]

    def redo(self) -> Definition:
        """Go forward again, and return that definition."""
        self._past.append(self._future.pop())
        return self._past[-1]
