"""The rule explorer: one funnel under every combination of rules, side by side (SEMANTICS 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from tracktor_nb.errors import DefinitionError

from .definition import Definition
from .funnel import Funnel

EXPLORED = ("order", "entry", "window_scope", "until", "include_bots")
"""The rules that are combined; steps, window, hold, exclusions and people asked about stay as they are."""


@dataclass(frozen=True, eq=False, repr=False)
class FunnelRules(Definition):
    """One funnel under every combination of order, entry, window scope, until and bots: what each rule changes.

    Combinations that mean nothing are left out: no window has no scope, and steps in any order have no step before and
    nothing between. Strict order excludes every other event already, so that there `exclude` is left out.

    >>> len(FunnelRules(Funnel(["View", "Buy"])).variants), len(FunnelRules(Funnel(["View", "Buy"], "7d")).variants)
    (24, 40)
    """

    funnel: Funnel

    def __post_init__(self) -> None:
        if not isinstance(self.funnel, Funnel):
            raise DefinitionError(f"FunnelRules({self.funnel!r}) needs a funnel: Funnel(['Visit', 'Purchase']).")
        object.__setattr__(self, "funnel", replace(self.funnel, by=None, freq=None))

    @property
    def variants(self) -> tuple[Funnel, ...]:
        """The funnel as it was asked, and behind it every other combination."""
        return (self.funnel, *(variant for variant in _combinations(self.funnel) if variant != self.funnel))

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        return f"{len(self.variants)} combinations of rules, first the one asked: {self.funnel.rule()}"


def rules_of(funnel: Funnel) -> dict[str, Any]:
    """Return the rules in which variants differ."""
    return {name: getattr(funnel, name) for name in EXPLORED}


def _combinations(funnel: Funnel) -> Iterator[Funnel]:
    scopes = ("funnel", "per step") if funnel.window else ("funnel",)
    choices = (("loose", "strict", "any"), ("any", "first"), scopes, ("range end", "now"), (False, True))
    for values in product(*choices):
        rules: dict[str, Any] = dict(zip(EXPLORED, values, strict=True))
        if rules["order"] == "any" and (funnel.exclude or rules["window_scope"] == "per step"):
            continue
        yield replace(funnel, **rules, exclude=() if rules["order"] == "strict" else funnel.exclude)
