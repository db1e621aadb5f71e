"""Which events can stand for a different step each: an event may match several steps of a funnel in any order."""

from __future__ import annotations

from collections.abc import Sequence


def can_share(matches: Sequence[int]) -> bool:
    """True if each event can be given a step of its own; bit k of an event's number says that it matches step k.

    Augmenting paths (Berge 1957, Kuhn 1955): an event takes a step that is free, or whose holder can move on.
    """
    holder: dict[int, int] = {}
    return all(_placed(event, matches, holder, set()) for event in range(len(matches)))


def _placed(event: int, matches: Sequence[int], holder: dict[int, int], seen: set[int]) -> bool:
    for step in range(matches[event].bit_length()):
        if not matches[event] >> step & 1 or step in seen:
            continue
        seen.add(step)
        if step not in holder or _placed(holder[step], matches, holder, seen):
            holder[step] = event
            return True
    return False
