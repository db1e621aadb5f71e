"""The small pools from which strategies draw, so that what is asked meets what is there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from tracktor_nb.errors import DefinitionError
from tracktor_nb.semantics.condition import Has
from tracktor_nb.semantics.event import Value
from tracktor_nb.semantics.operators import OPERATORS
from tracktor_nb.semantics.period import DAY, MINUTE, Calendar, duration
from tracktor_nb.semantics.truth import matches
from tracktor_nb.semantics.values import values_at

LETTERS = ("Hi", "Bye")
COHORTS = (2, 9)
EVENTS = ("A", "B", "C", "Visited Site")
PROPERTIES = ("plan", "n", "tags", "when", "address.city", "products[].name", "created_at", "last_seen")
DURATIONS = ("1s", "30m", "1h", "1d", "2d", "7d", "2w")
LENGTHS = (0, MINUTE, *map(duration, DURATIONS), 30 * DAY)
ZONES = (
    "UTC",
    "Europe/Vienna",  # an hour at 01:00 UTC
    "America/New_York",  # behind UTC
    "Asia/Kolkata",  # half an hour, no summer time
    "Pacific/Apia",  # the 30th of December 2011 never was
    "America/Sao_Paulo",  # days that begin at 01:00
    "America/St_Johns",  # 00:01 becomes 23:01 of the day before
    "Australia/Lord_Howe",  # half an hour of summer time
)

# Local midnights and clock changes of these zones, an end of a year, and a leap day.
ANCHORS = tuple(
    Calendar().parse(text)
    for text in (
        "2026-11-18T12:00:00",  # first, so that examples shrink to an ordinary day
        *("2026-03-29T01:00:00", "2026-10-25T01:00:00", "2026-11-22T23:00:00"),
        *("2026-03-08T07:00:00", "2026-11-01T06:00:00", "2026-04-04T15:00:00", "2026-10-03T15:30:00"),
        *("2018-11-04T03:00:00", "2019-02-17T02:00:00", "2010-11-07T02:31:00", "2011-12-30T10:00:00"),
        *("2027-01-01T00:00:00", "2028-02-29T00:00:00"),
    )
)
DATES: tuple[Value, ...] = (
    *(anchor / 1_000_000 for anchor in ANCHORS),
    ANCHORS[1] // 1000,
    "2026-03-29",
    "2026-10-25T02:30:00",
    "2026-11-18T12:00:00Z",
)
VALUES: dict[str, tuple[Value, ...]] = {
    "plan": ("free", "gold", "Gold", "", True, False, 1, "1"),
    "n": (0, 1, 1.0, 2, 2.5, -1, True, "1", 2**53),
    "tags": (["free", "x"], [], ["gold", 1, [1]], {"a": [1]}, "free"),
    "when": DATES,
    "address": ({"city": "Wien"}, {"city": "wien"}, {"city": None}, {}, "Wien", [{"city": "Wien"}]),
    "company": ("Acme", {"id": "a1", "name": "Acme"}, {"id": "Acme"}, {"name": "a1"}, ["Acme"], {"id": 5}, 5, "free"),
    "products": ([{"name": "x"}, {"name": "free"}], [{"name": None}], [], {"name": "x"}, ["x"]),
}
_PATTERNS = ("^f", "(?i)gold$", r"\d+", "a|x", "[[:alpha:]]+", "ü.", "e*")


@cache
def comparisons(op: str) -> list[list[Has]]:
    """Return, property by property, conditions with this operator that some value of the pool meets and some not."""
    found = [[condition for condition in _of_path(path, op) if _splits(condition, path)] for path in PROPERTIES]
    return [of_path for of_path in found if of_path]


def _of_path(path: str, op: str) -> Iterator[Has]:
    for operand in _operands(OPERATORS[op].takes, _leaves(path), op):
        for ignore_case in (False, True):
            try:
                yield Has(path, op, operand, ignore_case)
            except DefinitionError:
                break


def _leaves(path: str) -> list[Value]:
    """Every value that the path reaches in the pool, and the items of those that are lists."""
    name = path.split(".")[0].removesuffix("[]")
    reached = [leaf for value in VALUES.get(name, DATES) for leaf in values_at({name: value}, path)]
    return [*reached, *(item for leaf in reached if isinstance(leaf, list) for item in leaf)]


def _operands(takes: str, leaves: list[Value], op: str) -> list[Any]:
    if takes == "nothing":
        return [None]
    if takes == "two":
        return [(low, high) for low in leaves[:6] for high in leaves[:6]]
    if takes == "many":
        return [[one, other] for one in leaves[:6] for other in (*leaves[:3], "x")]
    if takes in ("duration", "instant"):
        return list(DURATIONS if takes == "duration" else DATES)
    if op == "matches":
        return list(_PATTERNS)
    return [*leaves, *(leaf[:2] for leaf in leaves if isinstance(leaf, str)), "OLD"]


def _splits(condition: Has, path: str) -> bool:
    name = path.split(".")[0].removesuffix("[]")
    answers = {
        matches(condition, {name: value}, at, Calendar())
        for value in (*VALUES.get(name, DATES), *([None] if condition.op.endswith("set") else []))
        for at in (ANCHORS[0], ANCHORS[1])
    }
    return answers == {True, False}
