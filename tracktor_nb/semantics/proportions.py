"""Shares of people, and how sure one may be of them: intervals for one proportion and for the difference of two."""

from __future__ import annotations

from math import hypot, sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """The bounds between which the true value lies with so much confidence."""

    low: float
    high: float


def wilson(part: int, whole: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Return the score interval of part / whole, None for a whole of nobody.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209-212.
    """
    if not whole:
        return None
    rate, z = part / whole, NormalDist().inv_cdf((1 + confidence) / 2)
    centre, spread = part + z * z / 2, z * sqrt(part * (1 - rate) + z * z / 4)
    return Interval(max(0.0, (centre - spread) / (whole + z * z)), min(1.0, (centre + spread) / (whole + z * z)))


def difference(
    part: int, whole: int, other_part: int, other_whole: int, confidence: float = CONFIDENCE
) -> Interval | None:
    """Return the interval of part / whole - other_part / other_whole of two independent groups, None without a group.

    R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", Statistics in Medicine 17 (1998) 873-890, method 10: Wilson's intervals, squared and added.
    """
    one, other = wilson(part, whole, confidence), wilson(other_part, other_whole, confidence)
    if one is None or other is None:
        return None
    rate, other_rate = part / whole, other_part / other_whole
    apart = rate - other_rate
    return Interval(
        max(-1.0, apart - hypot(rate - one.low, other.high - other_rate)),
        min(1.0, apart + hypot(one.high - rate, other_rate - other.low)),
    )
