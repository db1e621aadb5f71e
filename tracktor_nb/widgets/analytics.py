"""The section Analytics: the dashboard, and the builder that one of its tiles opens in."""

from __future__ import annotations

from collections.abc import Callable

from tracktor_nb.errors import DefinitionError, UnknownNameError
from tracktor_nb.semantics import codec
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.metric import Metric

from .base import Builder
from .boxes import Column
from .funnel_builder import FunnelBuilder
from .metric_builder import MetricBuilder
from .services import Services
from .tiles import Tiles

BUILDERS: dict[str, type[Builder]] = {"funnel": FunnelBuilder, "metric": MetricBuilder}


def builder_for(definition: Definition, services: Services, name: str = "", revision: int = 0) -> Builder:
    """Return the builder of that kind of definition, opened on it."""
    kind = codec.kind_of(definition)
    if kind not in BUILDERS:
        raise DefinitionError(f"There is no builder for a {kind} yet; there are builders for {', '.join(BUILDERS)}.")
    return BUILDERS[kind](definition, services, name, revision)


class Analytics(Column):
    """Paths: "" is the dashboard, "open/<name>" what is saved, "new/funnel" and "new/metric/<event>" what is new."""

    title = "Analytics"
    classes = ("tnb-section",)

    def __init__(self, services: Services, go: Callable[[str], None]) -> None:
        self._services, self._go_to = services, go
        self.tiles = Tiles(services, frozenset(BUILDERS), self._go)
        self.builder: Builder | None = None
        super().__init__([self.tiles])

    def show(self, path: str) -> None:
        """Open the page at the path; a path that means nothing opens the dashboard."""
        what, _, rest = path.partition("/")
        if what == "open" and self.builder is not None and self.builder.revision and self.builder.name == rest:
            return
        made = {"open": self._saved, "new": self._new}.get(what, self._dashboard)(rest)
        before, self.builder = self.builder, made
        self.tiles.opened = path if made else ""
        self.children = [self.tiles, made] if made else [self.tiles]
        if before is not None:
            before.close()
        if made is None:
            self.tiles.refresh()

    def refresh(self) -> None:
        """Count again what is on the page."""
        (self.builder or self.tiles).refresh()

    def _go(self, path: str) -> None:
        self._go_to(f"analytics/{path}".rstrip("/"))

    def _dashboard(self, _: str) -> None:
        return None

    def _saved(self, name: str) -> Builder:
        saved = {each.name: each for each in self.tiles.saved()}
        if name not in saved:
            raise UnknownNameError("funnel or metric", name, saved)
        return self._wired(builder_for(saved[name].definition, self._services, name, saved[name].revision))

    def _new(self, what: str) -> Builder:
        kind, _, event = what.partition("/")
        if kind not in BUILDERS:
            raise UnknownNameError("kind of definition", kind, BUILDERS)
        return self._wired(BUILDERS[kind](Metric.people_who_did(event) if event else None, self._services))

    def _wired(self, builder: Builder) -> Builder:
        is_new_metric = builder.kind == "metric" and builder.revision == 0
        builder.on_saved.append(lambda name: self._go("" if is_new_metric else f"open/{name}"))
        builder.on_archived.append(lambda _: self._go(""))
        return builder
