"""Sums of named numbers, read from text without ever running it: + - * /, brackets, numbers and names."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tracktor_nb.errors import DefinitionError

LONGEST = 1000
"""Characters of an expression."""
DEEPEST = 50

_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True)
class Operation:
    """Two numbers joined by + - * or /."""

    sign: str
    left: Tree
    right: Tree


Tree = int | float | str | Operation
"""A number, a name, or what joins two of them."""


def parse(text: object) -> Tree:
    """Return what the text says, or raise DefinitionError. Nothing is run."""
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise DefinitionError(f"A formula is a text such as 'a / b' of at most {LONGEST} characters, not {text!r}.")
    try:
        tree = _tree(ast.parse(text.strip(), mode="eval").body, DEEPEST)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, DefinitionError):
            raise
        raise DefinitionError(
            f"{text!r} is not a formula: {error}. Write names, numbers, + - * / and brackets."
        ) from error
    return tree


def _tree(node: ast.expr, depth: int) -> Tree:
    if depth == 0:
        raise DefinitionError(f"A formula is nested at most {DEEPEST} levels deep; name a part of it instead.")
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        return Operation(_SIGNS[type(node.op)], _tree(node.left, depth - 1), _tree(node.right, depth - 1))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        inner = _tree(node.operand, depth - 1)
        if isinstance(node.op, ast.UAdd):
            return inner
        return -inner if isinstance(inner, (int, float)) else Operation("-", 0, inner)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and _is_usable(node.value):
        return node.value  # type: ignore[return-value]  # the type was looked at
    raise DefinitionError(
        f"{ast.unparse(node)!r} cannot stand in a formula: write names, numbers, + - * / and brackets."
    )


def _is_usable(number: object) -> bool:
    assert isinstance(number, (int, float))
    return abs(number) < 2**63 if isinstance(number, int) else math.isfinite(number)


def spelled(tree: Tree, names: Mapping[str, str] | None = None) -> str:
    """Return the one spelling of the tree, with as few brackets as keep its meaning; `names` replaces names."""
    if isinstance(tree, Operation):
        strength = _STRENGTH[tree.sign]
        left, right = spelled(tree.left, names), spelled(tree.right, names)
        if isinstance(tree.left, Operation) and _STRENGTH[tree.left.sign] < strength:
            left = f"({left})"
        if isinstance(tree.right, Operation) and _STRENGTH[tree.right.sign] <= strength:
            right = f"({right})"
        return f"{left} {tree.sign} {right}"
    return (names or {}).get(tree, tree) if isinstance(tree, str) else repr(tree)


def names_in(tree: Tree) -> Iterator[str]:
    """Yield the names of the tree from left to right, repeats included."""
    if isinstance(tree, Operation):
        yield from names_in(tree.left)
        yield from names_in(tree.right)
    elif isinstance(tree, str):
        yield tree


def renamed(tree: Tree, names: Mapping[str, str]) -> Tree:
    """Return the tree with other names."""
    if isinstance(tree, Operation):
        return Operation(tree.sign, renamed(tree.left, names), renamed(tree.right, names))
    return names[tree] if isinstance(tree, str) else tree


def calculated(tree: Tree, values: Mapping[str, float | None]) -> float | None:
    """Return the number; None where a part has none, something is divided by zero, or it is too large to be one."""
    try:
        number = _calculated(tree, values)
        return number if number is None or math.isfinite(number) else None
    except (ZeroDivisionError, OverflowError):
        return None


def _calculated(tree: Tree, values: Mapping[str, float | None]) -> float | None:
    if isinstance(tree, str):
        return values[tree]
    if not isinstance(tree, Operation):
        return tree
    left, right = _calculated(tree.left, values), _calculated(tree.right, values)
    if left is None or right is None:
        return None
    if tree.sign == "+":
        return left + right
    if tree.sign == "-":
        return left - right
    return left * right if tree.sign == "*" else left / right


def unit_of(tree: Tree, units: Mapping[str, str]) -> str:
    """Return the unit of the result; "" for plain numbers and where units do not go together."""
    if isinstance(tree, str):
        return units[tree]
    if not isinstance(tree, Operation):
        return ""
    left, right = unit_of(tree.left, units), unit_of(tree.right, units)
    if tree.sign in "+-":
        return left if left == right or _is_plain(tree.right) else right if _is_plain(tree.left) else ""
    if _is_plain(tree.right):
        return left
    if tree.sign == "/":
        return f"{left} per {right}" if left and right and left != right and "time" not in (left, right) else ""
    return right if _is_plain(tree.left) else ""


def _is_plain(tree: Tree) -> bool:
    return not any(names_in(tree))
