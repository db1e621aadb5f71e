"""Formulas: a number made of metrics, for each bucket and, from the totals, for the whole range (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from tracktor_nb.errors import DefinitionError

from .arithmetic import Operation, Tree, calculated, names_in, parse, renamed, spelled, unit_of
from .definition import Definition
from .period import Freq

if TYPE_CHECKING:
    from .metric import Metric

_NAMES = "abcdefghijklmnopqrstuvwxyz"


class Calculable:
    """What + - * / turn into a formula: metrics and formulas, with each other and with numbers."""

    def __add__(self, other: Any) -> Formula:
        return _joined("+", self, other)

    def __radd__(self, other: Any) -> Formula:
        return _joined("+", other, self)

    def __sub__(self, other: Any) -> Formula:
        return _joined("-", self, other)

    def __rsub__(self, other: Any) -> Formula:
        return _joined("-", other, self)

    def __mul__(self, other: Any) -> Formula:
        return _joined("*", self, other)

    def __rmul__(self, other: Any) -> Formula:
        return _joined("*", other, self)

    def __truediv__(self, other: Any) -> Formula:
        return _joined("/", self, other)

    def __rtruediv__(self, other: Any) -> Formula:
        return _joined("/", other, self)


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Formula(Calculable, Definition):
    """A number made of metrics with + - * /, brackets and numbers, such as `Formula("a / b", a=…, b=…)`.

    Each bucket is computed from the parts' values in that bucket, the total from their totals. Where a part has no
    value, or something is divided by zero, there is none. The metrics have one `freq` and are not split by `by`.

    >>> from tracktor_nb import Metric
    >>> Metric.times_happened("Purchase") / Metric.people_who_did("Visit") * 100
    Formula('a / b * 100', a=Metric.times_happened('Purchase'), b=Metric.people_who_did('Visit'))
    """

    expression: str
    parts: tuple[tuple[str, Metric], ...]

    def __init__(self, expression: str, parts: Iterable[tuple[str, Metric]] = (), **named: Metric) -> None:
        tree = parse(expression)
        given = {**_named_parts(parts), **named}
        used = dict.fromkeys(names_in(tree))
        for name in used.keys() | given.keys():
            _check_part(name, given.get(name), name in used, expression)
        object.__setattr__(self, "expression", spelled(tree))
        object.__setattr__(self, "parts", tuple((name, given[name]) for name in used))
        self._check_parts()

    def _check_parts(self) -> None:
        if not self.metrics:
            raise DefinitionError(
                f"Formula({self.expression!r}) has no metric: Formula('a / b', a=Metric…, b=Metric…)."
            )
        if len({metric.freq for metric in self.metrics.values()}) > 1:
            raise DefinitionError(f"The metrics of Formula({self.expression!r}) differ in freq=; give all the same.")
        for name, metric in self.metrics.items():
            if metric.by is not None:
                raise DefinitionError(
                    f"{name} in Formula({self.expression!r}) is split by {metric.by!r}; leave by= out."
                )

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """The metrics by name, in the order in which the expression names them."""
        return dict(self.parts)

    @cached_property
    def tree(self) -> Tree:
        """What the expression says."""
        return parse(self.expression)

    @property
    def freq(self) -> Freq:
        """The length of a bucket."""
        return next(iter(self.metrics.values())).freq

    @property
    def by(self) -> None:
        """Formulas are not split."""
        return None

    @property
    def adds_up(self) -> bool:
        """Formulas are not split."""
        return False

    @property
    def is_count(self) -> bool:
        """False: an empty bucket is whatever the parts make of it."""
        return False

    @property
    def label(self) -> str:
        """The formula as a diagram names it, with the metrics in the seed's words."""
        return spelled(self.tree, {name: metric.label for name, metric in self.metrics.items()})

    @property
    def unit(self) -> str:
        """What it is counted in, as far as the units of its metrics say; "" for plain numbers."""
        return unit_of(self.tree, {name: metric.unit for name, metric in self.metrics.items()})

    @property
    def lists(self) -> tuple[str, ...]:
        """What the people of each step of `people(step)` have in common: one step a metric."""
        return tuple(f"{metric.lists[0]} ({name})" for name, metric in self.metrics.items())

    def value(self, values: Mapping[str, float | None]) -> float | None:
        """Return the number that the metrics' values make; None where there is none."""
        return calculated(self.tree, values)

    def rule(self) -> str:
        """Return the rule that is printed beside the number."""
        parts = (f"{name} = {metric.rule()}" for name, metric in self.metrics.items())
        return f"{self.expression}, the total from the totals · " + " · ".join(parts)

    def to_source(self) -> str:
        named = "".join(f", {name}={metric!r}" for name, metric in self.metrics.items())
        return f"Formula({self.expression!r}{named})"


def _named_parts(parts: Any) -> dict[str, Any]:
    try:
        return {str(name): metric for name, metric in parts}
    except (TypeError, ValueError) as error:
        raise DefinitionError(f"The parts of a formula are (name, metric) pairs, not {parts!r}.") from error


def _check_part(name: str, metric: object, is_used: bool, expression: object) -> None:
    place = f"Formula({expression!r}, …)"
    if not isinstance(metric, Calculable) or isinstance(metric, Formula):
        raise DefinitionError(f"{name} in {place} must be a metric: {name}=Metric.people_who_did(…), not {metric!r}.")
    if not is_used:
        raise DefinitionError(f"{name}= in {place} does not occur in the expression.")
    if not (name.isidentifier() and name.isascii()) or iskeyword(name) or name in ("expression", "parts", "self"):
        raise DefinitionError(f"{name!r} in {place} cannot name a metric; choose another name.")


def _joined(sign: str, left: Any, right: Any) -> Formula:
    """Return the formula of two metrics, formulas or numbers; the same metric gets one name.

    NotImplemented for anything else, as operators have it.
    """
    metrics: dict[str, Metric] = {}
    trees: list[Tree] = []
    for each in (left, right):
        if isinstance(each, (int, float)) and not isinstance(each, bool):
            trees.append(float(each) if isinstance(each, float) else int(each))
        elif isinstance(each, Calculable):
            trees.append(_named(each, metrics))
        else:
            return NotImplemented  # type: ignore[no-any-return]
    return Formula(spelled(Operation(sign, *trees)), metrics.items())


def _named(part: Any, metrics: dict[str, Metric]) -> Tree:
    """Return the tree of the part, and add its metrics to the named ones."""
    if not isinstance(part, Formula):
        return _name_of(part, "", metrics)
    return renamed(part.tree, {name: _name_of(metric, name, metrics) for name, metric in part.metrics.items()})


def _name_of(metric: Metric, wanted: str, metrics: dict[str, Metric]) -> str:
    for name, known in metrics.items():
        if known == metric:
            return name
    free = (name for name in (*_NAMES, *(f"m{number}" for number in range(len(metrics) + 1))) if name not in metrics)
    name = wanted if wanted and wanted not in metrics else next(free)
    metrics[name] = metric
    return name
