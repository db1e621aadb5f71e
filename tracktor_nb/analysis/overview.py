"""The four questions that a newcomer asks first, answered together (the seed's chapter 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from tracktor_nb.semantics.acquisition import Acquisition
from tracktor_nb.semantics.codec import from_dict
from tracktor_nb.semantics.definition import Definition
from tracktor_nb.semantics.funnel import Funnel
from tracktor_nb.semantics.leaving import Leaving
from tracktor_nb.semantics.pages import Pages
from tracktor_nb.semantics.stops import Stops

from .results import AcquisitionResult, LeavingResult, PagesResult, Result, StopsResult


@dataclass(frozen=True)
class Overview:
    """Which pages people visit, at which steps they stop, which campaigns bring active people, and who is leaving."""

    pages: PagesResult
    stops: StopsResult
    campaigns: AcquisitionResult
    leaving: LeavingResult

    @classmethod
    def of(cls, funnels: Mapping[str, Mapping[str, Any]], ask: Callable[[Definition], Result]) -> Self:
        """Return the overview over saved funnels (bodies by name); `ask` answers a definition."""
        among = {name: cast(Funnel, from_dict(body)) for name, body in funnels.items()}
        parts: Any = (ask(each) for each in (Pages(), Stops(among), Acquisition(), Leaving()))
        return cls(*parts)

    @property
    def results(self) -> tuple[Result, ...]:
        """The four answers in their order."""
        return self.pages, self.stops, self.campaigns, self.leaving

    def to_html(self, path: str | Path) -> Path:
        """Return the path of a file with the four answers, which opens from disk and asks nobody anything."""
        from .report import report

        return report(self.results, path, "Overview")

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.results))

    def _repr_html_(self) -> str:
        return "".join(each._repr_html_() for each in self.results)
