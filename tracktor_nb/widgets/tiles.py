"""The dashboard: a tile for each saved funnel and metric, with its number and a small picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets as t

from tracktor_nb.semantics import codec
from tracktor_nb.semantics.metric import MEASURES, Metric
from tracktor_nb.semantics.period import NAMED_PERIODS, Period, check_period

from .front import Built, Front, failures_told
from .services import Saved, Services

SUGGESTED = 5
NO_QUESTIONS = frozenset({"campaign"})
"""Kinds that are saved and answer nothing, so that the page does not say where they are drawn."""

Tile = dict[str, Any]


class Tiles(Front):
    """Tiles of everything saved whose kind is in `kinds`; with nothing saved, suggestions to begin with.

    While `opened` is not empty something else fills the page, and only the way back is shown.
    """

    _esm = Built("tiles.js")

    tiles = t.List(t.Dict()).tag(sync=True)
    suggestions = t.List(t.Unicode()).tag(sync=True)
    elsewhere = t.List(t.Dict(), help="{name, kind} of what is saved and has no tile").tag(sync=True)
    opened = t.Unicode().tag(sync=True)
    period = t.Any("this week").tag(sync=True)
    periods = t.List(list(NAMED_PERIODS)).tag(sync=True)
    zone = t.Unicode("UTC").tag(sync=True)

    def __init__(self, services: Services, kinds: frozenset[str], go: Callable[[str], None]) -> None:
        self._services, self._kinds = services, kinds
        super().__init__(zone=services.zone)
        self.on("back", lambda: go(""))
        self.on("open", lambda name: go(f"open/{name}"))
        self.on("create", lambda kind, event="": go(f"new/{kind}/{event}".rstrip("/")))

    def saved(self) -> list[Saved]:
        """Return what is saved, as far as it has a tile."""
        return [each for each in self._services.saved() if codec.kind_of(each.definition) in self._kinds]

    def refresh(self) -> None:
        """Count every tile again; each shows its number as soon as it is there."""
        saved = self.saved()
        known = {tile["name"]: tile for tile in self.tiles}
        tiles = [known.get(each.name) or _waiting(each) for each in saved]
        for index, each in enumerate(saved):
            if any(tile["state"] == "waiting" for tile in tiles):
                self.tiles = list(tiles)
            tiles[index] = self._counted(each)
        self.tiles = tiles
        self.elsewhere = self._without_tile()
        if not saved:
            self.suggestions = [each["name"] for each in self._services.events()[:SUGGESTED]]

    def _without_tile(self) -> list[dict[str, str]]:
        named = [(each.name, codec.kind_of(each.definition)) for each in self._services.saved()]
        return [{"name": name, "kind": kind} for name, kind in named if kind not in self._kinds | NO_QUESTIONS]

    def _counted(self, saved: Saved) -> Tile:
        tile = _waiting(saved)

        def fail(text: str, number: str) -> None:
            tile.update(state="error", error=f"{text} {number}".strip())

        with failures_told(f"the tile {saved.name!r}", fail):
            result = self._services.evaluate(saved.definition, self.period)
            tile.update(_numbers(result), state="ready", rule=result.rule, computed_at=result.now)
        return tile

    @t.validate("period")
    def _checked_period(self, proposal: Any) -> Period:
        period = proposal["value"]
        return check_period(tuple(period) if isinstance(period, list) else period)

    @t.observe("period")
    def _period_changed(self, _: Any) -> None:
        self.refresh()


def _waiting(saved: Saved) -> Tile:
    definition = saved.definition
    label = MEASURES[definition.measure] if isinstance(definition, Metric) else "Funnel"
    return {"name": saved.name, "kind": codec.kind_of(definition), "label": label, "state": "waiting"}


def _numbers(result: Any) -> Tile:
    if isinstance(result.definition, Metric):
        bars = [{name: bucket[name] for name in ("start", "value", "partial")} for bucket in result.buckets]
        return {"total": result.total, "bars": bars, "unit": result.definition.unit}
    return {"steps": [{name: step[name] for name in ("label", "people", "rate")} for step in result.steps]}
