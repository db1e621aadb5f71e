"""What a campaign decided about one person, in the order in which it was decided (SEMANTICS 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .person import Person
from .run import Effect, Journey, Run
from .running import RunningCampaign

_PLACE = {"entered": -1, "goal": 1, "exit": 2}
"""At a node these come before and behind whatever else happened there."""


@dataclass(frozen=True)
class Trace:
    """One person in one campaign: everything known of it, its journeys by key, and what they did, in any order."""

    running: RunningCampaign
    person: Person
    journeys: Mapping[str, Journey]
    effects: tuple[Effect, ...]

    @property
    def inside(self) -> list[Journey]:
        """The journeys that wait somewhere, the oldest first."""
        return sorted((each for each in self.journeys.values() if each.is_inside), key=lambda each: each.entered_at)

    def run_of(self, effect: Effect) -> Run:
        """Return the version in which something was done; the newest where nobody started."""
        journey = self.journeys.get(effect.journey)
        return next((run for run in self.running.runs if journey and run.version == journey.version), self.running.run)

    def steps(self) -> list[Effect]:
        """Return what was done, in order: by time, and in one instant along the way that the journey took."""
        moments: dict[tuple[int, str], list[Effect]] = defaultdict(list)
        for effect in self.effects:
            moments[effect.at, effect.journey].append(effect)
        return [effect for _, done in sorted(moments.items()) for effect in self._along(done)]

    def _along(self, done: Iterable[Effect]) -> Iterator[Effect]:
        """Yield what one journey did in one instant, node after node."""
        at: dict[tuple[str, int], list[Effect]] = defaultdict(list)
        for effect in done:
            at[effect.node, effect.visit].append(effect)
        for each in at.values():
            each.sort(key=lambda effect: _PLACE.get(effect.kind, 0))
        here: tuple[str, int] | None = _first(at)
        while here is not None:
            there = at.pop(here)
            yield from there
            following = self._behind(there)
            here = min((key for key in at if key[0] == following), default=None)
        for key in sorted(at):
            yield from at[key]

    def _behind(self, there: list[Effect]) -> str | None:
        """Return the node to which a journey went on from a node."""
        graph = self.run_of(there[0]).definition.graph
        node = graph.nodes.get(there[0].node)
        ways = [each.body["output"] for each in there if each.body.get("output") is not None]
        ways += [] if node is None else node.outputs[:1]
        return graph.after(there[0].node, str(ways[0])) if ways else None


def _first(at: Mapping[tuple[str, int], list[Effect]]) -> tuple[str, int]:
    """Return where the journey began, or stood before: at the only node at which it did not arrive just then."""
    return min(at, key=lambda key: (at[key][0].kind == "visit", key))
