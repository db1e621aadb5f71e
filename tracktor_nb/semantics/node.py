"""What all nodes of a workflow share (SEMANTICS 7).

In code a node holds what follows from its branches; in the graph form it is bare, and edges say what follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, ClassVar, Self

from tracktor_nb.errors import DefinitionError

from .definition import Definition, is_text, source

NEXT = "next"
"""The output of a node that has only one."""

Branch = tuple["Node", ...]


@dataclass(frozen=True, eq=False, repr=False)
class Node(Definition):
    """One place of a workflow. `id` names it for ever: counts and waiting people follow it from version to version.

    Left out, the id is the kind and a number: the second letter of a workflow is "send_letter-2".
    """

    kind: ClassVar[str]
    branching: ClassVar[tuple[str, ...]] = ()
    begins: ClassVar[bool] = False
    ends: ClassVar[bool] = False
    waits: ClassVar[bool] = False

    id: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.id is not None and not is_text(self.id):
            raise DefinitionError(f"id={self.id!r} in {type(self).__name__}(…) must be a text that is not empty.")
        for output in self.branching:
            object.__setattr__(self, output, checked_branch(getattr(self, output), f"{output}= in {self.place}"))
        self._check()

    def _check(self) -> None:
        """Raise DefinitionError unless the settings mean something."""

    @property
    def place(self) -> str:
        """How an error names the node."""
        return f"{type(self).__name__}(…)" + ("" if self.id is None else f" with id={self.id!r}")

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the ways out."""
        return () if self.ends else self.branching or (NEXT,)

    def branch(self, output: str) -> Branch:
        """Return what the code form says of one output."""
        followers: Branch = getattr(self, output)
        return followers

    def bare(self) -> Self:
        """Return the settings alone: no id, and nothing following."""
        return self.leading(None, dict.fromkeys(self.branching, ()))

    def leading(self, id: str | None, branches: Mapping[str, Branch]) -> Self:
        """Return the node with another id and other branches."""
        changed: dict[str, Any] = {"id": id, **branches}
        return replace(self, **changed)

    def to_source(self) -> str:
        given = [(each, getattr(self, each.name)) for each in fields(self) if each.name != "id"]
        required = [source(value) for each, value in given if each.default is MISSING]
        options = [
            f"{each.name}={source(value)}"
            for each, value in given
            if each.default is not MISSING and repr(value) != repr(each.default)
        ]
        named = [] if self.id is None else [f"id={self.id!r}"]
        return f"{type(self).__name__}({', '.join([*required, *options, *named])})"

    def rule(self) -> str:
        """Return what the node does, in plain English."""
        return self.kind.replace("_", " ")


def checked_branch(given: object, place: str) -> Branch:
    """Return the nodes as a tuple, or raise DefinitionError: triggers only begin a workflow, nothing follows an end."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence):
        raise DefinitionError(
            f"{place} needs a list of nodes such as [Wait('2d'), SendLetter('Hello')], not {given!r}."
        )
    branch = tuple(given)
    for position, node in enumerate(branch):
        if not isinstance(node, Node):
            raise DefinitionError(
                f"{node!r} in {place} is no node. Use SendLetter(…), Wait(…), Filter(…) and the like."
            )
        if node.begins:
            raise DefinitionError(
                f"{node!r} in {place}: triggers begin a workflow. To wait for an event further down, use WaitFor(…)."
            )
        if node.ends and position + 1 < len(branch):
            raise DefinitionError(f"Nothing can follow {node!r} in {place}; move the rest to another branch.")
    return branch


@dataclass(frozen=True, eq=False, repr=False)
class Exit(Node):
    """The journey ends here.

    >>> Exit()
    Exit()
    """

    kind = "exit"
    ends = True


@dataclass(frozen=True, eq=False, repr=False)
class Go(Node):
    """In code only: go on at the node with this id, so that ways can join and return. In the graph it is an edge.

    >>> Go("wait-1")
    Go('wait-1')
    """

    kind = "go"
    ends = True

    to: str

    def _check(self) -> None:
        if not is_text(self.to):
            raise DefinitionError(f"Go({self.to!r}) needs the id of a node.")
        if self.id is not None:
            raise DefinitionError(f"Go({self.to!r}) is a way, not a node; it has no id=.")


@dataclass(frozen=True, eq=False, repr=False)
class Goal(Node):
    """Whoever comes here has reached the campaign's goal, and goes on.

    >>> Goal().rule()
    'goal'
    """

    kind = "goal"
