"""Names in definitions: which saved segments one asks for, and what it says once they are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from tracktor_nb.errors import DefinitionError, UnknownNameError

from .condition import Group, InSegment
from .definition import Definition

AnyDefinition = TypeVar("AnyDefinition", bound=Definition)

Lookup = Callable[[str], Definition]
"""Gives what is saved under a name, or raises UnknownNameError."""


def references(definition: Definition) -> frozenset[str]:
    """Return the names of the saved segments and cohorts that the definition asks for; those pinned are not."""
    return frozenset(
        part.name for part in parts_of(definition) if isinstance(part, InSegment) and part.stands_for is None
    )


def parts_of(value: Any) -> Iterator[Definition]:
    """Yield every definition inside a value, itself first: conditions, steps, metrics of formulas."""
    if isinstance(value, Definition):
        yield value
        value = [getattr(value, each.name) for each in fields(value)]
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from parts_of(item)


def resolved(definition: AnyDefinition, lookup: Lookup, name: str | None = None) -> AnyDefinition:
    """Return the definition with every `in_segment` standing for what is saved under its name.

    `name` is that of the definition itself, so that it cannot ask for itself. DefinitionError for names that go round
    in a circle, and for those of other things than segments and cohorts; UnknownNameError for unknown ones.
    """
    written: AnyDefinition = _resolved(definition, lookup, () if name is None else (name,))
    return written


def lookup_in(groups: Mapping[str, Definition]) -> Lookup:
    """Return a lookup of the names of a mapping."""

    def lookup(name: str) -> Definition:
        if name not in groups:
            raise UnknownNameError("segment", name, groups)
        return groups[name]

    return lookup


def _resolved(value: Any, lookup: Lookup, path: tuple[str, ...]) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_resolved(item, lookup, path) for item in value)
    if isinstance(value, Mapping):
        return {name: _resolved(item, lookup, path) for name, item in value.items()}
    if not isinstance(value, Definition):
        return value
    if isinstance(value, InSegment) and value.stands_for is None:
        return replace(value, stands_for=_group(value.name, lookup, path))
    said = {each.name: getattr(value, each.name) for each in fields(value)}
    meant = {name: _resolved(part, lookup, path) for name, part in said.items()}
    changed = {name: part for name, part in meant.items() if part is not said[name] and part != said[name]}
    return replace(value, **changed) if changed else value


def _group(name: str, lookup: Lookup, path: tuple[str, ...]) -> Group:
    if name in path:
        circle = " → ".join((*path[path.index(name) :], name))
        raise DefinitionError(f"These segments ask for each other in a circle: {circle}. Take one in_segment(…) out.")
    found = lookup(name)
    if not isinstance(found, Group):
        raise DefinitionError(f"in_segment({name!r}): {name!r} is a {type(found).__name__}, not a segment or a cohort.")
    group: Group = _resolved(found, lookup, (*path, name))
    return group
