"""Who is in a company."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tracktor_nb.semantics.definition import check_name

from .base import Condition, Or
from .has import Has

COMPANY = "company"
"""The property that says in which company a person is: its name or id, or an object with `id` and `name`."""


@dataclass(frozen=True, eq=False, repr=False)
class InCompany(Condition):
    """Being in a company. Write `in_company(...)`."""

    name: str

    def __post_init__(self) -> None:
        check_name(self.name, "a company", f"in_company({self.name!r})")

    @cached_property
    def meaning(self) -> Condition:
        """The comparisons that this stands for."""
        return Or(tuple(Has(path, "is", self.name) for path in (COMPANY, f"{COMPANY}.id", f"{COMPANY}.name")))

    def to_source(self) -> str:
        return f"in_company({self.name!r})"

    def rule(self) -> str:
        return f"{COMPANY} is {self.name!r}"


def in_company(name: str) -> Condition:
    """Return the condition that a person is in a company, known by its name or its id.

    The property `company` is a text, or an object with `id` and `name`, as Segment's `group` call sets it.

    >>> in_company("Acme").rule()
    "company is 'Acme'"
    """
    return InCompany(name)
