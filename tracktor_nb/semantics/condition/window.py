"""The time that a condition about events looks at: a duration ending now, a named range, or two dates."""

from __future__ import annotations

from typing import Any

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.period import NAMED_PERIODS, check_period, duration_in_words

Between = tuple[str, str] | None


def checked_window(within: object, between: Any, place: str) -> Between:
    """Return `between` in its stored form; DefinitionError, naming the `place`, for what is no window."""
    if within is not None and between is not None:
        raise DefinitionError(f"{place} takes within= or between=, not both.")
    if within is not None:
        _check_within(within, place)
    return None if between is None else _checked_between(between, place)


def window_in_words(within: str | None, between: Between) -> str:
    """Return the window as a rule goes on with it, nothing for ever: " in the last 30 days"."""
    if within is not None:
        return f" {within}" if within in NAMED_PERIODS else f" in the last {duration_in_words(within)}"
    return "" if between is None else f" from {between[0]} to {between[1]}"


def _check_within(within: object, place: str) -> None:
    if not isinstance(within, str):
        raise DefinitionError(
            f"within={within!r} in {place} must be a duration or a named range; dates go to between=."
        )
    check_period(within)


def _checked_between(between: Any, place: str) -> tuple[str, str]:
    if not isinstance(between, (tuple, list)) or len(between) != 2:
        raise DefinitionError(f"between={between!r} in {place} must be (start, end) as ISO texts.")
    check_period((between[0], between[1]))
    return between[0], between[1]
