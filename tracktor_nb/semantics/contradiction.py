"""Whether conditions can hold together: enough to find what nobody can meet, never wrong about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, product

from .condition import And, Asset, Condition, Did, Has, InCompany, InSegment, Not, Or
from .event import Value
from .operators import OPERATORS
from .period import Calendar
from .truth import holds
from .values import thawed

MOST_CASES = 64
"""Ways to meet an "or" that are looked at; of more, nothing is said."""

Literal = tuple[Condition, bool]
"""A condition that is not joined, and whether it shall hold."""

_DECIDABLE = frozenset({"is", "in", "is set", "is true", "is false", ">", ">=", "<", "<=", "between"})
"""Positive operators for which a few values, chosen around the operands, stand for all values there are."""
_UTC = Calendar()


def contradiction(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Return conditions of which no person can meet all, the fewest that contradict; empty if some may."""
    given = list(conditions)
    for size in range(1, min(len(given), 3) + 1):
        for some in combinations(given, size):
            if _are_impossible(some):
                return some
    return tuple(given) if _are_impossible(given) else ()


def _are_impossible(conditions: Sequence[Condition]) -> bool:
    cases: list[list[Literal]] = [[]]
    for condition in conditions:
        ways = _cases(condition, True)
        if ways is None or len(ways) * len(cases) > MOST_CASES:
            return False
        cases = [[*case, *way] for case, way in product(cases, ways)]
    return all(_is_impossible(case) for case in cases)


def _cases(condition: Condition, wanted: bool) -> list[list[Literal]] | None:
    """Return the ways in which a condition comes out as wanted, each as literals; None if they are too many."""
    if isinstance(condition, Not):
        return _cases(condition.condition, not wanted)
    if isinstance(condition, (Asset, InCompany)):
        return _cases(condition.meaning, wanted)
    if isinstance(condition, InSegment) and wanted:
        return _cases_of_members(condition)
    if not isinstance(condition, (And, Or)):
        return [[(condition, wanted)]]
    parts = [_cases(part, wanted) for part in condition.parts]
    if isinstance(condition, Or) is wanted:
        ways = [way for part in parts for way in part or ()]
        return None if None in parts or len(ways) > MOST_CASES else ways
    cases: list[list[Literal]] = [[]]
    for part in parts:
        if part is None or len(part) * len(cases) > MOST_CASES:
            return None
        cases = [[*case, *way] for case, way in product(cases, part)]
    return cases


def _cases_of_members(condition: InSegment) -> list[list[Literal]] | None:
    """Members meet what their segment asks. Who is none may do so too: somebody nobody has seen yet."""
    group = condition.stands_for
    if group is None or group.include_bots or not group.conditions:
        return [[(condition, True)]]
    ways = _cases(group.conditions[0], True)
    return None if ways is None else [[(condition, True), *way] for way in ways]


def _is_impossible(case: list[Literal]) -> bool:
    if any((condition, not wanted) in case for condition, wanted in case):
        return True
    properties: dict[str, list[tuple[Has, bool]]] = defaultdict(list)
    counts: dict[str, list[tuple[Did, bool]]] = defaultdict(list)
    for condition, wanted in case:
        if isinstance(condition, Has):
            properties[condition.property].append((condition, wanted))
        if isinstance(condition, Did) and (wanted or condition.known_for is None):
            counts[repr(_uncounted(condition))].append((condition, wanted))
    return any(map(_no_value_fits, properties.values())) or any(map(_no_count_fits, counts.values()))


def _no_value_fits(asked: list[tuple[Has, bool]]) -> bool:
    """True if no value of one property meets what is asked of it. Paths may reach several values: nothing is said."""
    if "[]" in asked[0][0].property or any(has.ignore_case or has.convert for has, _ in asked):
        return False
    positive = {OPERATORS[has.op].negates or has.op for has, _ in asked}
    choices = [thawed(has.value) for has, wanted in asked if wanted and has.op in ("is", "in")]
    if choices:
        first = next(has for has, wanted in asked if wanted and has.op in ("is", "in"))
        candidates: list[tuple[Value, ...]] = [(each,) for each in (choices[0] if first.op == "in" else [choices[0]])]
    elif any(wanted and has.op == "is not set" for has, wanted in asked):
        candidates = [()]
    elif positive <= _DECIDABLE:
        candidates = list(_candidates([has for has, _ in asked]))
    else:
        return False
    if any(OPERATORS[has.op].takes in ("duration", "instant") for has, _ in asked):
        return False
    return not any(all(holds(has, values, 0, _UTC) is wanted for has, wanted in asked) for values in candidates)


def _candidates(asked: list[Has]) -> Iterator[tuple[Value, ...]]:
    """Yield no value, and values at, below, between and above all operands."""
    yield ()
    operands = [thawed(each) for has in asked for each in (has.value if isinstance(has.value, tuple) else [has.value])]
    yield from ((each,) for each in (True, False, "", [], {"": None}, *operands))
    numbers = sorted(each for each in operands if isinstance(each, (int, float)) and not isinstance(each, bool))
    texts = [each for each in operands if isinstance(each, str)]
    yield from ((each + off,) for each in numbers for off in (-1, 1))
    yield from ((one / 2 + other / 2,) for one, other in pairwise(numbers))
    yield (0,)
    yield from ((each + "\x01",) for each in texts)
    yield ("\U0010ffff",)


def _uncounted(condition: Did) -> Did:
    return replace(condition, at_least=None, at_most=None, known_for=None)


def _no_count_fits(asked: list[tuple[Did, bool]]) -> bool:
    """True if no number of times meets all that is asked of one event."""
    edges = {0}
    for did, _ in asked:
        edges |= {did.least - 1, did.least, (did.at_most or 0), (did.at_most or 0) + 1}
    return not any(
        all((did.least <= count and (did.at_most is None or count <= did.at_most)) is wanted for did, wanted in asked)
        for count in edges
        if count >= 0
    )
