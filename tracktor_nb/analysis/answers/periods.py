"""Which period of an answer somebody means."""

from __future__ import annotations

import numpy as np

from tracktor_nb.analysis.buckets import Buckets
from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.period import Calendar


def number_of(period: int | str, buckets: Buckets, calendar: Calendar) -> int:
    """Return the number of the period that holds an instant: microseconds UTC, or an ISO text in the site's zone."""
    instant = period if isinstance(period, int) else calendar.parse(period)
    number = int(buckets.of(np.array([instant]))[0]) if len(buckets) else -1
    if not 0 <= number < len(buckets):
        raise DefinitionError(f"{period!r} lies in none of the {len(buckets)} periods of this answer.")
    return number


def check_number(name: str, number: object, least: int, most: int) -> None:
    """Raise DefinitionError unless the number is one of those that the answer has."""
    if type(number) is not int or not least <= number <= most:
        raise DefinitionError(f"{name}={number!r} is not there: it is numbered from {least} to {most}.")
