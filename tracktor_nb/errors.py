"""Every error the package raises on purpose.

TracktorError
├── DefinitionError (ValueError)      a segment, funnel, metric, … that cannot mean anything
├── UnknownNameError (KeyError)       a name nobody knows; offers the near ones
├── PayloadError (ValueError)         input from outside that is refused; carries code, param and HTTP status
│   └── TooManyError                  more than one sender or site may send; come again later
├── FrameError (ValueError)           a DataFrame without what the question needs
├── SettingError (ValueError)         a setting that cannot be used
├── ServiceError                      another process of ours does not answer
└── StoreError                        the database could not do it
    ├── NotFoundError                 no such row
    ├── InUseError                    something that is saved still asks for it
    ├── RevisionConflictError         somebody saved another revision meanwhile
    └── StoreBusyError                the database is locked or full; try again

A message names the thing, the place and the cure.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class TracktorError(Exception):
    """Root of all errors of this package."""


class DefinitionError(TracktorError, ValueError):
    """A definition that cannot mean anything."""


class UnknownNameError(TracktorError, KeyError):
    """A name nobody knows: `what` it should have been, `where` it stood, and the `known` names."""

    def __init__(self, what: str, name: str, known: Iterable[str] = (), where: str = "") -> None:
        self.name, self.known = name, sorted(known)
        near = get_close_matches(name, self.known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        shown = ", ".join(self.known[:10]) + (", …" if len(self.known) > 10 else "")
        listed = f" Known: {shown}." if shown else ""
        place = f" in {where}" if where else ""
        self.message = f"Unknown {what} {name!r}{place}.{hint}{listed}"
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class PayloadError(TracktorError, ValueError):
    """Input from outside that is refused: `code` for programs, `param` for the place, message for people."""

    def __init__(self, code: str, param: str | None, message: str, status: int = 400) -> None:
        self.code, self.param, self.message, self.status = code, param, message, status
        super().__init__(message)


class TooManyError(PayloadError):
    """More than a sender, a site or a person may send; `retry_after` is how many seconds to wait."""

    def __init__(self, retry_after: int, param: str | None = None, what: str = "calls") -> None:
        self.retry_after = retry_after
        super().__init__("rate_limited", param, f"Too many {what}: wait {retry_after} s.", 429)


class FrameError(TracktorError, ValueError):
    """A DataFrame that lacks what the question needs."""


class SettingError(TracktorError, ValueError):
    """A setting that cannot be used."""


class CampaignError(TracktorError):
    """A campaign cannot be run, changed or stopped as asked."""


class ServiceError(TracktorError):
    """Another process of ours does not answer."""


class StoreError(TracktorError):
    """The database could not do what was asked."""


class NotFoundError(StoreError):
    """No such row."""


class InUseError(StoreError):
    """Something that is saved still asks for it."""


class RevisionConflictError(StoreError):
    """Somebody saved another revision since this one was loaded."""


class StoreBusyError(StoreError):
    """The database is locked or full; nothing was written, try again."""
